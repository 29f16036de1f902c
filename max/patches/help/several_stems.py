"""The second tab: one outlet for each stem."""

from __future__ import annotations

from max.patches.help.parts import label, output, source, tab
from max.patches.methods import Methods
from max.patches.parts.strip import strip_part
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

    patch.card("Stems come and go while you play", (1, 11), (56, 40))
    patch.object("band", f"sideman~ {' '.join(STEMS)}", (2, 20), width=spread(7, 5))
    source(patch, (2, 15))
    x = 9.4
    for digest, text in CHOICES:
        label(patch, digest, (x, 13.4), 4.7)
        patch.message(digest, text, (x, 15))
        patch.cord(f"{digest} -> band", along=18.6)
        x += max(0.6 + patch.boxes[digest].rect[2] / GRID, 5)

    for i, stem in enumerate(STEMS):
        patch.part(stem, strip_part(), (2 + 7 * i, 23), words=(stem,))
        patch.cord(f"band:{i} -> {stem}")
        patch.cord(f"{stem} -> mix", along=39.2)
        patch.cord(f"{stem}:1 -> stems:{i}", along=39.6 + 0.4 * i)
    patch.object("stems", f"js sideman.stems.js {' '.join(STEMS)}", (13, 42.4), width=spread(5, 4))
    patch.cord("stems -> band", corners=((13.5, 47), (1.4, 47), (1.4, 18.6), (2.5, 18.6)))
    label(
        patch,
        "Windows to the patch sideman.strip: a toggle, a fader and a level for each stem. The "
        "script sideman.stems.js makes a message of the toggles, as those above.",
        (34, 37.4),
        22,
    )
    output(patch, (2, 40.3))
    label(patch, methods.attributes["stems"].description, (34, 22.4), 22)
    readings(patch, "band:4", [methods.outputs["known"]], (30, 27.4))
    return patch
