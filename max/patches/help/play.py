"""The first tab: start a server, turn audio on, play."""

from __future__ import annotations

from max.patches.help.parts import ONE_AT_A_TIME, label, source, tab
from max.patches.methods import Methods
from max.patches.parts.status import status_part
from max.patches.patch import Patch, spread
from max.patches.readings import readings


def play(methods: Methods) -> Patch:
    """One stem, all messages, and whether it plays."""
    patch = tab("play", "A trained model plays along with you, live. It runs in sideman serve.")

    patch.card("1  Start a server", (1, 5), (56, 4.5))
    patch.comment(
        "In a terminal, on this machine:  sideman serve BUNDLE   (a bundle is a folder with a "
        "model; README.md in the folder of this package tells how to get one)",
        (1.5, 6.9),
        width=55,
    )

    patch.card("2  Turn audio on, press start, and play", (1, 10), (56, 41))
    patch.object("band", "sideman~ bass", (2, 21), width=spread(20, 2))
    source(patch, (2, 15))
    for i, message in enumerate(methods.messages.values()):
        x = 10 + 6 * i
        label(patch, message.digest, (x, 12.6), 6)
        patch.message(message.name, message.name, (x, 15))
        patch.cord(f"{message.name} -> band", along=19.4)
    label(patch, "attributes", (40.6, 13.4), 10)
    for i, name in enumerate(("gain", "bypass")):
        patch.control(name, "attrui", (40.6, 15 + 2 * i), attr=name)
        label(patch, methods.attributes[name].digest, (50.8, 15.1 + 2 * i), 6)
    patch.cord("gain -> band", corners=((40, 16.8), (40, 19.4), (2.53, 19.4)))
    patch.cord("bypass -> band", along=19.4)

    patch.object("loud", "loadmess 128", (12, 23.3))
    patch.control("level", "gain~", (2, 26), (8, 1.5), orientation=1)
    patch.control("output", "ezdac~", (2, 30))
    patch.cord("band -> level", "level -> output:0", "level -> output:1")
    patch.cord("loud -> level", along=25.4)
    label(patch, "how loud the bass is", (10.3, 26.2), 9)
    label(patch, "audio on and off", (5.5, 31), 9)

    outputs = [methods.outputs[name] for name in ("state", "text")]
    below = readings(patch, "band:1", outputs, (22, 24))
    patch.part("how it goes", status_part(), (22, below + 0.6))
    patch.cord("band:1 -> how it goes", corners=((21.4, 23.4), (21.4, below), (22.5, below)))
    label(
        patch,
        "A window to the patch sideman.status, for your own patches, too.",
        (22, below + 8.6),
        28,
    )
    label(
        patch,
        "Sound leaves from an outlet for each stem, messages leave from the last one. After panic, "
        f"press start to hear the band again. {ONE_AT_A_TIME}",
        (2, 40.4),
        17,
    )
    return patch
