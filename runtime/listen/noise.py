"""The same random numbers for every bundle, whatever else it draws."""

from __future__ import annotations

import numpy as np

from sideman.runtime.playing.noise import Noise


class SameNoise:
    """Draws that depend on the seed, the cycle and what they are for, and on nothing else.

    One generator for all draws, as `GaussianNoise` has, gives a model that draws more another
    noise from its second cycle on. Here each cycle and purpose has a generator of its own: models,
    precisions and backends begin a cycle from the same latent, and decode it with the same noise.

    Args:
        seed: any integer that is not negative.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._cycle = 0

    def restart(self) -> None:
        """Begin with the first cycle's numbers again."""
        self._cycle = 0

    def fill(self, noise: Noise) -> None:
        """Draw one cycle's numbers; evaluations that add no noise keep their zeros."""
        for purpose, buffer in enumerate((noise.initial, noise.source, noise.decoder)):
            self._generator(purpose).standard_normal(out=buffer.host, dtype=np.float32)
        later = self._generator(3)
        for index, evaluation in enumerate(noise.table.evaluations):
            if evaluation.noises:
                later.standard_normal(out=noise.step.host[index], dtype=np.float32)
        self._cycle += 1

    def _generator(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng((self._seed, self._cycle, purpose))
