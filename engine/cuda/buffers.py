"""Buffers: memory on the device with page-locked memory on the host."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Buffer
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError


@dataclass(frozen=True)
class _Half:
    """One of a buffer's one or two arrays on the host.

    Attributes:
        address: of the page-locked memory.
        array: over all of it, bytes.
        event: reached when the last copy from here is done; only where there are two halves.
    """

    address: int
    array: NDArray[np.uint8]
    event: int | None


class _Storage:
    """What a buffer and its sub-buffers share; freed with the last of them."""

    def __init__(self, stream: Stream, nbytes: int, double: bool) -> None:
        self.stream = stream
        self.nbytes = nbytes
        # At least one byte, so that an empty array has an address too.
        size = max(nbytes, 1)
        self.device = stream.allocate(self, size)
        stream.driver.fill(self.device, 0, size, stream.handle)
        self.halves = tuple(self._make_half(double) for _ in range(2 if double else 1))
        self.current = 0
        stream.synchronize()

    def _make_half(self, double: bool) -> _Half:
        address, array = self.stream.allocate_host(self.nbytes)
        array[:] = 0
        return _Half(address, array, self.stream.create_event(self) if double else None)


class CudaBuffer(Buffer):
    """Device memory that stages are bound to, and page-locked memory that the host sees.

    Both are allocated once and zeroed. They are freed when the stream is closed, or before that
    when nothing uses them any more: the device memory with the buffer and all its sub-buffers,
    the host memory with all arrays over it as well. No array may be used after the stream is
    closed.

    A double-buffered buffer has two halves on the host. `upload` then enqueues the copy from the
    half that was written, makes the other half `host`, and waits until the earlier copy from that
    half is done, so the host never overwrites what a copy still reads. On the device there is one
    array: the copy is enqueued on the stages' stream, so it begins after the previous cycle has
    ended and never overwrites what a replay still reads.

    Args:
        stream: where copies are enqueued.
        shape: of the array.
        dtype: numpy's name of the element type.
        double: whether the host has two halves.

    Raises:
        BackendError: there is not enough memory.
    """

    def __init__(
        self,
        stream: Stream,
        shape: tuple[int, ...],
        dtype: str = "float32",
        *,
        double: bool = False,
    ) -> None:
        element = np.dtype(dtype)
        storage = _Storage(stream, element.itemsize * math.prod(shape), double)
        views = tuple(half.array.view(element).reshape(shape) for half in storage.halves)
        self._set(storage, views, 0)

    def _set(self, storage: _Storage, views: tuple[NDArray[Any], ...], offset: int) -> None:
        self._storage = storage
        # Both views are made here, so that a cycle makes none.
        self._views = views
        self._offset = offset

    @property
    def host(self) -> NDArray[Any]:
        """C-contiguous array that the host reads and writes; if double-buffered, another one after
        each `upload`.
        """
        return self._views[self._storage.current]

    @property
    def address(self) -> int:
        """Where it lies on the device; the same as long as it lives."""
        return self._storage.device + self._offset

    @property
    def nbytes(self) -> int:
        """Bytes on the device."""
        return self._views[0].nbytes

    def upload(self) -> None:
        """Copy `host` to the device.

        Raises:
            BackendError: the copy failed, or this is a part of a double-buffered buffer.
        """
        storage = self._storage
        event = storage.halves[storage.current].event
        if event is None:
            self._copy_to_device()
            storage.stream.synchronize()
            return
        if self.nbytes != storage.nbytes:
            raise BackendError("A part of a double-buffered buffer cannot be uploaded by itself.")
        stream = storage.stream
        self._copy_to_device()
        stream.driver.record(event, stream.handle)
        storage.current = 1 - storage.current
        following = storage.halves[storage.current].event
        if following is not None:
            stream.driver.wait(following)

    def download(self) -> None:
        """Copy what the stages wrote into `host`, once all work enqueued so far is done.

        Raises:
            BackendError: the copy failed, or work that was enqueued before it.
        """
        self._copy_to_host()
        self._storage.stream.synchronize()

    def enqueue_upload(self) -> None:
        """Upload as an operation of a program; the host must not write until that has run.

        Raises:
            BackendError: the copy cannot be enqueued, or this is double-buffered: a recorded
                copy would read the same half for ever.
        """
        self._refuse_double()
        self._copy_to_device()

    def enqueue_download(self) -> None:
        """Download as an operation of a program; `host` is valid once that has run.

        Raises:
            BackendError: the copy cannot be enqueued, or this is double-buffered.
        """
        self._refuse_double()
        self._copy_to_host()

    def __getitem__(self, index: int) -> CudaBuffer:
        """The buffer of one entry of the first axis; it shares all memory with this one.

        Its address is aligned no better than its offset: a library that requires more than the size
        of an element (TensorRT: 256 bytes) may refuse it.
        """
        views = tuple(view[index] for view in self._views)
        position = range(len(self._views[0]))[index]
        part = CudaBuffer.__new__(CudaBuffer)
        part._set(self._storage, views, self._offset + position * views[0].nbytes)
        return part

    def _copy_to_device(self) -> None:
        self._copy("copy_to_device", self.address, self._host_address())

    def _copy_to_host(self) -> None:
        self._copy("copy_to_host", self._host_address(), self.address)

    def _copy(self, name: str, to: int, source: int) -> None:
        # CUDA records no copy of zero bytes.
        if self.nbytes:
            stream = self._storage.stream
            getattr(stream.driver, name)(to, source, self.nbytes, stream.handle)

    def _host_address(self) -> int:
        return self._storage.halves[self._storage.current].address + self._offset

    def _refuse_double(self) -> None:
        if len(self._views) > 1:
            raise BackendError(
                "A double-buffered buffer cannot be copied as a part of a program.",
                "Upload it before the program runs.",
            )
