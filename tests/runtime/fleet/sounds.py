"""Noise that tells each client of a measurement from all others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: After so many samples it begins again.
SAMPLES = 1 << 20
#: No sample is louder.
_LEVEL = np.float32(0.4)


def sound_of(seed: int) -> np.ndarray:
    """A client's noise, float32 [SAMPLES]; as `noise` in max/tests/tools/crowd.cpp, bit for bit.

    Number and position are mixed as the generator SplitMix64 mixes its counter (Steele, Lea and
    Flood, "Fast splittable pseudorandom number generators", 2014).

    Args:
        seed: the client's number.
    """
    bits = np.arange(SAMPLES, dtype=np.uint64) + np.uint64(seed << 32)
    bits += np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    value = (bits >> np.uint64(40)).astype(np.int64) - (1 << 23)
    return value.astype(np.float32) * np.float32(_LEVEL / (1 << 23))


def played(sound: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """What was played at positions [n]: the sound over and over, and zero before position 0."""

    def at(positions: np.ndarray) -> np.ndarray:
        found = sound[positions % len(sound)]
        return found if positions[0] >= 0 else np.where(positions >= 0, found, 0).astype(np.float32)

    return at
