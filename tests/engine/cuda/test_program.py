from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

from sideman.engine.backends.program import Segment
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.program import GraphProgram, StreamProgram
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError, MissingExtraError
from tests.engine.fakes.driver import FakeDriver

NBYTES = 12


class Doubling:
    """Two stages: y = 2x, then y = y + 1."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.driver: FakeDriver = stream.driver
        self.x, self.y = CudaBuffer(stream, (3,)), CudaBuffer(stream, (3,))
        self.segments = (
            Segment("double", (self.x.enqueue_upload, self.double)),
            Segment("add", (self.add, self.y.enqueue_download)),
        )
        self.driver.operations.clear()
        self.driver.ran.clear()

    def double(self) -> None:
        x, y = (self.driver.array(b.address, (3,)) for b in (self.x, self.y))
        self.driver.kernel("double", self.stream.handle, lambda: y.__setitem__(..., 2 * x))

    def add(self) -> None:
        y = self.driver.array(self.y.address, (3,))
        self.driver.kernel("add", self.stream.handle, lambda: y.__iadd__(1))

    @property
    def works(self) -> list[tuple]:
        return [
            ("copy_to_device", self.x.address, NBYTES),
            ("kernel", "double"),
            ("kernel", "add"),
            ("copy_to_host", self.y.address, NBYTES),
        ]


def no_record(name: str, seconds: float) -> None:
    raise AssertionError("nothing is timed in a run")


@pytest.fixture
def stages(stream: Stream) -> Doubling:
    return Doubling(stream)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SIDEMAN_NO_CUDA_GRAPH", "SIDEMAN_NVTX"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(params=["stream", "graph"])
def program(request: pytest.FixtureRequest, stages: Doubling) -> StreamProgram:
    kind = GraphProgram if request.param == "graph" else StreamProgram
    return kind(stages.segments, stages.stream)


def run(program: StreamProgram, stages: Doubling, value: float) -> float:
    stages.x.host[:] = value
    program.run(no_record)
    return float(stages.y.host[0])


def test_a_run_enqueues_everything_and_waits_once(program: StreamProgram, stages: Doubling) -> None:
    assert run(program, stages, 3) == 7
    assert stages.driver.operations == [*stages.works, ("record",), ("wait",)]
    assert run(program, stages, 4) == 9


def test_a_replay_launches_once_and_waits_once(stages: Doubling) -> None:
    program = GraphProgram(stages.segments, stages.stream)
    assert run(program, stages, 1) == 3
    assert not program.replays
    assert "not captured" in program.describe() or "no graph" in program.describe()
    stages.driver.ran.clear()
    assert program.capture()
    assert program.replays
    assert program.describe() == "the whole cycle as one CUDA graph"
    assert not [work for work in stages.driver.ran if work[0] == "kernel"], "only recorded"
    stages.driver.operations.clear()
    stages.driver.ran.clear()
    assert run(program, stages, 5) == 11
    assert stages.driver.operations == [("launch", 4), ("record",), ("wait",)]
    assert stages.driver.ran == [*stages.works, ("record",)]


def test_captured_operations_are_those_of_a_run(stages: Doubling) -> None:
    program = GraphProgram(stages.segments, stages.stream)
    program.capture()
    operations = stages.driver.operations
    begin, end = operations.index(("begin_capture",)), operations.index(("end_capture",))
    assert operations[begin + 1 : end] == stages.works


def test_segments_are_measured_in_a_run_of_their_own(
    program: StreamProgram, stages: Doubling
) -> None:
    program.capture()
    events = stages.driver.calls["create_event"]
    for value in (2, 3):
        seconds: dict[str, float] = {}
        stages.x.host[:] = value
        program.measure(seconds.__setitem__)
        assert stages.y.host[0] == 2 * value + 1
        assert list(seconds) == ["double", "add"]
        # The fake driver counts a millisecond for each work, and one for the mark itself.
        assert seconds["double"] == pytest.approx(0.003)
    assert stages.driver.calls["create_event"] == events + 3, "marks are made once"
    assert stages.driver.operations.count(("wait",)) == 2
    assert run(program, stages, 4) == 9


def test_the_environment_switches_graphs_off(
    stages: Doubling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDEMAN_NO_CUDA_GRAPH", "1")
    program = GraphProgram(stages.segments, stages.stream)
    assert not program.capture()
    assert not program.replays
    assert program.describe() == "one stream, no graph (SIDEMAN_NO_CUDA_GRAPH is set)"
    assert run(program, stages, 1) == 3
    assert "begin_capture" not in stages.driver.calls
    monkeypatch.setenv("SIDEMAN_NO_CUDA_GRAPH", "0")
    assert program.capture()


def test_a_program_without_graphs_says_how_it_runs(stages: Doubling) -> None:
    program = StreamProgram(stages.segments, stages.stream)
    assert program.describe() == "one stream, no graph"
    assert not program.capture()


def test_after_an_error_nothing_is_left_running(program: StreamProgram, stages: Doubling) -> None:
    stages.driver.fail("kernel", BackendError("stage add failed"), after=1)
    with pytest.raises(BackendError, match="stage add failed"):
        run(program, stages, 1)
    stages.x.host[:] = 2
    stages.stream.synchronize()  # raises if a copy from the failed run was still to read x
    assert run(program, stages, 3) == 7


def test_a_lost_device_is_not_asked_again(program: StreamProgram, stages: Doubling) -> None:
    stages.driver.fail("run kernel", DeviceLostError("the GPU is lost", "restart"))
    for _ in range(2):
        with pytest.raises(DeviceLostError, match="the GPU is lost"):
            run(program, stages, 1)
    calls = stages.driver.calls.copy()
    for again in (lambda: run(program, stages, 1), lambda: program.measure(no_record)):
        with pytest.raises(DeviceLostError, match="restart"):
            again()
    assert stages.driver.calls == calls


def test_a_replay_that_fails_gives_no_output(stages: Doubling) -> None:
    program = GraphProgram(stages.segments, stages.stream)
    program.capture()
    stages.driver.fail("launch", BackendError("launch failed"))
    with pytest.raises(BackendError, match="launch failed"):
        run(program, stages, 1)
    assert run(program, stages, 1) == 3


def test_a_program_is_freed_with_its_last_name(stages: Doubling) -> None:
    """Not when the collector next comes by: its graph holds memory on the device."""
    program = GraphProgram(stages.segments, stages.stream)
    program.capture()
    program.measure(lambda name, seconds: None)
    collected = weakref.ref(program)
    gc.disable()
    try:
        del program
        assert collected() is None
    finally:
        gc.enable()
    assert "executables" not in stages.driver.leaks()
    assert "events" not in stages.driver.leaks()


@contextmanager
def fake_annotate(seen: list[str], name: str) -> Iterator[None]:
    seen.append(name)
    yield


def test_ranges_for_a_profiler_where_they_are_asked_for(
    program: StreamProgram, stages: Doubling, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    module = ModuleType("nvtx")
    annotate: Callable = lambda name, domain: fake_annotate(seen, f"{domain}: {name}")  # noqa: E731
    monkeypatch.setattr(module, "annotate", annotate, raising=False)
    monkeypatch.setitem(sys.modules, "nvtx", module)
    program.measure(lambda name, seconds: None)
    assert seen == []
    monkeypatch.setenv("SIDEMAN_NVTX", "1")
    program.measure(lambda name, seconds: None)
    assert seen == ["sideman: double", "sideman: add"]
    monkeypatch.setitem(sys.modules, "nvtx", None)
    with pytest.raises(MissingExtraError, match="nvtx"):
        program.measure(lambda name, seconds: None)
