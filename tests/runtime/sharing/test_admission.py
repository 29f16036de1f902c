"""What fits beside what plays, by arithmetic alone."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from sideman.runtime.sharing import admission
from sideman.runtime.sharing.admission import (
    MARGIN_SECONDS,
    MOST_SHARE,
    Demand,
    due_at,
    refusal,
    room,
    share,
    worst_wait,
)

#: Steps and leads of 4 columns.
USUAL = Demand(0.026, 0.3715, 0.3169)


def test_ten_sessions_of_seven_hundredths_fit_and_the_eleventh_is_refused_with_figures() -> None:
    each = Demand(0.07 * 0.3715, 0.3715, 0.3169)
    playing: list[Demand] = []
    while not (reason := refusal(playing, each)):
        playing.append(each)
    assert len(playing) == 10
    assert share(playing) == pytest.approx(0.7)
    assert reason == (
        "There is no room: 10 sessions take 70% of the time, 77% with yours, and 70% is the most."
    )
    assert room([], each, 40) == 10
    assert room(playing[:8], each, 40) == 2
    assert room([], each, 3) == 3


def test_who_would_play_alone_always_fits() -> None:
    assert refusal([], Demand(5.0, 0.1, 0.1)) == ""


def test_a_short_lead_is_refused_where_it_would_wait_too_long() -> None:
    # Little of the time is used, but one long cycle stands before a short deadline.
    long, short = Demand(0.3, 3.0, 3.0), Demand(0.02, 0.0929, 0.1308)
    assert share([long, short]) < MOST_SHARE
    reason = refusal([long], short)
    assert "a step of yours could wait 300 ms and then takes 20 ms, where 73 ms are left" in reason
    # The other way round, it is the one who plays that would wait.
    assert "a step of another session could wait 300 ms" in refusal([short], long)


def test_the_wait_counts_what_is_due_before_and_the_longest_that_runs() -> None:
    own = Demand(0.01, 1.0, 0.5)
    sooner = Demand(0.02, 0.1, 0.1)  # due after 0.08 s, so five of its steps come before 0.48 s
    later = [Demand(0.03, 2.0, 1.0), Demand(0.05, 2.0, 1.0)]
    assert worst_wait([own, sooner, *later], 0) == pytest.approx(5 * 0.02 + 0.05)
    assert worst_wait([own], 0) == 0


def test_a_reply_has_no_longer_than_a_step() -> None:
    assert Demand(0.1, 0.2, 0.7).due == pytest.approx(0.2 - MARGIN_SECONDS)
    assert Demand(0.1, 0.7, 0.2).due == pytest.approx(0.2 - MARGIN_SECONDS)


def simulate(demands: list[Demand], phases: np.ndarray, seconds: float, workers: int = 1) -> float:
    """The earliest deadline first, without interruption: by how much the worst reply is in time."""
    comes = [(phase, i) for i, phase in enumerate(phases)]
    heapq.heapify(comes)
    waiting: list[tuple[float, int, float]] = []
    free = [0.0] * workers
    now, slack = 0.0, float("inf")
    while now < seconds:
        now = max(now, free[0])
        while comes and comes[0][0] <= now:
            at, i = heapq.heappop(comes)
            # As `Seat.urgency` orders them.
            heapq.heappush(waiting, (due_at(at, demands[i].step, demands[i].ahead), i, at))
            heapq.heappush(comes, (at + demands[i].step, i))
        if not waiting:
            now = comes[0][0]
            continue
        _, i, at = heapq.heappop(waiting)
        heapq.heapreplace(free, now + demands[i].cycle)
        slack = min(slack, at + demands[i].due - now - demands[i].cycle)
    return slack


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_what_is_let_in_is_never_late(seed: int, workers: int) -> None:
    """Whatever sessions come, with whatever phases: as the arithmetic promises."""
    draw = np.random.default_rng(seed)
    playing: list[Demand] = []
    for _ in range(200):
        columns, lead = draw.choice([1, 2, 4, 8, 16], 2)
        ahead = (4096 * lead - 1536 - 882) / 44_100
        each = Demand(float(draw.uniform(0.002, 0.03)), 4096 * columns / 44_100, ahead)
        # One that plays alone is let in whatever it needs, and promised nothing.
        if not refusal(playing or [Demand(0.0, 1.0, 1.0)], each, workers):
            playing.append(each)
    assert len(playing) >= 2
    for _ in range(20):
        phases = draw.uniform(0, 0.4, len(playing)) * draw.integers(0, 2)
        assert simulate(playing, phases, 5.0, workers) >= -1e-9


def test_two_workers_hold_twice_as_many() -> None:
    each = Demand(0.026, 0.3715, 0.3169)
    assert room([], each, 40, 2) == 20
    assert worst_wait([each] * 20, 0, 2) == pytest.approx(19 * 0.026 / 2)


def test_room_is_found_as_by_counting_and_with_few_looks(monkeypatch) -> None:
    looks = []
    plain = admission.refusal
    monkeypatch.setattr(admission, "refusal", lambda *args: looks.append(1) or plain(*args))
    for cycle in (0.001, 0.02, 0.1, 0.3):
        for playing in ([], [Demand(0.02, 0.4, 0.4)] * 3, [Demand(0.05, 0.1, 1.2)] * 2):
            for most in (0, 1, 7, 40):
                each = Demand(cycle, 0.37, 0.31)
                counted = 0
                while counted < most and not plain([*playing, *[each] * counted], each, 1):
                    counted += 1
                looks.clear()
                assert room(playing, each, most) == counted
                assert len(looks) <= 6
