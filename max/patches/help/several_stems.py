"""The second tab: one outlet for each stem."""

from __future__ import annotations

from max.patches.help.parts import begin_and_end, label, output, source, tab
from max.patches.methods import Methods
from max.patches.parts.strip import strip_part
from max.patches.patch import Patch, spread
from max.patches.readings import readings
from max.patches.style import FIELD

STEMS = ("bass", "drums", "guitar", "piano")


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
    x = begin_and_end(patch, (10, 15), 18.6)
    label(patch, "say all", (x, 13.6), 4)
    patch.message("status", "status", (x, 15))
    patch.cord("status -> band", along=18.6)

    for i, stem in enumerate(STEMS):
        patch.part(stem, strip_part(), (2 + 7 * i, 23), words=(stem,))
        patch.cord(f"band:{i} -> {stem}")
        patch.cord(f"{stem} -> mix", along=39.2)
        patch.cord(f"{stem}:1 -> stems:{i}", along=39.6 + 0.4 * i)
    patch.object("stems", f"js sideman.stems.js {' '.join(STEMS)}", (13, 42.4), width=spread(5, 4))
    patch.cord("stems -> band", corners=((13.5, 50), (1.4, 50), (1.4, 18.6), (2.5, 18.6)))
    patch.object("show", "prepend set", (16, 46.4))
    patch.comment(f"stems {' '.join(STEMS)}", (16, 48.6), name="sent", width=16.5, bgcolor=FIELD)
    patch.cord("stems -> show", along=46)
    patch.cord("show -> sent")
    label(
        patch,
        "The message that the switches make, and that your own patch may send:  stems  and the "
        "names of those that play, or no name for none.",
        (34, 47.4),
        22,
    )
    label(
        patch,
        "Each stem is a window to the patch sideman.strip: a switch, a fader and a level. The "
        "script sideman.stems.js makes one message of the switches.",
        (34, 37.4),
        22,
    )
    output(patch, (2, 40.3))
    label(patch, methods.attributes["stems"].description, (34, 22.4), 22)
    readings(patch, "band:4", [methods.outputs["known"]], (30, 27.4))
    return patch
