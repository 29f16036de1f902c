"""How it goes: state, model, what is wrong, and a cycle against its deadline."""

from __future__ import annotations

from max.patches.patch import Patch
from max.patches.style import CARD, FIELD, GREEN

#: What it shows besides the cycle, where, and an example of it.
_SHOWN = (
    ("state", (2, 0, 11, 1.5), "playing"),
    ("engine", (13.4, 0, 14.6, 1.5), "ready 100."),
    ("text", (0, 5.2, 28, 2.5), ""),
)


def status_part() -> Patch:
    """Takes what leaves the last outlet of `sideman~`."""
    patch = Patch("sideman.status", size=(28, 7.8), wiring=(46, 22), background=CARD)
    patch.comment("What the last outlet of sideman~ says", (1, 0.6), width=40, bold=True)
    patch.control("in", "inlet", (1, 2.6), comment="from the last outlet of sideman~")
    patch.object("told", f"route {' '.join(name for name, *_ in _SHOWN)}", (1, 5.4), width=31)
    patch.cord("in -> told")
    for i, (name, shown, example) in enumerate(_SHOWN):
        x = 11 + 9.8 * i if i else 1
        patch.object(f"set {name}", "prepend set", (x, 8))
        patch.comment(
            "", (x, 10.4), name=name, width=8, shown=shown, bgcolor=FIELD, example=example
        )
        patch.cord(f"told:{i} -> set {name} -> {name}")
    patch.object("playing?", "sel playing", (1, 13))
    patch.object("lit", "t 1", (1, 15.4))
    patch.object("dark", "t 0", (6, 15.4))
    patch.control(
        "light", "led", (1, 18.4), (1.6, 1.6), shown=(0, 0, 1.6, 1.6), oncolor=GREEN, checked=1
    )
    patch.cord("told:0 -> playing?", corners=((1.53, 7.6), (0.5, 7.6), (0.5, 12.6), (1.53, 12.6)))
    patch.cord("playing? -> lit -> light", "playing?:1 -> dark -> light")
    patch.control(
        "cycle", "jsui", (28, 13.4), (16, 3), shown=(0, 1.9, 28, 3), filename="sideman.cycle.js",
        parameter_enable=0, example="cycle 380 of 503 ms",
    )  # fmt: skip
    patch.cord("in -> cycle", corners=((1.53, 4.9), (44.5, 4.9), (44.5, 12.9), (28.53, 12.9)))
    return patch
