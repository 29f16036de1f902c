"""The real driver: CUDA's runtime through NVIDIA's Python bindings."""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.cuda.device import find_device
from sideman.engine.cuda.driver import Driver
from sideman.engine.cuda.library import cudart, failure, values_of

_MEBIBYTE = 2**20

#: Flags of events that the host waits for. Without "cudaEventBlockingSync" the host spins: it
#: continues some microseconds after the GPU is done, rather than when the operating system next
#: wakes it. Spinning keeps one core busy, but only while a cycle runs. The bindings let other
#: Python threads run meanwhile; the thread that receives audio needs a core of its own.
WAIT_FLAGS: tuple[str, ...] = ()

#: In the mode "global", a memory allocation in any other thread of the process would spoil the
#: capture. In "relaxed", one in this thread would be accepted, though a replay does not repeat it.
#: This mode ignores other threads and refuses in this one what cannot be replayed.
CAPTURE_MODE = "cudaStreamCaptureModeThreadLocal"


class CudaDriver(Driver):
    """A GPU through CUDA's runtime.

    Streams do not wait for the legacy default stream, on which other libraries of the process may
    work. Calls may come from any thread.

    Args:
        index: which GPU, from 0, after CUDA_VISIBLE_DEVICES.

    Raises:
        MissingExtraError: cuda-python is not installed.
        BackendError: there is no driver, it is too old, or there is no such GPU.
    """

    def __init__(self, index: int = 0) -> None:
        self.device = find_device(index)
        self._runtime = cudart()
        self._thread = threading.local()

    def memory(self) -> tuple[int, int]:
        """Free and total bytes of the device."""
        free, total = self._call("ask for free memory", "cudaMemGetInfo")
        return int(free), int(total)

    def allocate(self, nbytes: int) -> int:
        """Allocate device memory; CUDA aligns it to 256 bytes."""
        self._choose_device()
        result = self._runtime.cudaMalloc(nbytes)
        error = result[0]
        if error.name == "cudaErrorMemoryAllocation":
            free, total = self.memory()
            raise failure(
                "allocate memory",
                error,
                f"Wanted were {_mebibytes(nbytes)}; of {_mebibytes(total)} on "
                f"{self.device.name} {_mebibytes(free)} are free.",
            )
        return int(values_of("allocate memory", result))

    def free(self, address: int) -> None:
        """Free device memory."""
        self._call("free memory", "cudaFree", address)

    def allocate_host(self, nbytes: int) -> int:
        """Allocate page-locked host memory."""
        flags = self._runtime.cudaHostAllocDefault
        return int(self._call("allocate page-locked memory", "cudaHostAlloc", nbytes, flags))

    def free_host(self, address: int) -> None:
        """Free page-locked memory."""
        self._call("free page-locked memory", "cudaFreeHost", address)

    def host_view(self, address: int, nbytes: int) -> NDArray[np.uint8]:
        """An array over page-locked memory."""
        return np.ctypeslib.as_array((ctypes.c_uint8 * nbytes).from_address(address))

    def copy_to_device(self, device: int, host: int, nbytes: int, stream: int) -> None:
        """Enqueue a copy from page-locked memory."""
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyHostToDevice
        self._call("copy to the GPU", "cudaMemcpyAsync", device, host, nbytes, kind, stream)

    def copy_to_host(self, host: int, device: int, nbytes: int, stream: int) -> None:
        """Enqueue a copy to page-locked memory."""
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost
        self._call("copy from the GPU", "cudaMemcpyAsync", host, device, nbytes, kind, stream)

    def fill(self, address: int, value: int, nbytes: int, stream: int) -> None:
        """Enqueue setting every byte of device memory."""
        self._call("fill memory", "cudaMemsetAsync", address, value, nbytes, stream)

    def create_stream(self) -> int:
        """Make a stream."""
        flags = self._runtime.cudaStreamNonBlocking
        return int(self._call("make a stream", "cudaStreamCreateWithFlags", flags))

    def destroy_stream(self, stream: int) -> None:
        """Free a stream."""
        self._call("free a stream", "cudaStreamDestroy", stream)

    def synchronize(self, stream: int) -> None:
        """Wait until everything enqueued on a stream has run."""
        self._call("wait for the GPU", "cudaStreamSynchronize", stream)

    def create_event(self, timed: bool = False) -> int:
        """Make an event."""
        names = WAIT_FLAGS if timed else (*WAIT_FLAGS, "cudaEventDisableTiming")
        flags = sum(getattr(self._runtime, name) for name in names)
        return int(self._call("make an event", "cudaEventCreateWithFlags", flags))

    def destroy_event(self, event: int) -> None:
        """Free an event."""
        self._call("free an event", "cudaEventDestroy", event)

    def record(self, event: int, stream: int) -> None:
        """Set an event behind everything that is enqueued."""
        self._call("set an event", "cudaEventRecord", event, stream)

    def wait(self, event: int) -> None:
        """Let the host wait for an event."""
        self._call("wait for the GPU", "cudaEventSynchronize", event)

    def seconds(self, start: int, end: int) -> float:
        """Seconds between two events, to half a microsecond."""
        return float(self._call("read the time", "cudaEventElapsedTime", start, end)) / 1000

    def begin_capture(self, stream: int) -> None:
        """Record what is enqueued on a stream from now on."""
        mode = getattr(self._runtime.cudaStreamCaptureMode, CAPTURE_MODE)
        self._call("begin to record a graph", "cudaStreamBeginCapture", stream, mode)

    def end_capture(self, stream: int) -> int:
        """Stop recording."""
        return int(self._call("record a graph", "cudaStreamEndCapture", stream))

    def capturing(self, stream: int) -> bool:
        """Whether a stream records."""
        status = self._call("ask whether a stream records", "cudaStreamIsCapturing", stream)
        none = self._runtime.cudaStreamCaptureStatus.cudaStreamCaptureStatusNone
        return bool(status != none)

    def node_count(self, graph: int) -> int:
        """How many operations a graph holds."""
        return int(self._call("look at a graph", "cudaGraphGetNodes", graph)[-1])

    def instantiate(self, graph: int) -> int:
        """Make a graph launchable."""
        return int(self._call("make a graph launchable", "cudaGraphInstantiate", graph, 0))

    def upload(self, executable: int, stream: int) -> None:
        """Bring a graph to the device."""
        self._call("bring a graph to the GPU", "cudaGraphUpload", executable, stream)

    def launch(self, executable: int, stream: int) -> None:
        """Enqueue all operations of a graph."""
        self._call("launch a graph", "cudaGraphLaunch", executable, stream)

    def destroy_graph(self, graph: int) -> None:
        """Free a graph."""
        self._call("free a graph", "cudaGraphDestroy", graph)

    def destroy_executable(self, executable: int) -> None:
        """Free a launchable graph."""
        self._call("free a launchable graph", "cudaGraphExecDestroy", executable)

    def _call(self, action: str, function: str, *arguments: Any) -> Any:
        self._choose_device()
        return values_of(action, getattr(self._runtime, function)(*arguments))

    def _choose_device(self) -> None:
        """Select the device for this thread: CUDA keeps one for each thread, at first device 0."""
        if not getattr(self._thread, "chosen", False):
            values_of("choose the GPU", self._runtime.cudaSetDevice(self.device.index))
            self._thread.chosen = True


def _mebibytes(nbytes: int) -> str:
    return f"{nbytes / _MEBIBYTE:,.0f} MiB"
