"""What follows the encoding: latents are sampled and become sound, in rows of one or more sessions.

Everything that it reads and writes lies in buffers that are allocated and bound when it is made.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.program import Operation
from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import Noise
from sideman.runtime.playing.samplers import Table


class Generation:
    """`step` and `decode` bound for one geometry, sampler and number of rows.

    Attributes:
        rows: how many.
        mixture: input, [1, channels, columns] for all rows, or [rows, channels, columns].
        label: input, one-hot, [rows, labels]; uploaded by who writes it.
        source: input, latents of earlier cycles, [rows, channels, columns].
        keep: input, 1 for columns taken from the source, [rows, columns].
        noise: input, all random numbers.
        latent: output, kept and generated columns, [rows, channels, columns].
        decoded: output, all decoded samples, [rows, decoded_samples].
        uploads: operations that come first: source and keep.
        steps: operations, every evaluation.
        decode: operations, the last stage and downloads.

    Args:
        backend: allocates the buffers.
        stages: step and decode by name.
        grid: window and latent sizes.
        geometry: indices.
        table: the sampler.
        rows: how many.
        labels: length of the model's label.
        mixture: that is heard, by all rows or by each its own.
    """

    def __init__(
        self,
        backend: Backend,
        stages: Mapping[str, Stage],
        grid: LatentGrid,
        geometry: Geometry,
        table: Table,
        rows: int,
        labels: int,
        mixture: Buffer,
    ) -> None:
        self.rows = rows
        self.mixture = mixture
        latent = (rows, grid.channels, grid.columns)
        self.source = backend.allocate(latent)
        self.keep = backend.allocate((rows, grid.columns))
        self.noise = Noise(backend, grid, table, rows, geometry.decoded_columns)
        self.latent = backend.allocate(latent)
        self.decoded = backend.allocate((rows, geometry.decoded_samples))
        self._initial = backend.allocate(latent, double=True)
        self._initial_sigma = np.float32(table.initial_sigma)

        self.label = backend.allocate((rows, labels))
        self.uploads: tuple[Operation, ...] = (
            self.source.enqueue_upload,
            self.keep.enqueue_upload,
        )
        bindings = self._bind_steps(backend, stages["step"], table, latent)
        self.steps: tuple[Operation, ...] = tuple(binding.run for binding in bindings)
        gain = backend.allocate((geometry.decoded_samples,))
        _write_fade_in(gain.host, geometry)
        gain.upload()
        decode = stages["decode"].bind(
            {
                "sample": self._sample,
                "source": self.source,
                "keep": self.keep,
                "noise": self.noise.decoder,
                "gain": gain,
                "latent": self.latent,
                "audio": self.decoded,
            }
        )
        self.decode: tuple[Operation, ...] = (
            decode.run,
            self.latent.enqueue_download,
            self.decoded.enqueue_download,
        )

    def prepare(self) -> None:
        """Copy freshly drawn noise to where the stages read it; call before the next step comes."""
        np.multiply(self.noise.initial.host, self._initial_sigma, out=self._initial.host)
        self._initial.upload()
        for buffer in self.noise.buffers:
            buffer.upload()

    def _bind_steps(
        self, backend: Backend, stage: Stage, table: Table, latent: tuple[int, ...]
    ) -> tuple[Binding, ...]:
        """Bind every evaluation; an output goes straight to where the next one reads it."""
        coefficients = [_filled(backend, row) for row in table.coefficients()]
        # Two states in turn: an evaluation must not write what it reads.
        states = (backend.allocate(latent), backend.allocate(latent))
        unused = backend.allocate(latent)
        needed = {e.anchor for e in table.evaluations if e.anchor is not None}
        anchors = {anchor: backend.allocate(latent) for anchor in needed}
        spare = {name: backend.allocate(latent) for name in ("merged", "denoised")}
        bindings = []
        state = self._initial
        for index, evaluation in enumerate(table.evaluations):
            following = states[index % 2]
            outputs = dict(spare)
            for anchor, buffer in anchors.items():
                if anchor.evaluation == index:
                    outputs[anchor.output] = buffer
            bindings.append(
                stage.bind(
                    {
                        "x": state,
                        "anchor": anchors[evaluation.anchor] if evaluation.anchor else unused,
                        "source": self.source,
                        "source_noise": self.noise.source[evaluation.source_draw],
                        "noise": self.noise.step[index],
                        "keep": self.keep,
                        "mixture": self.mixture,
                        "label": self.label,
                        "coefficients": coefficients[index],
                        "next": following,
                        **outputs,
                    }
                )
            )
            state = following
        self._sample: Buffer = state
        return tuple(bindings)


def _filled(backend: Backend, row: NDArray[np.float32]) -> Buffer:
    """A buffer of its own for one evaluation's coefficients.

    Rows of one buffer would be 28 bytes apart, but TensorRT requires addresses that are multiples
    of 256.
    """
    buffer = backend.allocate(row.shape)
    buffer.host[:] = row
    buffer.upload()
    return buffer


def _write_fade_in(gain: NDArray[np.float32], geometry: Geometry) -> None:
    """Gain per sample: 0 outside what is played, a ramp from 0 to 1 over the fade, then 1."""
    start, fade = geometry.out_start, geometry.fade_samples
    gain[start : start + geometry.out_samples] = 1
    gain[start : start + fade] = np.linspace(0, 1, fade, dtype=np.float32)
