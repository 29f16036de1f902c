"""The second tab: one outlet for each stem."""

from __future__ import annotations

from max.patches.help.parts import label, output, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings
from max.patches.style import GRID

STEMS = ("bass", "drums", "guitar", "piano")
#: What they are for, and messages.
CHOICES = (
    ("all of them", f"stems {' '.join(STEMS)}"),
    ("two of them", "stems bass drums"),
    ("one", "stems piano"),
    ("none", "stems"),
    ("begin", "start"),
    ("leave", "stop"),
    ("say all", "status"),
)


def several_stems(methods: Methods) -> Patch:
    """Four stems that come and go."""
    patch = tab("several stems", "One object plays as many instruments as it has names.")

    patch.card("Names make outlets", (1, 5), (56, 5))
    patch.comment(
        "Write the names of the stems into the object: each gets an outlet, from the left, and the "
        "last outlet sends messages. The names are those of the server's model; the output known "
        "lists them, and so does  sideman inspect BUNDLE  in a terminal.",
        (1.5, 6.8),
        width=55,
    )

    patch.card("Stems come and go while you play", (1, 11), (56, 35.5))
    patch.object("input", "adc~ 1", (2, 15))
    label(patch, "what you play", (2, 13.4), 6)
    patch.object("band", f"sideman~ {' '.join(STEMS)}", (2, 20), width=spread(7, 5))
    patch.cord("input -> band")
    x = 9.0
    for digest, text in CHOICES:
        label(patch, digest, (x, 13.4), 5)
        patch.message(digest, text, (x, 15))
        patch.cord(f"{digest} -> band", along=18.6)
        x += max(0.6 + patch.boxes[digest].rect[2] / GRID, 5)

    patch.object("loud", "loadmess 128", (33, 20))
    for i, stem in enumerate(STEMS):
        patch.control(stem, "gain~", (2 + 7 * i, 27), (5.5, 1.5), orientation=1)
        label(patch, stem, (2.8 + 7 * i, 25.3), 5)
        patch.cord(f"band:{i} -> {stem}")
        patch.cord(f"loud -> {stem}", along=23)
        patch.cord(f"{stem} -> mix", along=29.6)
    output(patch, (2, 31))
    label(patch, methods.attributes["stems"].description, (34, 24.3), 22)
    readings(patch, "band:4", [methods.outputs["known"]], (30, 32))
    return patch
