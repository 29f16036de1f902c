"""The third tab: how far ahead the band plays, and what that costs."""

from __future__ import annotations

from max.patches.help.parts import label, output, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings
from max.patches.style import GRID

#: Attribute, values to try, and where they stand.
CHOICES = (
    ("lead", ("auto", "4"), 8),
    ("step", ("auto", "4"), 18),
    ("margin", ("tight", "normal", "safe"), 28),
    ("latency", ("512",), 46.5),
)


def look_ahead(methods: Methods) -> Patch:
    """Lead, step, margin and latency, and the figures that tell whether they suit."""
    patch = tab(
        "look-ahead", "The band must foresee a little. The less, the closer it follows you."
    )

    patch.card("Left alone, it is as small as server and network allow", (1, 5), (56, 36))
    patch.object("input", "adc~ 1", (2, 9))
    label(patch, "what you play", (2, 7.4), 6)
    patch.object("band", "sideman~ bass", (2, 13), width=spread(14, 2))
    patch.cord("input -> band")
    for name, values, x in CHOICES:
        label(patch, methods.attributes[name].digest, (x, 7.4), 9.5)
        at = float(x)
        for value in values:
            message = f"{name} {value}"
            patch.message(message, message, (at, 9))
            patch.cord(f"{message} -> band", along=11.8)
            at += 0.5 + patch.boxes[message].rect[2] / GRID

    patch.cord("band -> mix")
    output(patch, (2, 16))
    names = ("lead", "step", "advised", "ahead", "spare")
    readings(patch, "band:1", [methods.outputs[name] for name in names], (16, 16))

    for i, (name, _, _) in enumerate(CHOICES):
        attribute = methods.attributes[name]
        where = (2 + 13.8 * i, 35.2)
        patch.comment(f"{name}: {attribute.description}", where, width=13, size=11.0)
    return patch
