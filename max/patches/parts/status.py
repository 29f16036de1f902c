"""How it goes: state, model, what is wrong, and a cycle against its deadline."""

from __future__ import annotations

from max.patches.patch import Patch, spread
from max.patches.style import CARD, FIELD, GREEN, GRID

#: What it shows besides the cycle, where, and an example of it.
_SHOWN = (
    ("state", (2, 0, 11, 1.5), "playing"),
    ("engine", (13.4, 0, 14.6, 1.5), "model ready"),
    ("text", (0, 5.2, 28, 2.5), ""),
)
#: What the output `engine` is in words, of which the one with $1 has its percent.
_ENGINE = {
    "unknown": "model unknown",
    "loading": "loading $1 %",
    "ready": "model ready",
    "degraded": "model degraded",
}


def status_part() -> Patch:
    """Takes what leaves the last outlet of `sideman~`."""
    patch = Patch("sideman.status", size=(28, 7.8), wiring=(62, 25), background=CARD)
    patch.comment("What the last outlet of sideman~ says", (1, 0.6), width=40, bold=True)
    patch.control("in", "inlet", (1, 2.6), comment="from the last outlet of sideman~")
    patch.object("told", f"route {' '.join(name for name, *_ in _SHOWN)}", (1, 5.4), width=31)
    patch.cord("in -> told")
    for (name, shown, example), x in zip(_SHOWN, (1, 15, 53), strict=True):
        patch.comment("", (x, 15), name=name, width=8, shown=shown, bgcolor=FIELD, example=example)
    for name, outlet in (("state", 0), ("text", 2)):
        patch.object(f"set {name}", "prepend set", (patch.boxes[name].rect[0] / GRID, 12))
        patch.cord(f"told:{outlet} -> set {name}", along=7.0)
        patch.cord(f"set {name} -> {name}")
    _engine(patch)
    patch.object("playing?", "sel playing", (1, 17.4))
    patch.object("lit", "t 1", (1, 19.6))
    patch.object("dark", "t 0", (6, 19.6))
    patch.control(
        "light", "led", (1, 22.2), (1.6, 1.6), shown=(0, 0, 1.6, 1.6), oncolor=GREEN, checked=1
    )
    patch.cord("told:0 -> playing?", corners=((1.53, 7.6), (0.5, 7.6), (0.5, 16.9), (1.53, 16.9)))
    patch.cord("playing? -> lit -> light", "playing?:1 -> dark -> light")
    patch.control(
        "cycle", "jsui", (30, 19.4), (28, 3), shown=(0, 1.9, 28, 3), filename="sideman.cycle.js",
        parameter_enable=0, example="cycle 380 of 503 ms",
    )  # fmt: skip
    patch.cord("in -> cycle", corners=((1.53, 4.9), (61.2, 4.9), (61.2, 18.6), (30.53, 18.6)))
    return patch


def _engine(patch: Patch) -> None:
    """The model and how much of it is loaded, in words."""
    x, y = 15.0, 7.6
    patch.object("model", f"route {' '.join(_ENGINE)}", (x, y), width=spread(9, 5))
    patch.cord("told:1 -> model", along=7.2)
    for i, (state, words) in enumerate(_ENGINE.items()):
        source = f"model:{i}"
        if "$1" in words:
            patch.object("percent", "t i", (x + 9 * i, y + 2))
            patch.cord(f"{source} -> percent")
            source = "percent"
        patch.message(state, f"set {words}", (x + 9 * i, y + 4))
        patch.cord(f"{source} -> {state}")
        patch.cord(f"{state} -> engine", along=14.2)
