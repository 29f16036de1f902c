"""What a client played before its session began: the window that its model begins with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import Samples
from sideman.runtime.streaming.ring import Ring, fade_edges

#: Of the ramps beside what never came.
_FADE_SAMPLES = 132


class Earlier:
    """The context before a session's origin, in whole steps that end there; receive thread.

    A client that is sent to another server sends what it still has of it before all else, so that
    the model need not begin with silence. Nobody asks again for what is lost of it.

    Args:
        placement: of the session's first epoch, at the model's rate.
        samples: of the window.
    """

    def __init__(self, placement: Placement, samples: int) -> None:
        step = placement.step_samples
        count = min(samples // step, placement.origin // step)
        self._step = step
        self._ring = Ring(max(1, count * step), placement.origin - count * step)
        self._end = placement.origin
        self._first: int | None = None

    def add(self, position: int, samples: Samples) -> bool:
        """Take a packet's samples; tells whether any of them lie here."""
        new = self._ring.write(position, samples[: max(0, self._end - position)])
        if new and (self._first is None or position < self._first):
            self._first = max(position, self._ring.start)
        return bool(new)

    def steps(self) -> Iterator[Samples]:
        """Float32 [step], oldest first, from the first one that anything of has come.

        What is given is valid until the next is.
        """
        if self._first is None:
            return
        out = np.zeros(self._step, np.float32)
        skipped = (self._first - self._ring.start) // self._step
        for start in range(self._ring.start + skipped * self._step, self._end, self._step):
            self._ring.read(start, out)
            holes = self._ring.missing(start, start + self._step)
            fade_edges(out, [(a - start, b - start) for a, b in holes], _FADE_SAMPLES)
            yield out
