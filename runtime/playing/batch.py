"""Rows of several sessions that are generated at once, each with a context of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.program import RecordTime, Segment, discard
from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.playing.generation import Generation
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.samplers import Table


class Batch:
    """`step` and `decode` for rows of several cycles in one geometry; encoding is each cycle's own.

    What it holds is written anew by every run: nothing of one session is left for another.

    Attributes:
        geometry: of every cycle.
        rows: of all cycles together.

    Args:
        backend: allocates the buffers.
        stages: step, which takes a context for each row, and decode, by name.
        grid: window and latent sizes.
        geometry: indices.
        table: the sampler.
        rows: how many, of all cycles together.
        labels: length of the model's label.

    Raises:
        BackendError: the stages cannot be bound in these sizes.
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
    ) -> None:
        self.geometry = geometry
        self.rows = rows
        mixture = backend.allocate((rows, grid.channels, grid.columns))
        self._all = every = Generation(
            backend, stages, grid, geometry, table, rows, labels, mixture
        )
        uploads = (*every.uploads, mixture.enqueue_upload, every.label.enqueue_upload)
        self._program = backend.program(
            (Segment("step", (*uploads, *every.steps)), Segment("decode", every.decode))
        )

    def run(self, cycles: Sequence[Cycle], record: RecordTime = discard) -> None:
        """Generate for all cycles at once; `latent` and `decoded` of each are then as after `run`.

        Args:
            cycles: as many rows as the batch has, inputs written and noise prepared, and encoded
                (`Cycle.encode`).
            record: told the seconds of each stage, where the backend can tell them.

        Raises:
            BackendError: a stage failed; the outputs of all cycles are then undefined.
        """
        assert sum(len(cycle.rows) for cycle in cycles) == self.rows, "a batch is full"
        every, first = self._all, 0
        every.label.host.fill(0)
        for cycle in cycles:
            assert cycle.geometry == self.geometry, "all cycles have the batch's geometry"
            rows = slice(first, first + len(cycle.rows))
            every.label.host[np.arange(rows.start, rows.stop), cycle.rows] = 1
            every.mixture.host[rows] = cycle.mixture.host
            every.source.host[rows] = cycle.source.host
            every.keep.host[rows] = cycle.keep.host
            self._take_noise(cycle, rows)
            first = rows.stop
        every.prepare()
        self._program.run(record)
        first = 0
        for cycle in cycles:
            rows = slice(first, first + len(cycle.rows))
            cycle.latent.host[...] = every.latent.host[rows]
            cycle.decoded.host[...] = every.decoded.host[rows]
            first = rows.stop

    def warm_up(self, runs: int = 2) -> None:
        """Run on silence, so that the libraries allocate what they need.

        Raises:
            BackendError: a stage failed.
        """
        for _ in range(runs):
            self._program.run(discard)

    def _take_noise(self, cycle: Cycle, rows: slice) -> None:
        """Copy what the cycle would have used; it was uploaded already.

        After an upload, the host's half of a double buffer is not the one that was uploaded: what
        is on the device is read back.
        """
        own, every = cycle.noise, self._all.noise
        for buffer in (own.source, own.step, own.decoder):
            buffer.download()
        every.initial.host[rows] = own.initial.host
        every.source.host[:, rows] = own.source.host
        every.step.host[:, rows] = own.step.host
        every.decoder.host[rows] = own.decoder.host
