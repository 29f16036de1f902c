"""The third tab: how far ahead the band plays, and what that costs."""

from __future__ import annotations

from max.patches.help.parts import ONE_AT_A_TIME, begin_and_end, label, output, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings
from max.patches.style import GRID

#: Attribute, values to try, and where they stand.
CHOICES = (
    ("lead", ("auto", "4"), (18, 9)),
    ("step", ("auto", "4"), (29, 9)),
    ("latency", ("0", "512"), (40, 9)),
    ("margin", ("tight", "normal", "safe"), (9, 13.2)),
)


def look_ahead(methods: Methods) -> Patch:
    """Lead, step, margin and latency, and the figures that tell whether they suit."""
    patch = tab(
        "look-ahead",
        "The model plays a little ahead of what it has heard. The less, the closer it follows you.",
    )

    patch.card("Left alone, it is as small as server and network allow", (1, 5), (56, 42.7))
    patch.object("input", "adc~ 1", (2, 9))
    label(patch, "what you play", (2, 7.4), 6)
    patch.object("band", "sideman~ bass", (2, 16.6), width=spread(14, 2))
    patch.cord("input -> band")
    begin_and_end(patch, (9, 9), 11.2)
    for name, values, (x, y) in CHOICES:
        label(patch, methods.attributes[name].digest, (x, y - 1.5), 10)
        at = float(x)
        for value in values:
            message = f"{name} {value}"
            patch.message(message, message, (at, y))
            patch.cord(f"{message} -> band", along=y + 2.2)
            at += 0.5 + patch.boxes[message].rect[2] / GRID
    label(patch, ONE_AT_A_TIME, (29, 12.4), 26)

    patch.cord("band -> mix")
    output(patch, (2, 19.6))
    names = ("lead", "step", "advised", "ahead", "spare")
    readings(patch, "band:1", [methods.outputs[name] for name in names], (16, 19.6))

    y = 39.2
    for name in ("lead", "step", "margin", "latency"):
        words = f"{name}: {methods.attributes[name].description}"
        patch.comment(words, (2, y), name=name, width=54, size=11.0)
        y += patch.boxes[name].rect[3] / GRID + 0.2
    return patch
