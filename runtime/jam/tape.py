"""Sound on its way from the audio callback to the thread that writes it down."""

from __future__ import annotations

from collections import deque

import numpy as np

from sideman.runtime.streaming.packets import Samples


class Tape:
    """Tracks of one length, put in at one end and taken at the other; one thread at each.

    No lock is taken and nothing is allocated by `put`: each side moves a count of its own, and
    reads the other's. What finds no room becomes silence of the same length, so that all that
    follows keeps its place.

    Attributes:
        lost: samples that found no room.
        ended: set by the taking side when it takes no more; then nothing is kept.

    Args:
        tracks: how many.
        capacity: samples of each that may wait.
    """

    def __init__(self, tracks: int, capacity: int) -> None:
        self.lost = 0
        self.ended = False
        self._samples = np.zeros((tracks, capacity), np.float32)
        self._put = self._taken = 0
        #: Where silence stands, counted like `_put`, and how long it is.
        self._gaps: deque[tuple[int, int]] = deque()

    def put(self, parts: tuple[Samples, ...], start: int, end: int) -> None:
        """Put in a stretch of all tracks; audio callback.

        Args:
            parts: float32 [n] or [tracks, n], one below the other.
            start: of the stretch within n.
            end: of it.
        """
        if self.ended:
            return
        capacity = self._samples.shape[1]
        count = end - start
        if count > capacity - (self._put - self._taken):
            self.lost += count
            self._gaps.append((self._put, count))
            return
        at = self._put % capacity
        head = min(count, capacity - at)
        row = 0
        for part in parts:
            rows = 1 if part.ndim == 1 else len(part)
            tracks = self._samples[row : row + rows]
            tracks[:, at : at + head] = part[..., start : start + head]
            tracks[:, : count - head] = part[..., start + head : end]
            row += rows
        self._put += count

    def take(self) -> Samples | None:
        """The next samples of all tracks, float32 [tracks, n], or None where all was taken.

        They are a part of the tape: `done` gives it back. Silence is made anew.
        """
        # Read in this order: a gap is there before anything that was put behind it.
        put = self._put
        until = put
        if self._gaps:
            at, count = self._gaps[0]
            if at == self._taken:
                self._gaps.popleft()
                return np.zeros((len(self._samples), count), np.float32)
            until = min(put, at)
        if until == self._taken:
            return None
        capacity = self._samples.shape[1]
        first = self._taken % capacity
        count = min(until - self._taken, capacity - first)
        return self._samples[:, first : first + count]

    def done(self, taken: Samples) -> None:
        """Give back what `take` returned."""
        if taken.base is self._samples:
            self._taken += taken.shape[1]
