"""Steps put together from chunks, without sockets, threads or a clock."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.assembler import CONTEXT, Assembler
from sideman.runtime.multi_track.wire import AudioChunk
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Step
from sideman.runtime.server.setting import Setting

STEMS = ("bass", "drums", "guitar", "piano")
STEP = 66_150
HALF_STEP = STEP / 44_100 / 2
ALICE = ("127.0.0.1", 5_001)
ALICE_AGAIN = ("127.0.0.1", 5_002)
BOB = ("127.0.0.2", 5_001)


def setting(r: float = 0.25, w: int = 1) -> Setting:
    grid = LatentGrid()
    return Setting(Geometry.reference(grid, r, w, 0.02), grid, STEMS, (0,))


class Bench:
    """An assembler with a hand to feed it; half a step is 33,075 samples, two make a step."""

    def __init__(self) -> None:
        self.queue = EventQueue()
        self.dropped: list[int] = []
        self.assembler = Assembler(self.queue, lambda batch_id, _: self.dropped.append(batch_id))
        self.assembler.use(setting(), 0.0)
        self.now = 0.0

    def half(self, batch_id, which, value=1.0, *, sender=ALICE, plane=CONTEXT, total=2, start=None):
        samples = np.full(STEP // 2, value, np.float32)
        place = which * (STEP // 2) if start is None else start
        chunk = AudioChunk(batch_id, place, total, samples)
        self.assembler.add(plane, chunk, samples, sender, self.now)

    def whole(self, batch_id, value=1.0, **options):
        self.half(batch_id, 0, value, **options)
        self.half(batch_id, 1, value, **options)

    def steps(self) -> list[tuple[int, bool, float, float]]:
        """What the cycle thread would get: id, wanted, first and last sample."""
        self.queue.put_control(marker := object())
        found = []
        while (event := self.queue.take()) is not marker:
            assert isinstance(event, Step)
            found.append(
                (event.batch_id, event.wanted, float(event.audio[0]), float(event.audio[-1]))
            )
            self.queue.release(event)
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_chunks_in_any_order(bench):
    bench.half(1, 1, 0.2)
    assert bench.steps() == []
    bench.half(1, 0, 0.1)
    assert bench.steps() == [(1, True, pytest.approx(0.1), pytest.approx(0.2))]
    assert bench.dropped == []


def test_duplicates_are_not_counted_and_not_added_twice(bench):
    for plane in (0, 3):
        bench.half(1, 0, 0.25, plane=plane, total=4)
        bench.half(1, 0, 0.25, plane=plane, total=4)
    assert bench.steps() == []
    for plane in (0, 3):
        bench.half(1, 1, 0.125, plane=plane, total=4)
    assert bench.steps() == [(1, True, 0.5, 0.25)]


def test_planes_mode_adds_and_context_mode_writes(bench):
    bench.whole(1, 0.5)
    for plane in range(4):
        bench.half(2, 0, 0.25, plane=plane, total=8)
        bench.half(2, 1, 0.125, plane=plane, total=8)
    assert bench.steps()[-1] == (2, True, 1.0, 0.5)


def test_a_buffer_that_is_used_again_holds_nothing_old(bench):
    for batch_id in range(20):
        bench.whole(batch_id, 0.5)
        bench.steps()
    bench.half(20, 0, 0.25)
    bench.assembler.complete(ALICE, 0.0)
    assert bench.steps() == [(20, True, 0.25, 0.0)]


def test_an_unfinished_batch_is_dropped_and_heard(bench):
    bench.half(1, 0, 0.25)
    bench.half(2, 0, 0.5)
    assert bench.dropped == [1]
    bench.half(2, 1, 0.5)
    assert bench.steps() == [(1, False, 0.25, 0.0), (2, True, 0.5, 0.5)]


def test_newest_wins_and_order_stays(bench):
    for batch_id in (1, 2, 3):
        bench.whole(batch_id, batch_id / 8)
    bench.half(4, 0, 0.5)
    bench.whole(5, 5 / 8)
    assert bench.dropped == [1, 2, 4, 3]
    assert [step[:3] for step in bench.steps()] == [
        (1, False, 0.125),
        (2, False, 0.25),
        (3, False, 0.375),
        (4, False, 0.5),
        (5, True, 0.625),
    ]


def test_late_packets_of_the_batch_before_are_ignored(bench):
    bench.whole(1)
    bench.now = HALF_STEP * 0.9
    bench.half(1, 0)
    bench.half(2, 0)
    bench.half(1, 0)
    bench.half(2, 1)
    assert [step[0] for step in bench.steps()] == [1, 2]
    bench.half(3, 0)
    bench.half(4, 0)  # gives 3 up
    bench.half(3, 1)  # late
    bench.half(4, 1)
    assert bench.dropped == [1, 3]


@pytest.mark.parametrize(
    ("sender", "later", "forget"),
    [
        (ALICE_AGAIN, 0.0, False),
        (BOB, 0.0, False),
        (ALICE, HALF_STEP * 1.01, False),
        (ALICE, 0.0, True),
    ],
)
def test_the_id_of_the_batch_before_may_come_again(bench, sender, later, forget):
    bench.whole(7, 0.25)
    bench.steps()
    bench.now = later
    if forget:
        bench.assembler.forget(bench.now)
    bench.whole(7, 0.5, sender=sender)
    assert bench.steps() == [(7, True, 0.5, 0.5)]


def test_older_ids_are_new_batches(bench):
    for batch_id in (9, 3, -4, 3, 2**31 - 1, 0):
        bench.whole(batch_id)
        assert bench.steps()[0][:2] == (batch_id, True)


@pytest.mark.parametrize(
    ("sender", "later"), [(ALICE_AGAIN, 0.0), (BOB, 0.0), (ALICE, HALF_STEP * 1.01)]
)
def test_a_client_that_restarts_within_a_batch_is_heard(bench, sender, later):
    bench.half(0, 0, 0.25)
    bench.now = later
    bench.half(0, 0, 0.5, sender=sender)
    bench.half(0, 1, 0.5, sender=sender)
    assert bench.dropped == [0]
    assert bench.steps() == [(0, False, 0.25, 0.0), (0, True, 0.5, 0.5)]


def test_packets_of_one_batch_may_come_from_several_ports(bench):
    bench.half(0, 0, 0.25)
    bench.half(0, 1, 0.5, sender=ALICE_AGAIN)
    assert bench.steps() == [(0, True, 0.25, 0.5)]


def test_a_restart_with_another_package_size_is_heard(bench):
    bench.half(0, 1, 0.25, total=3)
    bench.half(0, 0, 0.5, sender=ALICE_AGAIN)
    bench.half(0, 1, 0.5, sender=ALICE_AGAIN)
    assert bench.steps()[-1] == (0, True, 0.5, 0.5)


@pytest.mark.parametrize(
    "options",
    [
        {"start": -1},
        {"start": STEP // 2 + 1},
        {"start": 2**31 - 1},
        {"start": -(2**31)},
        {"total": 0},
        {"total": -1},
        {"total": STEP + 1},
        {"total": 4 * STEP + 1, "plane": 0},
    ],
)
def test_chunks_that_fit_no_step_are_refused_and_change_nothing(bench, options):
    bench.half(1, 0, 0.25)
    with pytest.raises(ProtocolError, match="Batch 2"):
        bench.half(2, 0, **options)
    bench.half(1, 1, 0.25)
    assert bench.steps() == [(1, True, 0.25, 0.25)]
    assert bench.dropped == []


@pytest.mark.parametrize(
    ("options", "reason"), [({"total": 3}, "total"), ({"plane": 2}, "separate planes")]
)
def test_chunks_that_contradict_their_batch_are_refused(bench, options, reason):
    bench.half(1, 0, 0.25)
    with pytest.raises(ProtocolError, match=reason):
        bench.half(1, 1, 0.5, **options)
    bench.half(1, 1, 0.25)
    assert bench.steps() == [(1, True, 0.25, 0.25)]


def test_predict_completes_the_open_batch_or_makes_silence(bench):
    bench.half(5, 1, 0.25)
    bench.assembler.complete(ALICE, 0.0)
    bench.assembler.complete(ALICE, 0.0)
    assert bench.dropped == [5]
    assert bench.steps() == [(5, False, 0.0, 0.25), (5, True, 0.0, 0.0)]


def test_another_step_length_gives_the_open_batch_up(bench):
    bench.half(1, 0, 0.25)
    bench.assembler.use(setting(0.125), 0.0)
    assert bench.dropped == [1]
    (step,) = bench.steps()
    assert step[:2] == (1, False)
    assert len(bench.queue.borrow().audio) == int(264_600 * 0.125)


def test_the_same_step_length_lets_the_open_batch_go_on(bench):
    bench.half(1, 0, 0.25)
    bench.assembler.use(setting(0.25, -1), 0.0)
    bench.half(1, 1, 0.25)
    assert bench.steps() == [(1, True, 0.25, 0.25)]


def test_times_of_the_first_and_the_last_packet(bench):
    bench.now = 3.0
    bench.half(1, 0)
    bench.now = 3.25
    bench.half(1, 1)
    step = bench.queue.take()
    assert (step.first, step.last, step.sender) == (3.0, 3.25, ALICE)


def test_more_steps_than_a_window_holds_push_the_oldest_out(bench):
    """They would have left the window before any cycle saw them."""
    for batch_id in range(50):
        bench.whole(batch_id, batch_id / 64)
    kept = bench.steps()
    assert [step[0] for step in kept] == list(range(50 - len(kept), 50))
    assert len(kept) >= -(-264_600 // STEP) + 1
    assert kept[-1] == (49, True, 49 / 64, 49 / 64)
    assert not any(step[1] for step in kept[:-1])
    assert bench.dropped == list(range(49))


def test_a_steady_stream_allocates_no_array(bench):
    def step(batch_id):
        bench.whole(batch_id)
        bench.queue.release(bench.queue.take())

    bench_samples = [np.ones(STEP // 2, np.float32) for _ in range(2)]
    chunks = [
        [AudioChunk(k, i * (STEP // 2), 2, bench_samples[i]) for i in range(2)] for k in range(8)
    ]
    step(100)
    tracemalloc.start()
    try:
        for pair in chunks:
            for chunk in pair:
                bench.assembler.add(CONTEXT, chunk, chunk.payload, ALICE, 0.0)
            bench.queue.release(bench.queue.take())
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    assert not list(snapshot.filter_traces([numpy]).traces)
