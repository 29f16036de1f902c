"""Inlets, outlets and sizes of the objects of Pure Data that the patches are made of."""

from __future__ import annotations

from collections.abc import Callable

from max.patches.ports import ANY, SIGNAL, Ports

#: Pure Data's own font of size 12: every letter is as wide.
LETTER, LINE = 7, 15
#: Letters in a line of a comment without a width.
COMMENT = 60

_CONTROLS: dict[str, tuple[Ports, tuple[float, float]]] = {
    # A message box that nothing leaves: it shows what comes behind "set", in as many lines as
    # that needs.
    "display": (Ports(1, (ANY,), source=True, sink=True), (210, 34)),
    "canvas": (Ports(source=True), (100, 60)),
    # Since Pure Data 0.52.
    "listbox": (Ports(1, (ANY,), source=True, sink=True), (210, 19)),
    "hsl": (Ports(1, (ANY,), source=True, sink=True), (210, 19)),
    "floatatom": (Ports(1, (ANY,), source=True, sink=True), (70, 19)),
    "symbolatom": (Ports(1, (ANY,), source=True, sink=True), (210, 19)),
}


def _sideman(args: list[str]) -> Ports:
    stems = len(args) or 1
    return Ports(1, (SIGNAL,) * stems + (ANY,), signals=1, all=stems + 1)


_OBJECTS: dict[str, Callable[[list[str]], Ports]] = {
    "*": lambda _: Ports(2, (ANY,), all=1),
    "*~": lambda _: Ports(2, (SIGNAL,), signals=2, all=1),
    "+": lambda _: Ports(2, (ANY,), all=1),
    "/": lambda _: Ports(2, (ANY,), all=1),
    ">": lambda _: Ports(2, (ANY,), all=1),
    "adc~": lambda a: Ports(1, (SIGNAL,) * (len(a) or 2), source=True, all=1),
    "dac~": lambda a: Ports(len(a) or 2, (), signals=len(a) or 2),
    "i": lambda _: Ports(2, (ANY,), all=1),
    "inlet": lambda _: Ports(0, (ANY,), all=1),
    "list": lambda _: Ports(2, (ANY,), all=1),
    "list prepend": lambda _: Ports(2, (ANY,), all=1),
    "list trim": lambda _: Ports(1, (ANY,), all=1),
    "outlet": lambda _: Ports(1),
    "pack": lambda a: Ports(len(a), (ANY,), all=1),
    "r": lambda _: Ports(0, (ANY,), all=1),
    # With one argument, route has an inlet to change it; with several, it has none.
    "route": lambda a: Ports(2 if len(a) == 1 else 1, (ANY,) * (len(a) + 1), all=len(a)),
    "s": lambda _: Ports(1),
    "sel": lambda a: Ports(1, (ANY,) * (len(a) + 1)),
    "sideman~": _sideman,
    "unpack": lambda a: Ports(1, (ANY,) * len(a), all=len(a)),
}


def ports(kind: str, text: str) -> Ports:
    """Inlets and outlets of a box.

    Raises:
        ValueError: the patches have no such object yet; add it here.
    """
    if kind == "object":
        words = text.split()
        names = [" ".join(words[:n]) for n in (2, 1)]
        name = next((n for n in names if n in _OBJECTS), None)
        if name is None:
            raise ValueError(f"objects_pd.py knows no object {words[0]!r}")
        return _OBJECTS[name](words[len(name.split()) :])
    if kind == "message":
        return Ports(1, (ANY,), source=True, all=1)
    if kind == "comment":
        return Ports(source=True)
    return _CONTROLS[kind][0]


def box_size(
    kind: str, text: str, look: dict[str, object], width: float | None, height: float | None
) -> tuple[float, float]:
    """Width and height in pixels: as given, or as the text needs."""
    del look
    if kind in ("object", "message"):
        return width or LETTER * max(len(text), 3) + 8, height or 19
    if kind == "comment":
        across = int(width // LETTER) if width else min(len(text), COMMENT)
        return LETTER * across, height or LINE * len(lines(text, across)) + 4
    usual = _CONTROLS[kind][1]
    return width or usual[0], height or usual[1]


def lines(text: str, letters: int) -> list[str]:
    """Text as Pure Data breaks it, between words."""
    done: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and len(longer) > letters:
            done.append(line)
            line = word
        else:
            line = longer
    return [*done, line]
