"""Inlets, outlets and sizes of the objects of Max 8 that the patches are made of."""

from __future__ import annotations

from collections.abc import Callable

from max.patches.lettering import text_width, wrap
from max.patches.ports import ANY, BANG, FLOAT, INT, SIGNAL, Ports
from max.patches.style import BODY

#: What is clicked on or looked at, with its usual size.
_CONTROLS: dict[str, tuple[Ports, tuple[float, float]]] = {
    "attrui": (Ports(1, (ANY,), source=True), (150, 22)),
    "ezdac~": (Ports(2, (), signals=2, source=True), (45, 45)),
    "flonum": (Ports(1, (ANY, BANG), source=True, sink=True), (60, 22)),
    "gain~": (Ports(1, (SIGNAL, ANY), signals=1, all=1), (22, 120)),
    "inlet": (Ports(0, (ANY,), all=1), (30, 30)),
    # It draws what its script says.
    "jsui": (Ports(1, (ANY,), sink=True), (240, 45)),
    "led": (Ports(1, (INT,), sink=True), (24, 24)),
    "live.dial": (Ports(1, (ANY, FLOAT), source=True, all=1), (60, 60)),
    "meter~": (Ports(1, (FLOAT,), signals=1, sink=True), (15, 90)),
    "number": (Ports(1, (ANY, BANG), source=True, sink=True), (60, 22)),
    "outlet": (Ports(1, signals=1), (30, 30)),
    "panel": (Ports(1, (), source=True), (60, 60)),
    "textbutton": (Ports(1, (ANY, ANY, INT), source=True, all=1), (90, 22)),
    "textedit": (Ports(1, (ANY, INT, ANY, ANY), source=True, all=1), (120, 22)),
    "toggle": (Ports(1, (INT,), source=True, all=1), (24, 24)),
    # What was chosen leaves as its number, and as its words.
    "umenu": (Ports(1, (INT, ANY, ANY), source=True), (100, 22)),
}

_LETTERS = {"b": BANG, "i": INT, "f": FLOAT, "l": ANY, "s": ANY}


def _sel(args: list[str]) -> Ports:
    return Ports(len(args) + 1, (BANG,) * len(args) + (ANY,))


def _route(args: list[str]) -> Ports:
    return Ports(len(args) + 1, (ANY,) * (len(args) + 1), all=len(args))


def _sideman(args: list[str]) -> Ports:
    stems = len(args) or 1
    return Ports(1, (SIGNAL,) * stems + (ANY,), signals=1, all=stems + 1)


def _trigger(args: list[str]) -> Ports:
    outlets = tuple(_LETTERS.get(a, INT) for a in args)
    return Ports(1, outlets, all=len(args))


_OBJECTS: dict[str, Callable[[list[str]], Ports]] = {
    "*~": lambda _: Ports(2, (SIGNAL,), signals=2, all=1),
    "+": lambda _: Ports(2, (INT,), all=1),
    "adc~": lambda a: Ports(1, (SIGNAL,) * (len(a) or 2), source=True, all=1),
    # A script with an inlet for each of its words.
    "js": lambda a: Ports(len(a) - 1, (ANY,), all=1),
    "loadmess": lambda _: Ports(1, (ANY,), source=True, all=1),
    # Not one of Max's own, and not connected on: it has no outlet.
    "multi_track": lambda _: Ports(1),
    "prepend": lambda _: Ports(1, (ANY,), all=1),
    "route": _route,
    "sel": _sel,
    "selector~": lambda a: Ports(1 + int(a[0]), (SIGNAL,), signals=1 + int(a[0]), all=1),
    "sfplay~": lambda _: Ports(1, (SIGNAL, BANG), source=True, all=1),
    "sfrecord~": lambda a: Ports(int(a[0]), (SIGNAL,), signals=int(a[0]), sink=True),
    "sideman~": _sideman,
    "t": _trigger,
}


def ports(kind: str, text: str) -> Ports:
    """Inlets and outlets of a box.

    Raises:
        ValueError: the patches have no such object yet; add it here.
    """
    if kind == "object":
        name, *args = text.split()
        if name not in _OBJECTS:
            raise ValueError(f"objects_max.py knows no object {name!r}")
        first = next((i for i, arg in enumerate(args) if arg.startswith("@")), len(args))
        return _OBJECTS[name](args[:first])
    if kind == "message":
        return Ports(2, (ANY,), source=True, all=1)
    if kind == "comment":
        return Ports(1, (), source=True)
    if kind not in _CONTROLS:
        raise ValueError(f"objects_max.py knows no control {kind!r}")
    return _CONTROLS[kind][0]


def box_size(
    kind: str, text: str, look: dict[str, object], width: float | None, height: float | None
) -> tuple[float, float]:
    """Width and height in pixels: as given, or as the text needs."""
    size = float(str(look.get("fontsize", BODY)))
    bold = look.get("fontface") == 1
    if kind in ("object", "message"):
        across = max(text_width(text, size) + 16, 32)
        lines = 1 if width is None else len(wrap(text, width - 12, size))
        return width or round(across), height or 8 + 14 * lines
    if kind == "comment":
        across = width or round(text_width(text, size, bold=bold) + 10)
        lines = len(wrap(text, across - 8, size, bold=bold))
        return across, height or round(lines * size * 1.2 + 6)
    usual = _CONTROLS[kind][1] if kind in _CONTROLS else (0, 0)
    return width or usual[0], height or usual[1]
