"""How far the loading of a bundle is, for whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

#: Is told the share that is done, from 0 to 1, and what is being done now.
Progress = Callable[[float, str], None]


def nobody(share: float, what: str) -> None:
    """For a load that nobody waits for."""


#: Shares that are done when the files are read, and when the stages are loaded; measured on a CPU,
#: reading and verifying 1.25 GB takes about a quarter of a load, and the first cycles a tenth.
READ, LOADED = 0.25, 0.9


def after_stage(done: int, total: int) -> float:
    """The share that is done when so many bytes of all stages are loaded."""
    return READ + (LOADED - READ) * done / max(1, total)
