"""The random numbers of a cycle, drawn before the cycle begins."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sideman.engine.backends.base import Backend, Buffer
from sideman.engine.bundle.grid import BINS, FRAMES_PER_COLUMN, LatentGrid
from sideman.runtime.playing.samplers import Table


class Noise:
    """Every draw that one cycle needs; all unit normal, all float32.

    Attributes:
        initial: what sampling starts from, [rows, channels, columns], before its factor.
        source: brings kept columns to a noise level, [draws, rows, channels, columns].
        step: added after an evaluation, [evaluations, rows, channels, columns].
        decoder: what the codec's one-step decoder starts from,
            [rows, 2, bins, decoded columns, frames a column].
    """

    def __init__(
        self, backend: Backend, grid: LatentGrid, table: Table, rows: int, decoded_columns: int
    ) -> None:
        latent = (rows, grid.channels, grid.columns)
        self.table = table
        # A host buffer: its factor is applied on the host, and no stage reads it.
        self.initial = Buffer(np.zeros(latent, np.float32))
        self.source = backend.allocate((table.source_draws, *latent), double=True)
        self.step = backend.allocate((len(table.evaluations), *latent), double=True)
        self.decoder = backend.allocate(
            (rows, 2, BINS, decoded_columns, FRAMES_PER_COLUMN), double=True
        )

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """All buffers, for upload."""
        return (self.initial, self.source, self.step, self.decoder)


class NoiseSource(Protocol):
    """Fills the noise of one cycle."""

    def fill(self, noise: Noise) -> None:
        """Draw everything anew, in place."""

    def restart(self) -> None:
        """Begin the sequence again, if the source has a seed; called when a session starts over."""


class GaussianNoise:
    """Fresh draws from numpy's default generator.

    Args:
        seed: for repeatable sessions; None takes entropy from the system.
        restarts: whether a seeded sequence begins again with every session and reset; else it
            goes on, as one without a seed does.
    """

    def __init__(self, seed: int | None = None, *, restarts: bool = True) -> None:
        self._seed = seed if restarts else None
        self._generator = np.random.default_rng(seed)

    def restart(self) -> None:
        """Begin the sequence again, where it is to restart and there is a seed."""
        if self._seed is not None:
            self._generator = np.random.default_rng(self._seed)

    def fill(self, noise: Noise) -> None:
        """Draw everything anew; evaluations that add no noise keep their zeros."""
        draw = self._generator.standard_normal
        for buffer in (noise.initial, noise.source, noise.decoder):
            draw(out=buffer.host, dtype=np.float32)
        for index, evaluation in enumerate(noise.table.evaluations):
            if evaluation.noises:
                draw(out=noise.step.host[index], dtype=np.float32)
