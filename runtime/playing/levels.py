"""Levels of sound, in decibels below full scale."""

from __future__ import annotations

import math

from numpy import float32
from numpy.typing import NDArray

#: What is told of silence, in dBFS.
FLOOR = -60.0


def decibels(amplitude: float) -> float:
    """An amplitude in dBFS, where 1 is 0; `FLOOR` for all that is lower, and what is no number."""
    return max(FLOOR, 20 * math.log10(amplitude)) if amplitude > 0 else FLOOR


def root_mean_square(samples: NDArray[float32]) -> float:
    """The root mean square of float32 [n], 1 ≤ n; allocates no array."""
    return math.sqrt(max(0.0, float(samples.dot(samples))) / len(samples))


def bar(decibels: float, width: int) -> str:
    """A level as a row of `width` characters, from `FLOOR` to full scale."""
    filled = round(width * (min(decibels, 0.0) - FLOOR) / -FLOOR)
    return "█" * filled + "·" * (width - filled)
