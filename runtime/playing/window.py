"""What a session remembers: the context audio and each stem's latents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.runtime.playing.geometry import Geometry


class Window:
    """The sliding window; every array is allocated here, once.

    Attributes:
        audio: context, [window_samples] float32, newest last.
        latents: generated latents of every stem, [stems, channels, columns].
        generated: which columns hold valid latents, [stems, columns] bool. After `reset` all
            columns are valid: they hold the latent of silence. After a dropped step, or while a
            stem is off, a stem's new columns are not valid, and the next cycle generates them.
        mixture: the context's latent, [channels, columns], where it is used again.
        encoded: which of its columns hold what was encoded, [columns] bool.
    """

    def __init__(self, grid: LatentGrid, window_samples: int, stems: int) -> None:
        self.audio: NDArray[np.float32] = np.zeros(window_samples, np.float32)
        self.latents: NDArray[np.float32] = np.zeros(
            (stems, grid.channels, grid.columns), np.float32
        )
        self.generated = np.zeros((stems, grid.columns), np.bool_)
        self.mixture: NDArray[np.float32] = np.zeros((grid.channels, grid.columns), np.float32)
        self.encoded = np.zeros(grid.columns, np.bool_)
        # Scratch for `shift`: numpy would allocate a copy to move overlapping multi-dimensional
        # data.
        self._moving = np.zeros_like(self.latents)

    def reset(self, silence: NDArray[np.float32]) -> None:
        """Start anew: silent context, and the latent of silence as every stem's past.

        Args:
            silence: the encoding of silence, [channels, columns].
        """
        self.audio.fill(0)
        self.latents[:] = silence
        self.generated.fill(True)
        self.encoded.fill(False)

    def write(self, geometry: Geometry, audio: NDArray[np.float32]) -> None:
        """Write a step's audio, [step_samples], at its place."""
        start = geometry.write_start
        self.audio[start : start + geometry.step_samples] = audio
        # What was encoded of these columns was encoded of other sound.
        self.encoded[start // COLUMN_SAMPLES :] = False

    def store(self, row: int, latent: NDArray[np.float32]) -> None:
        """Take a stem's latent, [channels, columns], from a cycle."""
        self.latents[row] = latent
        self.generated[row].fill(True)

    def shift(self, geometry: Geometry) -> None:
        """Move everything one step to the left; the end becomes zero and not generated."""
        samples, columns = geometry.step_samples, geometry.step_columns
        rest = len(self.audio) - samples
        self.audio[:rest] = self.audio[samples:]
        self.audio[rest:].fill(0)
        rest = self.latents.shape[2] - columns
        self._moving[:, :, :rest] = self.latents[:, :, columns:]
        self._moving[:, :, rest:].fill(0)
        self.latents[:] = self._moving
        moving = self._moving[0]
        moving[:, :rest] = self.mixture[:, columns:]
        moving[:, rest:].fill(0)
        self.mixture[:] = moving
        for row in (*self.generated, self.encoded):
            row[:rest] = row[columns:]
            row[rest:].fill(False)

    def keep(self, geometry: Geometry, row: int, keep: NDArray[np.float32]) -> None:
        """Write which columns of a stem a cycle keeps (1) and which it generates (0).

        Args:
            geometry: indices of the cycle.
            row: the stem.
            keep: filled in place, [columns] float32.
        """
        keep[:] = self.generated[row]
        keep[geometry.keep_columns :].fill(0)

    def drop_columns(self, geometry: Geometry, row: int) -> None:
        """Mark the columns that this step should have generated as not generated."""
        self.generated[row, geometry.keep_columns :].fill(False)
