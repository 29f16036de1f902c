"""What a client asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sideman.runtime.streaming.packets import Format


@dataclass
class Wish:
    """What a client asks for now; whatever session comes next is asked for it, too.

    Attributes:
        stems: that are to play.
        step: columns of a cycle; 0 leaves it to the server.
        lead: columns; 0 follows the server's advice.
        margin: one of `MARGINS`.
        format: of stems' samples.
        bundle: name of the bundle that is to play; empty for the server's first or only one.
    """

    stems: tuple[str, ...]
    step: int
    lead: int
    margin: str
    format: Format
    bundle: str = ""

    def change(self, stems: Sequence[str] | None, step: int | None, lead: int | None) -> None:
        """Ask for something else; None leaves what it is."""
        if stems is not None:
            self.stems = tuple(stems)
        self.step = self.step if step is None else step
        self.lead = self.lead if lead is None else lead
