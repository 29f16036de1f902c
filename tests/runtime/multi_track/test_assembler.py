"""Steps put together from chunks, without sockets, threads or a clock."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.assembler import Assembler
from sideman.runtime.multi_track.batch import CONTEXT
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
    """An assembler with a hand to feed it; half a step is 33,075 samples, two make a step.

    Attributes:
        dropped: ids of batches that clients are told will not be answered.
        refused: the reason by id, of those that are no step of this setting.
        patched: the holes by id.
        cycle: seconds that the last cycles took.
    """

    def __init__(self) -> None:
        self.queue = EventQueue()
        self.dropped_ids: list[int] = []
        self.reasons: dict[int, str] = {}
        self.holes: dict[int, list[tuple[int, int]]] = {}
        self.cycle: float | None = None
        self.assembler = Assembler(self.queue, self, lambda: self.cycle)
        self.assembler.use(setting(), 0.0)
        self.now = 0.0

    def dropped(self, batch_id, to):
        self.dropped_ids.append(batch_id)

    def refused(self, batch_id, reason, to):
        assert batch_id not in self.reasons, "told once"
        self.reasons[batch_id] = reason

    def patched(self, batch_id, holes, to, rate):
        self.holes[batch_id] = holes

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
    assert bench.dropped_ids == []


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
    bench.now += 2 * HALF_STEP
    bench.half(2, 0, 0.5)
    bench.half(2, 1, 0.5)
    assert bench.dropped_ids == [1]
    assert bench.steps() == [(1, False, 0.25, 0.0), (2, True, 0.5, 0.5)]


def test_newest_wins_and_order_stays(bench):
    for batch_id in (1, 2, 3):
        bench.whole(batch_id, batch_id / 8)
    bench.half(4, 0, 0.5)
    bench.now += 2 * HALF_STEP
    bench.whole(5, 5 / 8)
    assert bench.dropped_ids == [1, 2, 4, 3]
    assert [step[:3] for step in bench.steps()] == [
        (1, False, 0.125),
        (2, False, 0.25),
        (3, False, 0.375),
        (4, False, 0.5),
        (5, True, 0.625),
    ]


def test_late_packets_of_batches_that_have_ended_are_ignored(bench):
    bench.whole(1)
    bench.whole(2)
    bench.now = HALF_STEP * 0.9
    bench.half(1, 0)
    bench.half(3, 0)
    bench.half(2, 0)
    bench.half(1, 1)
    bench.half(3, 1)
    assert [step[0] for step in bench.steps()] == [1, 2, 3]
    assert bench.dropped_ids == [1, 2]  # overtaken, and each told once


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
        bench.now += 2 * HALF_STEP
        bench.whole(batch_id)
        assert bench.steps()[0][:2] == (batch_id, True)


@pytest.mark.parametrize(
    ("sender", "later"), [(ALICE_AGAIN, 0.0), (BOB, 0.0), (ALICE, HALF_STEP * 1.01)]
)
def test_a_client_that_restarts_within_a_batch_is_heard(bench, sender, later):
    bench.half(0, 0, 0.25)
    bench.now = later
    bench.half(0, 0, 0.5, sender=sender)
    if sender != ALICE:
        bench.half(0, 1, 0.25)  # the last packet of the client that is gone
    bench.half(0, 1, 0.5, sender=sender)
    assert bench.dropped_ids == []  # its id is the one that is answered
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
        {"total": 4 * STEP + 1},
        {"total": 4 * STEP + 1, "plane": 0},
    ],
)
def test_chunks_that_fit_no_step_are_refused_and_change_nothing(bench, options):
    bench.half(1, 0, 0.25)
    for _ in range(3):
        bench.half(2, 0, **options)
    bench.half(2, 1)  # a client with longer steps also has chunks that would fit
    assert "do not lie within a step" in bench.reasons[2] or "make no step" in bench.reasons[2]
    bench.half(1, 1, 0.25)
    assert bench.steps() == [(1, True, 0.25, 0.25)]
    assert bench.dropped_ids == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"total": 3}, "total"),
        ({"plane": 2}, "separate planes"),
        ({"start": 0}, "other samples for place 0"),
        ({"start": 100}, "overlap those at place 0"),
    ],
)
def test_chunks_that_contradict_their_batch_are_refused(bench, options, reason):
    bench.half(1, 0, 0.25)
    with pytest.raises(ProtocolError, match=reason):
        bench.half(1, 1, 0.5, **options)
    bench.half(1, 1, 0.25)
    assert bench.steps() == [(1, True, 0.25, 0.25)]


def test_predict_completes_the_open_batch_or_makes_silence(bench):
    bench.half(5, 1, 0.25)
    assert not bench.assembler.mostly_arrived
    bench.assembler.complete(ALICE, 0.0)
    bench.assembler.complete(ALICE, 0.0)
    assert bench.dropped_ids == [5]
    assert bench.steps() == [(5, False, 0.0, 0.25), (5, True, 0.0, 0.0)]


def test_another_step_length_gives_the_open_batch_up(bench):
    bench.half(1, 0, 0.25)
    bench.assembler.use(setting(0.125), 0.0)
    assert bench.dropped_ids == [1]
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
    assert bench.dropped_ids == list(range(49))


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


PLACES = range(0, STEP, 4_410)


def send(bench, batch_id, plane=CONTEXT, *, port=5_001, total=15, lost=(), value=None, gap=1e-4):
    """The fifteen chunks of a plane, as the published client cuts them."""
    rng = np.random.default_rng(plane + 2)
    audio = (
        rng.uniform(-0.1, 0.1, STEP).astype("f4") if value is None else np.full(STEP, value, "f4")
    )
    for number, place in enumerate(PLACES):
        bench.now += gap
        if number in lost:
            continue
        samples = audio[place : place + 4_410]
        chunk = AudioChunk(batch_id, place, total, samples)
        bench.assembler.add(plane, chunk, samples, ("127.0.0.1", port), bench.now)
    return audio


def use(bench, *rows):
    grid = LatentGrid()
    chosen = Setting(Geometry.reference(grid, 0.25, 1, 0.02), grid, STEMS, rows)
    bench.assembler.use(chosen, bench.now)


def take(bench) -> Step:
    step = bench.queue.take()
    assert isinstance(step, Step)
    return step


@pytest.mark.parametrize("rows", [(0,), (0, 1), (0, 1, 3), (0, 1, 2, 3)])
def test_the_mix_once_for_each_instrument_is_one_step(bench, rows):
    """Each instrument's thread sends it from a socket of its own, and total counts all of them."""
    use(bench, *rows)
    targets = len(rows)
    for batch_id in range(4):
        for port in range(targets):
            audio = send(bench, batch_id, total=15 * targets, port=6_000 + port)
        step = take(bench)
        assert (step.batch_id, step.wanted) == (batch_id, True)
        assert np.array_equal(step.audio, audio)
        bench.queue.release(step)
        bench.now += 2 * HALF_STEP
    assert bench.assembler.expire(bench.now) is None
    assert bench.dropped_ids == []


