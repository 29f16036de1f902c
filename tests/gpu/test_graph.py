"""Capturing and replaying whatever enqueues on a stream: here PyTorch, and CuPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sideman.engine.backends.program import Segment
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.graph import NO_GRAPH, CapturedGraph
from sideman.engine.cuda.program import GraphProgram
from sideman.engine.errors import BackendError

pytestmark = pytest.mark.gpu
SIZE = 1000


class Doubling:
    """Uploads, doubles and adds one, downloads; a cycle in small."""

    def __init__(self, torch: Any, stream: Any) -> None:
        from tests.gpu.torch_backend import tensor_over, torch_stream

        self.input, self.output = (CudaBuffer(stream, (SIZE,)) for _ in range(2))
        self._torch, self._stream = torch, torch_stream(stream)
        self._from, self._to = tensor_over(self.input), tensor_over(self.output)
        self.enqueued = 0
        self.offset = 1.0
        torch.cuda.synchronize()

    def compute(self) -> None:
        self.enqueued += 1
        with self._torch.no_grad(), self._torch.cuda.stream(self._stream):
            self._to.copy_(self._from * 2 + self.offset)

    def enqueue(self) -> None:
        self.input.enqueue_upload()
        self.compute()
        self.output.enqueue_download()

    def segments(self) -> tuple[Segment, ...]:
        return (
            Segment("encode", (self.input.enqueue_upload,)),
            Segment("step", (self.compute,)),
            Segment("decode", (self.output.enqueue_download,)),
        )


@pytest.fixture
def doubling(torch, stream) -> Iterator[Doubling]:
    yield Doubling(torch, stream)
    stream.synchronize()


def ignore(_name: str, _seconds: float) -> None:
    pass


def replayed(graph: CapturedGraph, doubling: Doubling, stream: Any, value: float) -> np.ndarray:
    doubling.input.host[:] = value
    doubling.output.host[:] = np.nan
    graph.replay()
    stream.synchronize()
    return doubling.output.host


def test_a_replay_reads_new_inputs_and_runs_no_python(doubling, stream) -> None:
    doubling.enqueue()
    graph = CapturedGraph(stream, doubling.enqueue)
    graph.capture()
    enqueued = doubling.enqueued
    for value in (3.0, -5.0, 0.25):
        assert (replayed(graph, doubling, stream, value) == 2 * value + 1).all()
    assert doubling.enqueued == enqueued


def test_what_changes_behind_a_record_is_seen_only_with_another_fingerprint(
    doubling, stream
) -> None:
    bound = ["first"]
    doubling.enqueue()
    graph = CapturedGraph(stream, doubling.enqueue, lambda: bound[0])
    graph.capture()
    doubling.offset = 100.0
    assert (replayed(graph, doubling, stream, 1.0) == 3).all()
    bound[0] = "second"
    assert (replayed(graph, doubling, stream, 1.0) == 102).all()
    assert graph.captures == 2
    assert (replayed(graph, doubling, stream, 2.0) == 104).all()
    assert graph.captures == 2


def test_a_graph_of_nothing_is_refused(stream) -> None:
    graph = CapturedGraph(stream, lambda: None)
    with pytest.raises(BackendError, match="holds nothing"):
        graph.capture()
    assert not graph.captured


def test_what_waits_cannot_be_recorded_and_spoils_nothing(doubling, stream) -> None:
    def waits() -> None:
        doubling.enqueue()
        stream.synchronize()

    graph = CapturedGraph(stream, waits)
    with pytest.raises(BackendError, match="cannot be recorded"):
        graph.capture()
    doubling.input.host[:] = 4
    doubling.enqueue()
    stream.synchronize()
    assert (doubling.output.host == 9).all()


def test_a_program_runs_as_one_graph_and_times_its_segments_apart(doubling, stream) -> None:
    program = GraphProgram(doubling.segments(), stream)
    program.run(ignore)
    assert program.capture()
    assert program.replays
    assert "one CUDA graph" in program.describe()
    doubling.input.host[:] = 7
    doubling.output.host[:] = np.nan
    program.run(ignore)
    assert (doubling.output.host == 15).all()
    seconds: dict[str, float] = {}
    program.measure(seconds.__setitem__)
    assert set(seconds) == {"encode", "step", "decode"}
    assert all(0 < value < 1 for value in seconds.values())
    doubling.input.host[:] = -1
    program.run(ignore)
    assert (doubling.output.host == -1).all()


def test_graphs_can_be_switched_off(doubling, stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_GRAPH, "1")
    program = GraphProgram(doubling.segments(), stream)
    program.run(ignore)
    assert not program.capture()
    doubling.input.host[:] = 2
    program.run(ignore)
    assert (doubling.output.host == 5).all()
    assert NO_GRAPH in program.describe()


def test_it_records_cupy_as_well(device, stream) -> None:
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    buffer, result = (CudaBuffer(stream, (SIZE,)) for _ in range(2))

    def array(of: CudaBuffer) -> Any:
        memory = cupy.cuda.UnownedMemory(of.address, of.nbytes, of)
        pointer = cupy.cuda.MemoryPointer(memory, 0)
        return cupy.ndarray((SIZE,), np.float32, pointer)

    source, target = array(buffer), array(result)

    def enqueue() -> None:
        buffer.enqueue_upload()
        with cupy.cuda.ExternalStream(stream.handle):
            cupy.multiply(source, np.float32(3), out=target)
        result.enqueue_download()

    enqueue()
    graph = CapturedGraph(stream, enqueue)
    graph.capture()
    buffer.host[:] = 5
    graph.replay()
    stream.synchronize()
    assert (result.host == 15).all()
