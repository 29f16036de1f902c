"""The first tab: start a server, turn audio on, play."""

from __future__ import annotations

from max.patches.help.parts import ONE_AT_A_TIME, label, source, tab
from max.patches.methods import Methods
from max.patches.parts.status import status_part
from max.patches.patch import Patch, spread


def play(methods: Methods) -> Patch:
    """One stem, all messages, and whether it plays."""
    patch = tab("play", "A trained model plays along with you, live. It runs in sideman serve.", 46)

    patch.card("1  Start a server", (1, 5), (56, 6))
    patch.comment("In a terminal, on this machine:", (1.5, 6.9), width=12.5)
    patch.comment("sideman serve", (14, 6.9), width=10, bold=True)
    patch.comment(
        "The small model plays that comes along. README.md in the folder of this package tells how "
        "to install sideman, and to serve another model.",
        (1.5, 8.4),
        width=54,
    )

    patch.card("2  Turn audio on, press start, and play", (1, 11.5), (56, 33.5))
    patch.object("band", "sideman~ bass", (2, 22), width=spread(20, 2))
    source(patch, (2, 16))
    for i, message in enumerate(methods.messages.values()):
        x = 10 + 6 * i
        label(patch, message.digest, (x, 13.6), 6)
        patch.message(message.name, message.name, (x, 16))
        patch.cord(f"{message.name} -> band", along=20.4)
    label(patch, "attributes", (40.6, 14.4), 10)
    for i, name in enumerate(("gain", "bypass")):
        patch.control(name, "attrui", (40.6, 16 + 2 * i), attr=name)
        label(patch, methods.attributes[name].digest, (50.8, 16.1 + 2 * i), 6)
    patch.cord("gain -> band", corners=((40, 17.8), (40, 20.4), (2.53, 20.4)))
    patch.cord("bypass -> band", along=20.4)

    patch.object("loud", "loadmess 128", (12, 24.3))
    patch.control("level", "gain~", (2, 27), (8, 1.5), orientation=1)
    patch.control("output", "ezdac~", (2, 30.6))
    patch.cord("band -> level", "level -> output:0", "level -> output:1")
    patch.cord("loud -> level", along=26.4)
    label(patch, "how loud the bass is", (10.3, 27.2), 9)
    label(patch, "audio on and off", (5.5, 31.4), 9)

    patch.part("how it goes", status_part(), (22, 27.6))
    patch.cord("band:1 -> how it goes")
    state, words = (methods.outputs[name] for name in ("state", "text"))
    label(
        patch,
        "What leaves the last outlet, in a window to the patch sideman.status:",
        (23, 25.4),
        30,
    )
    for i, text in enumerate(
        (
            f"First line: {state.description} Beside it the model.",
            "The bar: what a cycle takes. Beyond the mark it is red, and the band too late.",
            f"Last line: {words.description}",
        )
    ):
        label(patch, text, (22, 36 + 1.5 * i), 34)
    label(
        patch,
        "Sound leaves from an outlet for each stem, messages leave from the last one. After panic, "
        f"press start to hear the band again. {ONE_AT_A_TIME}",
        (2, 35.4),
        17,
    )
    return patch
