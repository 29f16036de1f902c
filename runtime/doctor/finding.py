"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: `problem` stops `serve` from working; `note` is worth knowing, and fixing if it causes trouble.
Level = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Finding:
    """The result of one probe.

    Attributes:
        level: how bad it is.
        subject: the thing, in a word or two.
        text: what was found, in one line.
        remedy: the exact command or step that fixes it; empty where nothing needs fixing.
    """

    level: Level
    subject: str
    text: str
    remedy: str = ""