@pytest.mark.parametrize("rows", [(0,), (0, 1), (0, 1, 3)])
def test_separate_planes_once_for_each_instrument_are_one_step(bench, rows):
    """Every plane that is no target, once for each target; total counts planes that never come."""
    use(bench, *rows)
    targets = len(rows)
    others = [plane for plane in range(4) if plane not in rows]
    for batch_id in range(4):
        total = targets * 3 * 15
        sent = [
            send(bench, batch_id, plane, total=total, port=6_000 + port)
            for port in range(targets)
            for plane in others
        ]
        step = take(bench)
        assert (step.batch_id, step.wanted) == (batch_id, True)
        assert np.allclose(step.audio, sum(sent[: len(others)]), atol=1e-6)
        bench.queue.release(step)
        bench.now += 2 * HALF_STEP
    assert bench.assembler.expire(bench.now) is None
    assert bench.dropped_ids == []


def test_copies_fill_the_holes_of_one_another(bench):
    use(bench, 0, 1)
    send(bench, 1, total=30, port=6_000, lost=(3, 4))
    audio = send(bench, 1, total=30, port=6_001, lost=(9,))
    assert np.array_equal(take(bench).audio, audio)
    assert bench.holes == {}


def test_planes_that_nobody_expected_are_waited_for_no_longer_than_the_gaps_say(bench):
    """A total that nothing explains: another client, with flags that this server does not know."""
    send(bench, 1, 2, total=90)
    assert bench.queue._events == bench.queue._events.__class__()
    due = bench.assembler.expire(bench.now)
    assert bench.now < due < bench.now + 0.05
    assert bench.assembler.expire(due) is None
    assert take(bench).wanted
    assert bench.holes == {}


def test_a_lost_packet_is_silence_with_soft_edges(bench):
    send(bench, 1, value=0.5, lost=(4,))
    due = bench.assembler.expire(bench.now)
    assert bench.now < due < bench.now + 0.05
    assert bench.assembler.expire(due - 1e-4) == due
    assert bench.assembler.expire(due) is None
    step = take(bench)
    start, end = PLACES[4], PLACES[5]
    assert step.wanted
    assert not step.audio[start:end].any()
    assert np.allclose(step.audio[: start - 64], 0.5)
    assert np.allclose(step.audio[end + 64 :], 0.5)
    assert np.abs(np.diff(step.audio)).max() < 0.5 / 60
    assert bench.holes == {1: [(start, end)]}
    assert bench.dropped_ids == []


