"""How long cycles take, for whoever must know when one has to begin."""

from __future__ import annotations

import statistics
from collections import deque

import numpy as np

_REMEMBERED = 16
_MANY = 64


class CycleTime:
    """Remembers the last cycles; written by the cycle thread.

    Attributes:
        longest: of the last 16, from taking a step to the end of its reply, in seconds; None before
            the first cycle in a setting. Any thread.
        most: likewise, of the last 64, of which 1 % took longer.
        usual: likewise, of the last 16, of which half took longer: one hiccup does not change it.
    """

    def __init__(self) -> None:
        self.longest: float | None = None
        self.most: float | None = None
        self.usual: float | None = None
        self._last: deque[float] = deque(maxlen=_REMEMBERED)
        self._many: deque[float] = deque(maxlen=_MANY)

    def note(self, seconds: float, waited: float | None = None) -> None:
        """Add a cycle.

        Args:
            seconds: that it took.
            waited: seconds that its step waited before it; None where nobody waited for it.
        """
        self._last.append(seconds)
        self._many.append(seconds)
        self.longest = max(self._last)
        self.usual = statistics.median_low(self._last)
        self.most = float(np.percentile(self._many, 99))

    def forget(self) -> None:
        """Forget all cycles, because the next ones do other work."""
        self._last.clear()
        self._many.clear()
        self.longest = self.most = self.usual = None
