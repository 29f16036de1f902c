"""The context of a cycle becomes the mixture that the model hears: all of it, or a part.

The whole window is encoded unless something is to be left out (`Shortcuts.encode`). What is left
out changes the answer, because the codec normalises over all columns that it encodes together.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.program import Operation
from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.runtime.playing.encode_choice import Encode
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.shortcuts import ENCODER_CONTEXT
from sideman.runtime.playing.window import Window


class Encoding(Protocol):
    """Buffers and operations of the encode stage of one cycle.

    Attributes:
        audio: input, the context as the codec reads it, [1, encoded samples].
        mixture: output, the latent of the columns that the model sees, zero elsewhere,
            [1, channels, columns].
        operations: that make one of the other, in order.
        idle: an operation that gives the device work and changes nothing.
        sizes: columns that are encoded at once, as often as not first.
    """

    audio: Buffer
    mixture: Buffer
    operations: tuple[Operation, ...]
    idle: Operation
    sizes: tuple[int, ...]

    def take(self, window: Window) -> None:
        """Take a window's audio, [window_samples], and what it knows of the mixture."""

    def keep(self, window: Window) -> None:
        """Let a window remember the mixture, after a cycle that went well."""

    def rouse(self) -> None:
        """Run once what an ordinary cycle does not run.

        Raises:
            BackendError: the stage failed.
        """


class WholeEncoding:
    """Encodes the window's columns all together; attributes as `Encoding`'s.

    Args:
        backend: allocates the buffers.
        stage: encode.
        grid: window and latent sizes.
        geometry: says which columns the model sees.
    """

    def __init__(
        self, backend: Backend, stage: Stage, grid: LatentGrid, geometry: Geometry
    ) -> None:
        self.audio = backend.allocate((1, grid.codec_samples))
        self.mixture = backend.allocate((1, grid.channels, grid.columns))
        known = backend.allocate((1, grid.columns))
        known.host[0, : geometry.known_columns] = 1
        known.upload()
        binding = stage.bind({"audio": self.audio, "known": known, "mixture": self.mixture})
        self.operations: tuple[Operation, ...] = (self.audio.enqueue_upload, binding.run)
        # Encoding the last context again gives the same mixture.
        self.idle: Operation = binding.run
        self.sizes: tuple[int, ...] = (grid.columns,)
        self._samples = grid.codec_samples

    def take(self, window: Window) -> None:
        """Take a window's audio."""
        self.audio.host[0] = window.audio[: self._samples]

    def keep(self, window: Window) -> None:
        """Nothing is used again."""

    def rouse(self) -> None:
        """Every cycle runs all there is."""


class PartialEncoding:
    """Encodes the columns that the model sees, or of these the new ones; on the host's memory.

    Where only new columns are encoded, those before them come from earlier cycles. If more are
    missing than a step brings (after a reset, a skipped step, or in another geometry), all that the
    model sees are encoded, as if none had been. Attributes as `Encoding`'s.

    Args:
        backend: allocates the buffers; stages read and write them on the host.
        stage: encode, whose number of columns is free.
        grid: window and latent sizes.
        geometry: says which columns the model sees, and which are new.
        how: "known" or "new".
    """

    def __init__(
        self,
        backend: Backend,
        stage: Stage,
        grid: LatentGrid,
        geometry: Geometry,
        how: Encode,
    ) -> None:
        self._known = known = geometry.known_columns
        self.mixture = backend.allocate((1, grid.channels, grid.columns))
        # Where nothing is known nothing is encoded, and the mixture stays zero.
        pieces = []
        if known:
            pieces.append(_Piece(backend, stage, grid.channels, 0, known, 0))
            new = known - geometry.step_columns
            first = new - ENCODER_CONTEXT
            if how == "new" and first > 0:
                pieces.append(_Piece(backend, stage, grid.channels, first, known, new))
        self._all = pieces[0] if pieces else None
        self._usual = self._chosen = pieces[-1] if pieces else None
        self.audio = self._usual.audio if self._usual else backend.allocate((1, 1))
        self.operations: tuple[Operation, ...] = (self._run,)
        self.idle: Operation = self._idle
        self.sizes: tuple[int, ...] = tuple(piece.columns for piece in reversed(pieces))

    def take(self, window: Window) -> None:
        """Choose what has to be encoded, and take the window's audio and known mixture."""
        usual = self._usual
        if usual is None:
            return
        self._chosen = usual if window.encoded[: usual.new].all() else self._all
        assert self._chosen is not None
        self._chosen.take(window.audio)
        new = self._chosen.new
        self.mixture.host[0, :, :new] = window.mixture[:, :new]

    def keep(self, window: Window) -> None:
        """Let the window remember the columns that the model has seen."""
        known = self._known
        window.mixture[:, :known] = self.mixture.host[0, :, :known]
        window.encoded[:known] = True
        window.encoded[known:] = False

    def rouse(self) -> None:
        """Encode all known columns once, whatever they are."""
        if self._all is not self._usual and self._all is not None:
            self._all.binding.run()

    def _run(self) -> None:
        if self._chosen is not None:
            self._chosen.run(self.mixture.host)

    def _idle(self) -> None:
        if self._usual is not None:
            self._usual.binding.run()


class _Piece:
    """Columns that are encoded together, of which the newer ones are taken.

    Args:
        backend: allocates the buffers.
        stage: encode.
        channels: of a latent.
        first: of the window's columns, to begin with.
        last: the column behind the last one.
        new: the first that is taken.
    """

    def __init__(
        self, backend: Backend, stage: Stage, channels: int, first: int, last: int, new: int
    ) -> None:
        self.columns, self.new = last - first, new
        samples = LatentGrid.decoded_samples(self.columns)
        self._heard = slice(first * COLUMN_SAMPLES, first * COLUMN_SAMPLES + samples)
        self._from, self._to = slice(new - first, None), slice(new, last)
        self.audio = backend.allocate((1, samples))
        self._latent = backend.allocate((1, channels, self.columns))
        known = backend.allocate((1, self.columns))
        known.host.fill(1)
        self.binding: Binding = stage.bind(
            {"audio": self.audio, "known": known, "mixture": self._latent}
        )

    def take(self, audio: NDArray[np.float32]) -> None:
        """Take these columns' audio of a window's, [window_samples]."""
        self.audio.host[0] = audio[self._heard]

    def run(self, mixture: NDArray[np.float32]) -> None:
        """Encode, and write the new columns into the mixture, [1, channels, columns]."""
        self.binding.run()
        mixture[:, :, self._to] = self._latent.host[:, :, self._from]


def make_encoding(
    backend: Backend, stage: Stage, grid: LatentGrid, geometry: Geometry, how: Encode
) -> Encoding:
    """The encoding that is asked for.

    Args:
        backend: allocates the buffers.
        stage: encode.
        grid: window and latent sizes.
        geometry: says which columns the model sees.
        how: what is encoded.

    Raises:
        BackendError: the stage cannot be bound.
    """
    if how == "whole":
        return WholeEncoding(backend, stage, grid, geometry)
    return PartialEncoding(backend, stage, grid, geometry, how)