def test_a_hole_in_one_plane_leaves_the_others_alone(bench):
    use(bench, 3)
    for plane, lost in ((0, ()), (1, (4,)), (2, ())):
        send(bench, 1, plane, total=45, value=0.125 * 2**plane, lost=lost)
    bench.assembler.expire(bench.now + 1)
    audio = take(bench).audio
    assert np.allclose(audio[PLACES[4] : PLACES[5]], 0.625)
    assert np.allclose(audio[: PLACES[4] - 64], 0.875)
    assert np.abs(np.diff(audio)).max() < 0.25 / 60


def test_a_step_is_never_waited_for_beyond_its_deadline(bench):
    """With w = 1 the reply has a step's time, less the slack of the columns."""
    deadline = setting().geometry.deadline_samples / 44_100
    bench.cycle = 0.5
    send(bench, 1, lost=(14,), gap=0.05)
    due = bench.assembler.expire(bench.now)
    assert due - take_last(bench) == pytest.approx(0.25, abs=0.01)  # five gaps
    bench.cycle = (deadline - 0.1) / 1.25
    due = bench.assembler.expire(bench.now)
    assert due - take_last(bench) == pytest.approx(0.09, abs=0.001)
    bench.cycle = 2 * deadline  # late in any case: then the gaps say
    due = bench.assembler.expire(bench.now)
    assert due - take_last(bench) == pytest.approx(0.25, abs=0.01)


def take_last(bench) -> float:
    """When the last packet of the open batch arrived."""
    return bench.assembler._open[0].step.last


def test_a_step_that_is_sent_as_it_sounds_is_waited_for(bench):
    for number, place in enumerate(PLACES):
        bench.now += 0.1
        samples = np.full(4_410, 0.5, "f4")
        bench.assembler.add(CONTEXT, AudioChunk(1, place, 15, samples), samples, ALICE, bench.now)
        due = bench.assembler.expire(bench.now)
        assert number == 14 or due > bench.now + 0.1
    assert bench.steps() == [(1, True, 0.5, 0.5)]


def test_patience_grows_with_the_first_packet_that_came_too_late(bench):
    send(bench, 1, lost=(7,))
    bench.assembler.expire(bench.now + 0.05)
    bench.now += 0.15
    samples = np.zeros(4_410, "f4")
    bench.assembler.add(CONTEXT, AudioChunk(1, PLACES[7], 15, samples), samples, ALICE, bench.now)
    bench.steps()
    bench.now += 2 * HALF_STEP
    send(bench, 2, lost=(7,))
    due = bench.assembler.expire(bench.now)
    assert due - bench.now == pytest.approx(0.3, abs=0.01)


def test_of_a_step_that_is_mostly_lost_the_client_is_told_and_the_window_keeps_its_place(bench):
    send(bench, 1, value=0.5, lost=range(1, 12))
    due = bench.assembler.expire(bench.now)
    assert due == pytest.approx(bench.now + HALF_STEP)
    assert bench.assembler.expire(due) is None
    assert bench.dropped_ids == [1]
    assert bench.steps() == [(1, False, 0.5, 0.5)]


def test_a_stray_packet_disturbs_no_batch_and_is_no_step(bench):
    send(bench, 5)
    bench.now += 2 * HALF_STEP
    samples = np.full(4_410, 0.5, "f4")
    for number, place in enumerate(PLACES):
        if number == 7:
            stray = AudioChunk(1_000, 0, 15, samples)
            bench.assembler.add(CONTEXT, stray, samples, ALICE, bench.now)
        bench.assembler.add(CONTEXT, AudioChunk(6, place, 15, samples), samples, ALICE, bench.now)
    assert [step[:2] for step in bench.steps()] == [(5, False), (6, True)]
    bench.assembler.expire(bench.now + HALF_STEP)
    assert bench.steps() == []
    assert bench.dropped_ids == [5, 1_000]


@pytest.mark.parametrize("lost", [(), (3,)])
def test_a_shorter_step_is_never_taken_for_a_whole_one(bench, lost):
    """A client with other settings than this server: its steps are half as long."""
    samples = np.full(4_410, 0.5, "f4")
    for number, place in enumerate(PLACES[:8]):
        if number not in lost:
            bench.assembler.add(CONTEXT, AudioChunk(1, place, 8, samples), samples, ALICE, 0.0)
    bench.assembler.expire(HALF_STEP)
    assert "a step has 66150" in bench.reasons[1]
    assert bench.steps() == []
    assert bench.dropped_ids == []


def test_a_longer_step_is_never_taken_for_a_whole_one(bench):
    samples = np.full(4_410, 0.5, "f4")
    for place in range(0, 2 * STEP, 4_410):
        bench.assembler.add(CONTEXT, AudioChunk(1, place, 30, samples), samples, ALICE, 0.0)
    assert "do not lie within a step" in bench.reasons[1]
    assert bench.steps() == []
    assert bench.assembler.expire(0.0) is None


def test_batches_that_are_open_are_bounded(bench):
    for batch_id in range(1_000):
        bench.half(batch_id, 0)
    assert len(bench.assembler._open) == 2
    assert len(bench.assembler._ended) == 4
