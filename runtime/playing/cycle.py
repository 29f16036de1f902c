"""One cycle: context, source latents and noise in; stems and latents out.

A cycle has no memory. Everything it reads and writes lies in buffers that are allocated and bound
when it is made, so running it allocates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.program import Program, RecordTime, Segment, discard
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError
from sideman.runtime.playing.encode_choice import Encode
from sideman.runtime.playing.encoding import make_encoding
from sideman.runtime.playing.generation import Generation
from sideman.runtime.playing.geometry import Geometry
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
        self.encoding = make_encoding(backend, stages["encode"], grid, geometry, encode)
        self.audio, self.mixture = self.encoding.audio, self.encoding.mixture
        self._generation = own = Generation(
            backend, stages, grid, geometry, table, len(rows), labels, self.mixture
        )
        own.label.host[np.arange(len(rows)), rows] = 1
        own.label.upload()
        self.source, self.keep, self.noise = own.source, own.keep, own.noise
        self.latent, self.decoded = own.latent, own.decoded
        self._backend = backend
        self.program = self._compose(backend)
        self._encoding_alone: Program | None = None
        self._idle = backend.program((Segment("idle", (self.encoding.idle,)),))

    @property
    def output(self) -> NDArray[np.float32]:
        """Samples to be played, [rows, out_samples]; valid until the next run."""
        start = self.geometry.out_start
        return self.decoded.host[:, start : start + self.geometry.out_samples]

    def prepare(self) -> None:
        """Copy freshly drawn noise to where the stages read it; call before the next step comes."""
        self._generation.prepare()

    def run(self, record: RecordTime) -> None:
        """Run encode, every evaluation and decode.

        Args:
            record: told the seconds of each stage, where the backend can tell them.

        Raises:
            BackendError: a stage failed; the outputs are then undefined.
        """
        self.program.run(record)

    def encode(self, record: RecordTime) -> None:
        """Run encode alone, for a batch that does the rest; `mixture` is then on the host.

        Args:
            record: as `run` takes it.

        Raises:
            BackendError: the stage failed.
        """
        if self._encoding_alone is None:
            operations = (*self.encoding.operations, self.mixture.enqueue_download)
            self._encoding_alone = self._backend.program((Segment("encode", operations),))
        self._encoding_alone.run(record)

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

    def _compose(self, backend: Backend) -> Program:
        """Everything between the context's arrival and the stems, as one program."""
        own = self._generation
        return backend.program(
            (
                Segment("encode", (*own.uploads, *self.encoding.operations)),
                Segment("step", own.steps),
                Segment("decode", own.decode),
            )
        )
