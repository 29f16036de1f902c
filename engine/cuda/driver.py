"""The lowest layer: the few calls of CUDA that everything above uses.

Addresses, streams, events and graphs are plain integers. `CudaDriver` is the real one; the tests
put another in its place that needs no GPU.
"""

from __future__ import annotations

import abc

import numpy as np
from numpy.typing import NDArray

from sideman.engine.cuda.device import DeviceInfo
from sideman.engine.errors import BackendError, DeviceLostError


class Driver(abc.ABC):
    """One GPU.

    Every call may raise `BackendError`, or `DeviceLostError` where nothing on the device works
    any more. Work that is enqueued reports its errors at a later call.

    Attributes:
        device: which GPU.
    """

    device: DeviceInfo

    @abc.abstractmethod
    def memory(self) -> tuple[int, int]:
        """Free and total bytes of the device."""

    @abc.abstractmethod
    def allocate(self, nbytes: int) -> int:
        """Allocate device memory, not cleared; the address is a multiple of 256.

        Raises:
            BackendError: there is not enough; the message says how much there is.
        """

    @abc.abstractmethod
    def free(self, address: int) -> None:
        """Free device memory; nothing that is enqueued may still use it."""

    @abc.abstractmethod
    def allocate_host(self, nbytes: int) -> int:
        """Allocate page-locked host memory, not cleared; copies from and to it run in the
        background.
        """

    @abc.abstractmethod
    def free_host(self, address: int) -> None:
        """Free page-locked memory; nothing that is enqueued and no array may still use it."""

    @abc.abstractmethod
    def host_view(self, address: int, nbytes: int) -> NDArray[np.uint8]:
        """An array over page-locked memory, [nbytes]; it does not keep the memory alive."""

    @abc.abstractmethod
    def copy_to_device(self, device: int, host: int, nbytes: int, stream: int) -> None:
        """Enqueue a copy from page-locked memory, which must stay as it is until it has run."""

    @abc.abstractmethod
    def copy_to_host(self, host: int, device: int, nbytes: int, stream: int) -> None:
        """Enqueue a copy to page-locked memory, which is undefined until it has run."""

    @abc.abstractmethod
    def fill(self, address: int, value: int, nbytes: int, stream: int) -> None:
        """Enqueue setting every byte of device memory to a value, 0 to 255."""

    @abc.abstractmethod
    def create_stream(self) -> int:
        """Make a queue of work that waits for no other queue."""

    @abc.abstractmethod
    def destroy_stream(self, stream: int) -> None:
        """Free a stream."""

    @abc.abstractmethod
    def synchronize(self, stream: int) -> None:
        """Wait until everything enqueued on a stream has run."""

    @abc.abstractmethod
    def create_event(self, timed: bool = False) -> int:
        """Make a mark that can be set on a stream and waited for.

        Args:
            timed: whether it remembers when it was reached, which costs a little.
        """

    @abc.abstractmethod
    def destroy_event(self, event: int) -> None:
        """Free an event."""

    @abc.abstractmethod
    def record(self, event: int, stream: int) -> None:
        """Set an event behind everything that is enqueued on a stream."""

    @abc.abstractmethod
    def wait(self, event: int) -> None:
        """Let the host wait until an event is reached; returns at once if it was never set."""

    @abc.abstractmethod
    def seconds(self, start: int, end: int) -> float:
        """Seconds between two timed events that have been reached."""

    @abc.abstractmethod
    def begin_capture(self, stream: int) -> None:
        """From now on, record what is enqueued on a stream instead of running it."""

    @abc.abstractmethod
    def end_capture(self, stream: int) -> int:
        """Stop recording; from now on the stream runs what is enqueued, even if this call fails.

        Returns:
            The recorded graph.

        Raises:
            BackendError: something in between cannot be recorded.
        """

    @abc.abstractmethod
    def capturing(self, stream: int) -> bool:
        """Whether a stream is recording, even if the recording is invalid already."""

    @abc.abstractmethod
    def node_count(self, graph: int) -> int:
        """How many operations a graph holds."""

    @abc.abstractmethod
    def instantiate(self, graph: int) -> int:
        """Make an executable from a graph; the graph is not needed any more."""

    @abc.abstractmethod
    def upload(self, executable: int, stream: int) -> None:
        """Enqueue copying a graph to the device, so that its first launch is not slower."""

    @abc.abstractmethod
    def launch(self, executable: int, stream: int) -> None:
        """Enqueue all operations of a graph."""

    @abc.abstractmethod
    def destroy_graph(self, graph: int) -> None:
        """Free a graph."""

    @abc.abstractmethod
    def destroy_executable(self, executable: int) -> None:
        """Free what `instantiate` made; it must not be running."""

    def abandon_capture(self, stream: int) -> None:
        """Stop recording and discard the recording; afterwards the stream is usable.

        Raises:
            DeviceLostError: nothing on the device works any more.
        """
        if not self.capturing(stream):
            return
        try:
            graph = self.end_capture(stream)
        except DeviceLostError:
            raise
        except BackendError:
            return  # an invalid recording ends with an error and leaves no graph
        self.destroy_graph(graph)
