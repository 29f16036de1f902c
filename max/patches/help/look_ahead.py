"""The third tab: how far ahead the band plays, and what that costs."""

from __future__ import annotations

from max.patches.help.parts import ONE_AT_A_TIME, begin_and_end, label, output, source, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings
from max.patches.style import GRID

#: Attribute, values to try, and where they stand.
CHOICES = (
    ("lead", ("auto", "4"), (18, 9)),
    ("step", ("auto", "4"), (29, 9)),
    ("latency", ("0", "512"), (40, 9)),
)


def look_ahead(methods: Methods) -> Patch:
    """Lead, step, margin and latency, and the figures that tell whether they suit."""
    patch = tab(
        "look-ahead",
        "The model plays a little ahead of what it has heard. The less, the closer it follows you.",
    )

    patch.card("Left alone, it is as small as server and network allow", (1, 5), (56, 46.4))
    patch.object("band", "sideman~ bass", (2, 16.6), width=spread(14, 2))
    source(patch, (2, 9))
    begin_and_end(patch, (10, 9), 11.2)
    for name, values, (x, y) in CHOICES:
        label(patch, methods.attributes[name].digest, (x, y - 1.5), 10)
        at = float(x)
        for value in values:
            message = f"{name} {value}"
            patch.message(message, message, (at, y))
            patch.cord(f"{message} -> band", along=y + 2.2)
            at += 0.5 + patch.boxes[message].rect[2] / GRID
    margin = methods.attributes["margin"]
    label(patch, f"{margin.digest}: a menu", (10, 11.7), 10)
    patch.control("set margin", "attrui", (10, 13.2), attr="margin")
    patch.cord("set margin -> band", along=15.6)
    label(patch, ONE_AT_A_TIME, (29, 12.4), 26)

    patch.cord("band -> mix")
    output(patch, (2, 19.6))
    names = ("lead", "step", "ahead", "cycle", "spare")
    readings(patch, "band:1", [methods.outputs[name] for name in names], (16, 19.6))

    below = 42.0
    for name in ("lead", "step", "margin", "latency"):
        attribute = methods.attributes[name]
        words = f"{name}: {attribute.description} It takes {attribute.would_do}."
        patch.comment(words, (2, below), name=name, width=54, size=11.0)
        below += patch.boxes[name].rect[3] / GRID + 0.2
    return patch
