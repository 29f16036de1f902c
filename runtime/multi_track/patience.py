"""How long a packet that is missing is waited for."""

from __future__ import annotations

from collections import deque

#: The published server gives up after five times the mean gap between a batch's packets.
_MEAN_GAPS = 5.0
#: A jitter of 20 ms makes gaps of which some are longer than that, so the longest gaps of the last
#: batches count as well.
_LONGEST_GAPS = 2.0
_REMEMBERED = 16
#: Assumed before anything is known, in seconds.
_FIRST_GAP = 0.02
#: Shorter waits are no gain: a cycle takes longer, and threads are not woken to the millisecond.
_SHORTEST = 0.005


class Patience:
    """Learns from the gaps between packets how long to wait for the next one; receive thread.

    It rises with the first packet that comes after it was given up, and falls when sixteen batches
    have come without such gaps.
    """

    def __init__(self) -> None:
        self._gaps: deque[float] = deque([_FIRST_GAP], maxlen=_REMEMBERED)

    def note(self, gap: float) -> None:
        """Remember the longest gap of a batch, or how late a packet came, in seconds."""
        self._gaps.append(gap)

    def seconds(self, mean_gap: float) -> float:
        """How long to wait after the last packet of a batch whose packets came so far apart."""
        return max(_SHORTEST, _MEAN_GAPS * mean_gap, _LONGEST_GAPS * max(self._gaps))
