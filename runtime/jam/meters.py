"""Levels, measured in the audio callback and read by the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sideman.runtime.playing.levels import FLOOR, decibels
from sideman.runtime.streaming.packets import Samples

#: Seconds that the highest peak stays.
_HOLD_SECONDS = 2.0


class Level:
    """The highest sample and the energy since the last look.

    One thread adds, another takes. Without a lock: a block that is added while the other takes may
    be missing in what a meter shows for a tenth of a second, and the callback waits for nobody.
    """

    def __init__(self) -> None:
        self._peak = self._energy = 0.0
        self._count = 0

    def add(self, samples: Samples) -> None:
        """Take float32 [n], 1 ≤ n; audio callback."""
        self._peak = max(self._peak, float(samples.max()), -float(samples.min()))
        self._energy += float(samples.dot(samples))
        self._count += len(samples)

    def take(self) -> tuple[float, float]:
        """Peak and root mean square since the last call, full scale is 1; the screen's thread."""
        peak, energy, count = self._peak, self._energy, self._count
        self._peak = self._energy = 0.0
        self._count = 0
        return peak, math.sqrt(max(0.0, energy) / count) if count else 0.0


@dataclass(frozen=True)
class Reading:
    """What a meter shows, in dBFS, none below `FLOOR`.

    Attributes:
        level: root mean square.
        peak: highest sample.
        held: highest sample of the last seconds.
        silent: seconds since when every sample was zero, as nothing that is connected gives it.
    """

    level: float = FLOOR
    peak: float = FLOOR
    held: float = FLOOR
    silent: float = 0.0


class Meter:
    """Readings of a level, with a peak that stays for a while; the screen's thread.

    Args:
        level: that is measured.
    """

    def __init__(self, level: Level) -> None:
        self._level = level
        self._held, self._until = FLOOR, -math.inf
        self._since: float | None = None

    def read(self, now: float) -> Reading:
        """Look again.

        Args:
            now: seconds that only increase.
        """
        highest, mean = self._level.take()
        peak = decibels(highest)
        if peak >= self._held or now >= self._until:
            self._held, self._until = peak, now + _HOLD_SECONDS
        if self._since is None or highest > 0:
            self._since = now
        return Reading(decibels(mean), peak, self._held, now - self._since)
