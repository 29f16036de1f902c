"""A CUDA driver in numpy: memory at made-up addresses, and streams that run as late as they may.

Nothing that is enqueued runs before somebody waits for it, so a wait that is missing shows as a
result that is missing: until a copy to the host has run, its target holds 0xFF bytes, which are
NaN in float32. What CUDA leaves undefined is an error here (`MisuseError`): host memory that
changes while a copy still reads it (also by a copy back that is enqueued before that one has run),
a copy beyond an allocation, something freed twice or in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.cuda.device import DeviceInfo
from sideman.engine.cuda.driver import Driver
from sideman.engine.errors import BackendError, DeviceLostError

DEVICE = DeviceInfo("Fake GPU", (8, 9), 2**30, "13.0", "13.0", "GPU-0", 0)
_DEVICE_BASE, _HOST_BASE, _GAP = 0x7_0000_0000, 0x1_0000_0000, 256


class MisuseError(AssertionError):
    """What CUDA would not tell, or only by a crash."""


@dataclass
class Work:
    """Something enqueued: `name` and `detail` are what `operations` lists."""

    name: str
    detail: tuple[Any, ...]
    run: Callable[[], None]
    #: Called when it is enqueued, or when a graph that holds it is launched.
    begin: Callable[[], None] = lambda: None


@dataclass
class _Recording:
    works: list[Work] = field(default_factory=list)
    spoilt: bool = False


@dataclass
class _Event:
    timed: bool
    #: Works of its stream that must have run; None if it was never set.
    ticket: tuple[int, int] | None = None
    reached: int | None = None


class FakeDriver(Driver):
    """See the module.

    Attributes:
        operations: every call that enqueues or waits, as (name, *detail), in order.
        ran: works that were executed, as (name, *detail), in order; a launched graph's one by one.
    """

    def __init__(self, device: DeviceInfo = DEVICE) -> None:
        self.device = device
        self.operations: list[tuple[Any, ...]] = []
        self.ran: list[tuple[Any, ...]] = []
        self.calls: Counter[str] = Counter()
        self.lost: DeviceLostError | None = None
        self._memory: dict[int, NDArray[np.uint8]] = {}
        self._host: dict[int, bytearray] = {}
        self._queues: dict[int, list[Work]] = {}
        self._issued: Counter[int] = Counter()
        self._done: Counter[int] = Counter()
        self._recording: dict[int, _Recording] = {}
        self._events: dict[int, _Event] = {}
        self._graphs: dict[int, list[Work]] = {}
        self._executables: dict[int, list[Work]] = {}
        self._failures: dict[str, list[tuple[int, BackendError]]] = {}
        self._next_device, self._next_host, self._next_handle = _DEVICE_BASE, _HOST_BASE, 1

    # What a test asks for.

    def fail(self, call: str, error: BackendError, after: int = 0) -> None:
        """Let a call of this name fail, once, after so many that succeed from now on.

        Works ("kernel") that are executed may fail too. A `DeviceLostError` stays: every later
        call fails with it.
        """
        self._failures.setdefault(call, []).append((self.calls[call] + after, error))

    def leaks(self) -> dict[str, int]:
        """What is still there, by kind."""
        kinds = {
            "device memory": self._memory,
            "host memory": self._host,
            "streams": self._queues,
            "events": self._events,
            "graphs": self._graphs,
            "executables": self._executables,
        }
        return {kind: len(live) for kind, live in kinds.items() if live}

    def array(self, address: int, shape: tuple[int, ...], dtype: str = "float32") -> NDArray[Any]:
        """Device memory as an array, for what stands in for a kernel."""
        nbytes = int(np.dtype(dtype).itemsize * np.prod(shape, dtype=np.int64))
        return self._device_bytes(address, nbytes).view(dtype).reshape(shape)

    def kernel(self, name: str, stream: int, run: Callable[[], None]) -> None:
        """Enqueue a function that works on arrays of device memory, as a library would."""
        self._call("kernel")
        self._enqueue(stream, Work("kernel", (name,), run))

    # Memory.

    def memory(self) -> tuple[int, int]:
        self._call("memory")
        used = sum(len(block) for block in self._memory.values())
        return self.device.memory - used, self.device.memory

    def allocate(self, nbytes: int) -> int:
        self._call("allocate", unsafe=True)
        free = self.device.memory - sum(len(block) for block in self._memory.values())
        if nbytes > free:
            raise BackendError(
                f"Wanted were {nbytes} bytes; of {self.device.memory} {free} are free."
            )
        address = self._next_device
        self._next_device += -(-nbytes // 256) * 256 + _GAP
        self._memory[address] = np.full(nbytes, 0xCD, np.uint8)
        return address

    def free(self, address: int) -> None:
        self._free("free", self._memory, address)

    def allocate_host(self, nbytes: int) -> int:
        self._call("allocate_host", unsafe=True)
        address = self._next_host
        self._next_host += -(-nbytes // 64) * 64 + _GAP
        self._host[address] = bytearray(b"\xcd" * nbytes)
        return address

    def free_host(self, address: int) -> None:
        self._free("free_host", self._host, address)

    def host_view(self, address: int, nbytes: int) -> NDArray[np.uint8]:
        return self._host_bytes(address, nbytes)

    def copy_to_device(self, device: int, host: int, nbytes: int, stream: int) -> None:
        self._call("copy_to_device")
        self._device_bytes(device, nbytes), self._host_bytes(host, nbytes)
        promised: list[bytes] = []

        def begin() -> None:
            promised.append(self._host_bytes(host, nbytes).tobytes())

        def run() -> None:
            content = self._host_bytes(host, nbytes)
            if content.tobytes() != promised.pop(0):
                raise MisuseError("the host wrote to memory that a copy was still to read")
            self._device_bytes(device, nbytes)[:] = content

        self._enqueue(stream, Work("copy_to_device", (device, nbytes), run, begin))

    def copy_to_host(self, host: int, device: int, nbytes: int, stream: int) -> None:
        self._call("copy_to_host")
        self._device_bytes(device, nbytes), self._host_bytes(host, nbytes)

        def begin() -> None:
            self._host_bytes(host, nbytes).fill(0xFF)

        def run() -> None:
            self._host_bytes(host, nbytes)[:] = self._device_bytes(device, nbytes)

        self._enqueue(stream, Work("copy_to_host", (device, nbytes), run, begin))

    def fill(self, address: int, value: int, nbytes: int, stream: int) -> None:
        self._call("fill")
        self._device_bytes(address, nbytes)

        def run() -> None:
            self._device_bytes(address, nbytes).fill(value)

        self._enqueue(stream, Work("fill", (address, nbytes), run))

    # Streams and events.

    def create_stream(self) -> int:
        self._call("create_stream")
        handle = self._handle()
        self._queues[handle] = []
        return handle

    def destroy_stream(self, stream: int) -> None:
        self._call("destroy_stream")
        self._pop(self._queues, stream, "stream")

    def synchronize(self, stream: int) -> None:
        self._call("synchronize", unsafe=True)
        self.operations.append(("synchronize",))
        self._run_until(stream, self._issued[stream])

    def create_event(self, timed: bool = False) -> int:
        self._call("create_event")
        handle = self._handle()
        self._events[handle] = _Event(timed)
        return handle

    def destroy_event(self, event: int) -> None:
        self._call("destroy_event")
        self._pop(self._events, event, "event")

    def record(self, event: int, stream: int) -> None:
        self._call("record")
        mark = self._get(self._events, event, "event")

        def run() -> None:
            mark.reached = len(self.ran)

        self._enqueue(stream, Work("record", (), run))
        if stream not in self._recording:
            mark.ticket, mark.reached = (stream, self._issued[stream]), None

    def wait(self, event: int) -> None:
        self._call("wait", unsafe=True)
        mark = self._get(self._events, event, "event")
        self.operations.append(("wait",))
        if mark.ticket is not None:
            self._run_until(*mark.ticket)

    def seconds(self, start: int, end: int) -> float:
        self._call("seconds")
        marks = [self._get(self._events, event, "event") for event in (start, end)]
        if not all(mark.timed and mark.reached is not None for mark in marks):
            raise MisuseError("the time of an event that is not timed, or has not been reached")
        return (marks[1].reached - marks[0].reached) / 1000

    # Graphs.

    def begin_capture(self, stream: int) -> None:
        self._call("begin_capture", unsafe=True)
        self._get(self._queues, stream, "stream")
        self._recording[stream] = _Recording()
        self.operations.append(("begin_capture",))

    def end_capture(self, stream: int) -> int:
        # As in CUDA the stream stops recording even where this fails.
        recording = self._pop(self._recording, stream, "record")
        self._call("end_capture")
        self.operations.append(("end_capture",))
        if recording.spoilt:
            raise BackendError("CUDA could not record a graph: cudaErrorStreamCaptureInvalidated.")
        handle = self._handle()
        self._graphs[handle] = recording.works
        return handle

    def capturing(self, stream: int) -> bool:
        self._call("capturing")
        return stream in self._recording

    def node_count(self, graph: int) -> int:
        self._call("node_count")
        return len(self._get(self._graphs, graph, "graph"))

    def instantiate(self, graph: int) -> int:
        self._call("instantiate", unsafe=True)
        handle = self._handle()
        self._executables[handle] = list(self._get(self._graphs, graph, "graph"))
        return handle

    def upload(self, executable: int, stream: int) -> None:
        self._call("upload")
        self._get(self._executables, executable, "executable")
        self._enqueue(stream, Work("upload", (), lambda: None))

    def launch(self, executable: int, stream: int) -> None:
        self._call("launch")
        works = self._get(self._executables, executable, "executable")

        def begin() -> None:
            for work in works:
                work.begin()

        def run() -> None:
            for work in works:
                self._execute(work)

        self._enqueue(stream, Work("launch", (len(works),), run, begin))

    def destroy_graph(self, graph: int) -> None:
        self._call("destroy_graph")
        self._pop(self._graphs, graph, "graph")

    def destroy_executable(self, executable: int) -> None:
        self._call("destroy_executable", unsafe=True)
        self._refuse_pending("an executable graph")
        self._pop(self._executables, executable, "executable")

    # How it works.

    def _call(self, name: str, unsafe: bool = False) -> None:
        """Fail where a test wants it; spoil a record by what CUDA does not allow meanwhile."""
        if self.lost is not None:
            raise DeviceLostError(self.lost.what, self.lost.remedy)
        count = self.calls[name]
        self.calls[name] += 1
        for planned in self._failures.get(name, []):
            if planned[0] == count:
                self._failures[name].remove(planned)
                if isinstance(planned[1], DeviceLostError):
                    self.lost = planned[1]
                raise planned[1]
        if unsafe and self._recording:
            for recording in self._recording.values():
                recording.spoilt = True
            raise BackendError(f"cudaErrorStreamCaptureUnsupported: {name}")

    def _enqueue(self, stream: int, work: Work) -> None:
        if stream not in self._queues:
            raise MisuseError(f"{work.name} on stream {stream}, which is not there")
        self.operations.append((work.name, *work.detail))
        if stream in self._recording:
            self._recording[stream].works.append(work)
            return
        work.begin()
        self._queues[stream].append(work)
        self._issued[stream] += 1

    def _run_until(self, stream: int, ticket: int) -> None:
        queue = self._get(self._queues, stream, "stream")
        while self._done[stream] < ticket:
            self._done[stream] += 1
            self._execute(queue.pop(0))

    def _execute(self, work: Work) -> None:
        self._call(f"run {work.name}")
        work.run()
        if work.name != "launch":
            self.ran.append((work.name, *work.detail))

    def _device_bytes(self, address: int, nbytes: int) -> NDArray[np.uint8]:
        for base, block in self._memory.items():
            if base <= address and address + nbytes <= base + len(block):
                return block[address - base : address - base + nbytes]
        raise MisuseError(f"{nbytes} bytes at device address {address:#x} are not allocated")

    def _host_bytes(self, address: int, nbytes: int) -> NDArray[np.uint8]:
        for base, block in self._host.items():
            if base <= address and address + nbytes <= base + len(block):
                # Over a memoryview, so that no view of it holds another array of ours.
                part = memoryview(block)[address - base : address - base + nbytes]
                return np.frombuffer(part, np.uint8)
        raise MisuseError(f"{nbytes} bytes at host address {address:#x} are not allocated")

    def _free(self, call: str, memory: dict[int, Any], address: int) -> None:
        self._call(call, unsafe=True)
        self._refuse_pending("memory")
        self._pop(memory, address, "memory")

    def _refuse_pending(self, what: str) -> None:
        if any(self._queues.values()):
            raise MisuseError(f"{what} is freed while something enqueued may use it")

    def _handle(self) -> int:
        self._next_handle += 1
        return self._next_handle

    def _get(self, table: dict[int, Any], handle: int, kind: str) -> Any:
        if handle not in table:
            raise MisuseError(f"there is no {kind} {handle:#x}")
        return table[handle]

    def _pop(self, table: dict[int, Any], handle: int, kind: str) -> Any:
        value = self._get(table, handle, kind)
        del table[handle]
        return value
