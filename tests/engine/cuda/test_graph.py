from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.cuda.graph import CapturedGraph
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError
from tests.engine.fakes.driver import FakeDriver


class Counter:
    """Enqueues kernels that count, and is bound to something that may change."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.bound: object = (1, "sm89")
        self.ran: list[object] = []
        self.kernels = 2
        self.graph = CapturedGraph(stream, self.enqueue, lambda: self.bound)

    def enqueue(self) -> None:
        # As a library does: what is bound now is written into the kernel's arguments.
        bound = self.bound
        for _ in range(self.kernels):
            self.driver.kernel("count", self.stream.handle, lambda: self.ran.append(bound))

    @property
    def driver(self) -> FakeDriver:
        return self.stream.driver

    def replay(self) -> list[object]:
        self.ran.clear()
        self.graph.replay()
        self.stream.synchronize()
        return list(self.ran)


@pytest.fixture
def counter(stream: Stream) -> Counter:
    return Counter(stream)


def usable(counter: Counter) -> bool:
    counter.ran.clear()
    counter.kernels = 1
    counter.enqueue()
    counter.stream.synchronize()
    return len(counter.ran) == 1 and not counter.driver.capturing(counter.stream.handle)


def test_a_record_repeats_what_was_enqueued(counter: Counter) -> None:
    with pytest.raises(BackendError, match="never recorded"):
        counter.graph.replay()
    counter.graph.capture()
    assert counter.ran == []
    assert counter.replay() == [counter.bound] * 2
    assert counter.replay() == [counter.bound] * 2
    assert counter.driver.leaks() == {"streams": 1, "executables": 1}, "the graph itself is gone"


def test_a_change_is_noticed_and_recorded_anew(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    counter.graph.capture()
    for bound in ((2, "sm89"), (3, "sm89")):
        counter.bound = bound
        assert counter.replay() == [bound] * 2, "this once piece by piece"
        assert counter.replay() == [bound] * 2
    assert counter.graph.captures == 3
    assert caplog.text.count("recorded anew") == 1
    assert counter.driver.leaks()["executables"] == 1


def test_a_record_that_is_not_told_of_a_change_is_stale(stream: Stream) -> None:
    """What the fingerprint is for: a graph keeps the arguments that it was recorded with."""
    counter = Counter(stream)
    blind = CapturedGraph(stream, counter.enqueue)
    blind.capture()
    counter.bound = (2, "sm89")
    blind.replay()
    stream.synchronize()
    assert counter.ran == [(1, "sm89")] * 2


@given(changes=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12))
def test_a_replay_never_uses_what_is_no_longer_bound(changes: list[tuple[int, bool]]) -> None:
    driver = FakeDriver()
    with Stream(driver) as stream:
        counter = Counter(stream)
        counter.graph.capture()
        for bound, again in changes:
            counter.bound = bound
            if again:
                counter.graph.capture()
            assert counter.replay() == [bound] * 2
    assert driver.leaks() == {}


def test_a_record_of_nothing_is_an_error(counter: Counter) -> None:
    counter.kernels = 0
    with pytest.raises(BackendError, match=r"(?s)holds nothing.*SIDEMAN_NO_CUDA_GRAPH=1"):
        counter.graph.capture()
    assert not counter.graph.captured
    assert counter.driver.leaks() == {"streams": 1}
    assert usable(counter)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    ("call", "after"),
    [("begin_capture", 0), ("kernel", 0), ("kernel", 1), ("end_capture", 0), ("node_count", 0)],
)
def test_a_record_that_fails_leaves_the_stream_usable(
    counter: Counter, call: str, after: int, before: bool
) -> None:
    if before:
        counter.graph.capture()
    counter.driver.fail(call, BackendError(f"{call} failed", "a way out"), after)
    with pytest.raises(BackendError, match=rf"(?s){call} failed.*a way out"):
        counter.graph.capture()
    assert not counter.graph.captured, "an old record may be of what is no longer there"
    assert usable(counter)
    assert counter.driver.leaks() == {"streams": 1}


@pytest.mark.parametrize("call", ["instantiate", "upload"])
def test_a_graph_that_does_not_fit_is_not_kept(counter: Counter, call: str) -> None:
    counter.driver.fail(call, BackendError("out of memory"))
    with pytest.raises(BackendError, match="out of memory"):
        counter.graph.capture()
    assert not counter.graph.captured
    assert "graphs" not in counter.driver.leaks()
    counter.graph.capture()
    assert counter.replay() == [counter.bound] * 2


def test_who_waits_while_recording_is_told_and_the_stream_is_usable(stream: Stream) -> None:
    counter = Counter(stream)

    def waits() -> None:
        counter.enqueue()
        stream.synchronize()

    with pytest.raises(BackendError, match=r"(?s)cannot be recorded.*StreamCaptureUnsupported"):
        CapturedGraph(stream, waits).capture()
    assert usable(counter)


def test_an_error_that_is_none_of_ours_ends_the_record_too(stream: Stream) -> None:
    counter = Counter(stream)

    def interrupted() -> None:
        counter.enqueue()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CapturedGraph(stream, interrupted).capture()
    assert usable(counter)


def test_a_device_lost_while_recording(counter: Counter) -> None:
    counter.driver.fail("kernel", DeviceLostError("gone", "restart"))
    with pytest.raises(DeviceLostError, match="gone"):
        counter.graph.capture()
    assert not counter.graph.captured
