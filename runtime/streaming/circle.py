"""Positions in arrays that are used round and round: position p is at index p modulo capacity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Circle:
    """The range of positions that arrays of one length hold at present.

    Attributes:
        capacity: length of the arrays.
        start: position of the first sample that is kept.
    """

    def __init__(self, capacity: int, start: int) -> None:
        self.capacity = capacity
        self.start = start

    @property
    def end(self) -> int:
        """One past the last position that is kept."""
        return self.start + self.capacity

    def parts(self, first: int, last: int) -> list[tuple[slice, slice]]:
        """Where [first, last), as far as it is kept, is in the arrays, and where in itself."""
        start = self.start  # once, for another thread may move it
        found = self._places(max(first, start), min(last, start + self.capacity))
        ahead = max(0, start - first)
        return [(at, slice(of.start + ahead, of.stop + ahead)) for at, of in found]

    def _places(self, first: int, last: int) -> list[tuple[slice, slice]]:
        """Where [first, last) has its places in the arrays, kept or not, and where in itself."""
        at, stop, found = first, last, []
        while at < stop:
            index = at % self.capacity
            count = min(stop - at, self.capacity - index)
            found.append((slice(index, index + count), slice(at - first, at - first + count)))
            at += count
        return found

    def holes(self, written: NDArray[np.bool_], first: int, last: int) -> list[tuple[int, int]]:
        """Ranges within [first, last), as far as it is kept, that were not written; in order.

        Args:
            written: bool [capacity].
            first: position.
            last: one past the last position.
        """
        first, last = max(first, self.start), min(last, self.end)
        if first >= last:
            return []
        there = np.ones(last - first + 2, bool)
        for part, of in self.parts(first, last):
            there[of.start + 1 : of.stop + 1] = written[part]
        edges = np.flatnonzero(there[1:] != there[:-1]) + first
        return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
