"""One cycle: context, source latents and noise in; stems and latents out.

A cycle has no memory. Everything it reads and writes lies in buffers that are allocated and bound
when it is made, so running it allocates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.program import Program, RecordTime, Segment, discard
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError
from sideman.runtime.playing.encode_choice import Encode
from sideman.runtime.playing.encoding import make_encoding
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import Noise
from sideman.runtime.playing.samplers import Table


class Cycle:
    """The stages bound for one geometry, sampler and set of stems.

    Attributes:
        encoding: what becomes of the context; `audio` and `mixture` are its own.
        audio: input, the context as the codec reads it, [1, encoded samples].
        source: input, latents of earlier cycles, [rows, channels, columns].
        keep: input, 1 for columns taken from the source, [rows, columns].
        noise: input, all random numbers.
        mixture: output, the masked context latent, [1, channels, columns].
        latent: output, kept and generated columns, [rows, channels, columns].
        decoded: output, all decoded samples, [rows, decoded_samples].
        output: output, samples to be played, [rows, out_samples]; a view.
        program: uploads, stages and downloads, in order.

    Args:
        backend: allocates the buffers.
        stages: encode, step and decode by name.
        grid: window and latent sizes.
        geometry: indices.
        table: the sampler.
        rows: stems to generate, by their index in the label.
        labels: length of the model's label.
        encode: which columns are encoded.
    """

    def __init__(
        self,
        backend: Backend,
        stages: Mapping[str, Stage],
        grid: LatentGrid,
        geometry: Geometry,
        table: Table,
        rows: tuple[int, ...],
        labels: int,
        encode: Encode = "whole",
    ) -> None:
        self.geometry = geometry
        self.rows = rows
        latent = (len(rows), grid.channels, grid.columns)
        self.encoding = make_encoding(backend, stages["encode"], grid, geometry, encode)
        self.audio, self.mixture = self.encoding.audio, self.encoding.mixture
        self.source = backend.allocate(latent)
        self.keep = backend.allocate((len(rows), grid.columns))
        self.noise = Noise(backend, grid, table, len(rows), geometry.decoded_columns)
        self.latent = backend.allocate(latent)
        self.decoded = backend.allocate((len(rows), geometry.decoded_samples))
        self._initial = backend.allocate(latent, double=True)
        self._initial_sigma = np.float32(table.initial_sigma)

        steps = self._bind_steps(backend, stages["step"], table, latent, labels)
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
        self.program = self._compose(backend, steps, decode)
        self._idle = backend.program((Segment("idle", (self.encoding.idle,)),))

    @property
    def output(self) -> NDArray[np.float32]:
        """Samples to be played, [rows, out_samples]; valid until the next run."""
        start = self.geometry.out_start
        return self.decoded.host[:, start : start + self.geometry.out_samples]

    def prepare(self) -> None:
        """Copy freshly drawn noise to where the stages read it; call before the next step comes."""
        np.multiply(self.noise.initial.host, self._initial_sigma, out=self._initial.host)
        self._initial.upload()
        for buffer in self.noise.buffers:
            buffer.upload()

    def run(self, record: RecordTime) -> None:
        """Run encode, every evaluation and decode.

        Args:
            record: told the seconds of each stage, where the backend can tell them.

        Raises:
            BackendError: a stage failed; the outputs are then undefined.
        """
        self.program.run(record)

    def check(self) -> None:
        """Refuse what the last run computed if any of it is not finite.

        A sum is finite only if everything in it is, and takes one pass without a temporary array.
        (Each pass lets go of the interpreter's lock, and may wait for it again.)

        Raises:
            BackendError: latents or sound are not finite. The sound would be noise or worse, and
                the latents would stay in the window for good.
        """
        for what, values in (("latents", self.latent.host), ("sound", self.decoded.host)):
            with np.errstate(over="ignore", invalid="ignore"):
                total = values.sum()
            if not np.isfinite(total):
                raise BackendError(
                    f"The model's {what} are not finite numbers; nothing of them is played.",
                    "Where this comes again, check the bundle with 'sideman verify', or another "
                    "precision.",
                )

    def keep_warm(self) -> None:
        """Run the shortest stage between cycles, so that a GPU's clocks stay up.

        Raises:
            BackendError: the stage failed.
        """
        self._idle.run(discard)

    def _compose(self, backend: Backend, steps: tuple[Binding, ...], decode: Binding) -> Program:
        """Everything between the context's arrival and the stems, as one program."""
        inputs, outputs = (self.source, self.keep), (self.latent, self.decoded)
        return backend.program(
            (
                Segment("encode", (*(b.enqueue_upload for b in inputs), *self.encoding.operations)),
                Segment("step", tuple(step.run for step in steps)),
                Segment("decode", (decode.run, *(b.enqueue_download for b in outputs))),
            )
        )

    def _bind_steps(
        self,
        backend: Backend,
        stage: Stage,
        table: Table,
        latent: tuple[int, ...],
        labels: int,
    ) -> tuple[Binding, ...]:
        """Bind every evaluation; an output goes straight to where the next one reads it."""
        label = backend.allocate((len(self.rows), labels))
        label.host[np.arange(len(self.rows)), self.rows] = 1
        label.upload()
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
                        "label": label,
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
