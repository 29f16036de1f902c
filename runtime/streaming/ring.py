"""Audio kept by position: written in any order, any number of times, read once."""

from __future__ import annotations

import numpy as np

from sideman.runtime.streaming.circle import Circle
from sideman.runtime.streaming.packets import Samples


class Ring(Circle):
    """The samples of a range of positions, with what of them has been written.

    The range begins at `start` and has `capacity` samples. Nothing is allocated after the
    beginning. While one thread writes and forgets, another one may read, and has to look at `start`
    afterwards: what lies before it may have been read when it was gone already.

    Args:
        capacity: samples of the range.
        start: position of its first sample.
    """

    def __init__(self, capacity: int, start: int = 0) -> None:
        super().__init__(capacity, start)
        self._samples = np.zeros(capacity, np.float32)
        self._written = np.zeros(capacity, bool)

    def forget(self, before: int) -> None:
        """Move the range's start forward; what lay before it makes room at its end."""
        start, self.start = self.start, max(self.start, before)
        for part, _ in self._places(start, min(before, start + self.capacity)):
            self._samples[part] = 0
            self._written[part] = False

    def write(self, position: int, samples: Samples) -> int:
        """Write samples; what was written before stays as it is, and what lies outside is left out.

        Args:
            position: of the first sample.
            samples: float32 [n].

        Returns:
            How many of them were new.
        """
        new = 0
        for part, of in self.parts(position, position + len(samples)):
            missing = ~self._written[part]
            np.copyto(self._samples[part], samples[of], where=missing)
            self._written[part] = True
            new += int(np.count_nonzero(missing))
        return new

    def take_from(self, other: Ring) -> None:
        """Write what another ring holds, as far as it fits."""
        at = other.start
        for start, end in [*other.missing(other.start, other.end), (other.end, other.end)]:
            if at < start:
                samples = np.zeros(start - at, np.float32)
                other.read(at, samples)
                self.write(at, samples)
            at = end

    def read(self, position: int, out: Samples) -> None:
        """Copy the samples from a position on; zeros where nothing was written or kept."""
        out.fill(0)
        for part, of in self.parts(position, position + len(out)):
            out[of] = self._samples[part]

    def missing(self, first: int, last: int) -> list[tuple[int, int]]:
        """Ranges within [first, last), as far as it is kept, that were not written; in order."""
        return self.holes(self._written, first, last)

    def has(self, start: int, end: int) -> bool:
        """Whether all of [start, end) is there."""
        if start < self.start or end > self.end:
            return False
        return all(bool(self._written[part].all()) for part, _ in self.parts(start, end))


def missing_count(holes: list[tuple[int, int]]) -> int:
    """Samples of some holes."""
    return sum(end - start for start, end in holes)


def fade_edges(samples: Samples, holes: list[tuple[int, int]], fade: int) -> None:
    """Let the sound beside holes end and begin softly, in place.

    Args:
        samples: float32 [n], zero in the holes.
        holes: ranges of it, in their order.
        fade: samples of each ramp; less where the sound between two holes is shorter.
    """
    ramp = (np.arange(1, fade + 1) / (fade + 1)).astype(np.float32)
    for i, (start, end) in enumerate(holes):
        before = holes[i - 1][1] if i else 0
        count = min(fade, start - before)
        samples[start - count : start] *= ramp[:count][::-1]
        after = holes[i + 1][0] if i + 1 < len(holes) else len(samples)
        count = min(fade, after - end)
        samples[end : end + count] *= ramp[:count]
