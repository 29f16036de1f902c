"""How long cycles take, for whoever must know when one has to begin."""

from __future__ import annotations

from collections import deque

_REMEMBERED = 16


class CycleTime:
    """Remembers the longest of the last sixteen cycles; written by the cycle thread.

    Attributes:
        longest: from taking a step to the end of its reply, in seconds; None before the first cycle
            in a setting. Any thread.
    """

    def __init__(self) -> None:
        self.longest: float | None = None
        self._last: deque[float] = deque(maxlen=_REMEMBERED)

    def note(self, seconds: float) -> None:
        """Add a cycle."""
        self._last.append(seconds)
        self.longest = max(self._last)

    def forget(self) -> None:
        """Forget all cycles, because the next ones do other work."""
        self._last.clear()
        self.longest = None
