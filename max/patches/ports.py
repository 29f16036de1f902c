"""What an object can be connected to."""

from __future__ import annotations

from dataclasses import dataclass

SIGNAL, INT, FLOAT, BANG, ANY = "signal", "int", "float", "bang", ""


@dataclass(frozen=True)
class Ports:
    """Inlets and outlets of a box.

    Attributes:
        inlets: their number.
        outlets: what each of them sends, from the left.
        signals: inlets from the left that take a signal.
        source: it does something without a cord to its inlets.
        sink: it does something without a cord from its outlets.
        all: outlets, from the left, that have to be connected, each of them.
    """

    inlets: int = 0
    outlets: tuple[str, ...] = ()
    signals: int = 0
    source: bool = False
    sink: bool = False
    all: int = 0
