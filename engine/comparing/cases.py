"""Inputs like those of a performance, made from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.manifest import Manifest

Array = NDArray[np.float32]
#: Root mean square of the audio: 20 dB under full scale, as loud as music is.
LEVEL = 0.1


@dataclass(frozen=True)
class Case:
    """Inputs of one run of a stage.

    Attributes:
        name: what distinguishes it from the other cases.
        inputs: by tensor name.
    """

    name: str
    inputs: Mapping[str, Array]


class CaseMaker:
    """Makes inputs for the stages of one bundle; the same for the same seed.

    Args:
        manifest: of the bundle.
        sizes: those that the graphs leave free, as `LatentGrid.free_sizes` names them.
        seed: of the random numbers.
    """

    def __init__(self, manifest: Manifest, sizes: Mapping[str, int], seed: int = 0) -> None:
        self._manifest = manifest
        self._sizes = dict(sizes)
        self._rng = np.random.default_rng(seed)

    def audio(self) -> Array:
        """White noise at −20 dBFS, [1, codec_samples]: every bin of every frame holds something."""
        noise = LEVEL * self._normal("encode", "audio")
        clipped: Array = np.clip(noise, -1, 1)
        return clipped

    def known(self, share: float) -> Array:
        """1 for the leading columns that the model may see, [1, columns]."""
        return self._leading("encode", "known", share)

    def encode(self) -> tuple[Case, ...]:
        """Noise, with the last quarter of the columns hidden."""
        return (Case("noise", {"audio": self.audio(), "known": self.known(0.75)}),)

    def step(
        self, evaluations: Sequence[Sequence[float]], latent: Array, mixture: Array
    ) -> tuple[Case, ...]:
        """One case for each noise level.

        Args:
            evaluations: rows of the sampler's table, as the input `coefficients` holds them; the
                first number is sigma.
            latent: [1, channels, columns], the state without noise.
            mixture: [1, channels, columns], the context.
        """
        return tuple(
            Case(f"sigma {row[0]:.3g}", self._step(np.asarray(row, np.float32), latent, mixture))
            for row in evaluations
        )

    def _step(self, row: Array, latent: Array, mixture: Array) -> dict[str, Array]:
        rows = self._rows(latent)
        label = np.zeros(self._shape("step", "label"), np.float32)
        label[np.arange(len(label)), np.arange(len(label)) % label.shape[1]] = 1
        return {
            "x": rows + row[0] * self._normal("step", "x"),
            "anchor": rows + row[0] * self._normal("step", "anchor"),
            "source": rows,
            "source_noise": self._normal("step", "source_noise"),
            "noise": self._normal("step", "noise"),
            "keep": self._leading("step", "keep", 0.75),
            "mixture": mixture,
            "label": label,
            "coefficients": row,
        }

    def decode(self, latent: Array) -> tuple[Case, ...]:
        """One case: the last columns of a latent [1, channels, columns], at gain 1 throughout."""
        rows = self._rows(latent)
        inputs = {
            "sample": rows,
            "source": np.ascontiguousarray(rows[..., ::-1]),
            "keep": self._leading("decode", "keep", 0.75),
            "noise": self._normal("decode", "noise"),
            "gain": np.ones(self._shape("decode", "gain"), np.float32),
        }
        return (Case("latent", inputs),)

    def _rows(self, latent: Array) -> Array:
        """A different latent for each row: the given one, shifted in time."""
        shifted = [np.roll(latent[0], row, axis=-1) for row in range(self._sizes["batch"])]
        return np.stack(shifted)

    def _leading(self, stage: str, tensor: str, share: float) -> Array:
        mask = np.zeros(self._shape(stage, tensor), np.float32)
        mask[:, : round(share * mask.shape[1])] = 1
        return mask

    def _normal(self, stage: str, tensor: str) -> Array:
        return self._rng.standard_normal(self._shape(stage, tensor), dtype=np.float32)

    def _shape(self, stage: str, name: str) -> tuple[int, ...]:
        tensors = {tensor.name: tensor for tensor in self._manifest.stages[stage].inputs}
        return tuple(
            self._sizes[size] if isinstance(size, str) else size for size in tensors[name].shape
        )
