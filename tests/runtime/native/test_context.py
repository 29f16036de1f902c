"""Steps of the context: whole as soon as they can be, patched no later than they must be."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.native.context import (
    FADE_SECONDS,
    MARGIN_SECONDS,
    REORDERING_SECONDS,
    Context,
    Heard,
)
from sideman.runtime.streaming.lane import Placement

RATE = 44_100
PLACE = Placement(origin=1_000, step=1, lead=4, overlap=882)
SOUND = np.random.default_rng(0).uniform(0.1, 1, 40_000).astype(np.float32)


class Steps:
    """Collects what a context puts, and sends it packets."""

    def __init__(
        self, placement: Placement = PLACE, cycle: float | None = None, foretold=None
    ) -> None:
        self.heard = Heard()
        self.put: list[tuple[int, np.ndarray, float]] = []
        self.context = Context(
            placement,
            RATE,
            self.heard,
            lambda: cycle,
            self._put,
            time_of=lambda position: foretold,
        )

    def _put(self, step: int, samples: np.ndarray, arrived: float) -> None:
        self.put.append((step, samples.copy(), arrived))

    def add(self, at: int, count: int, now: float, *, again: bool = False) -> bool:
        """Samples from `at` behind the origin on."""
        return self.context.add(1_000 + at, SOUND[at : at + count], now, again=again)


def test_a_step_is_put_with_its_last_sample() -> None:
    steps = Steps()
    steps.add(0, 4_000, 1.0)
    assert not steps.put
    steps.add(4_000, 200, 2.0)
    ((step, samples, arrived),) = steps.put
    assert (step, arrived) == (0, 2.0)
    np.testing.assert_array_equal(samples, SOUND[:4_096])
    steps.add(4_200, 8_000, 3.0)
    assert [step for step, _, _ in steps.put] == [0, 1]
    np.testing.assert_array_equal(steps.put[1][1], SOUND[4_096:8_192])
    assert steps.context.end == 13_200
    assert steps.heard == Heard()


def test_packets_in_any_order_and_twice() -> None:
    steps = Steps()
    for at in (3_000, 0, 2_000, 0, 4_000, 1_000, 1_000, 3_000):
        steps.add(at, 1_000, 1.0)
    assert [step for step, _, _ in steps.put] == [0]
    np.testing.assert_array_equal(steps.put[0][1], SOUND[:4_096])
    assert steps.heard == Heard()


def test_a_hole_is_none_before_the_reordering_time_has_passed() -> None:
    steps = Steps()
    steps.add(0, 500, 1.0)
    steps.add(600, 400, 1.004)
    assert steps.context.holes(1.0 + REORDERING_SECONDS) == []
    assert steps.context.holes(1.004 + REORDERING_SECONDS) == [(1_500, 1_600)]
    # Packets go on: that must not put it off.
    for i in range(5):
        steps.add(1_000 + i * 100, 100, 1.006 + i * 0.002)
    assert steps.context.holes(1.004 + REORDERING_SECONDS) == [(1_500, 1_600)]
    steps.add(500, 100, 1.02, again=True)
    assert steps.context.holes(2.0) == []
    assert steps.heard == Heard(repaired=100)


def test_the_newest_is_never_missing() -> None:
    steps = Steps()
    steps.add(0, 500, 1.0)
    assert steps.context.holes(9.0) == []
    assert steps.context.expire(9.0) is None


@pytest.mark.parametrize("cycle", [None, 0.02, 0.5])
def test_a_step_waits_for_what_is_missing_until_the_last_moment(cycle: float | None) -> None:
    steps = Steps(cycle=cycle)
    steps.add(0, 2_000, 1.0)
    steps.add(2_300, 2_000, 1.1)
    wait = REORDERING_SECONDS
    if cycle is not None:
        wait = max(wait, 4_096 / RATE - cycle - MARGIN_SECONDS)
    assert steps.context.expire(1.1) == pytest.approx(1.1 + wait)
    assert steps.context.expire(1.1 + wait - 1e-6) == pytest.approx(1.1 + wait)
    assert not steps.put
    assert steps.context.expire(1.1 + wait + 1e-6) is None
    ((_, samples, arrived),) = steps.put
    assert arrived == 1.1
    assert steps.heard == Heard(lost=300)
    assert not samples[2_000:2_300].any()
    soft = np.r_[2_000 - int(FADE_SECONDS * RATE) : 2_000, 2_300 : 2_300 + int(FADE_SECONDS * RATE)]
    assert (samples[soft] < SOUND[soft]).all()
    rest = np.setdiff1d(np.arange(4_096), np.r_[soft, 2_000:2_300])
    np.testing.assert_array_equal(samples[rest], SOUND[rest])
    # What comes after all changes nothing, and the next step is whole.
    steps.add(2_000, 300, 2.0, again=True)
    assert steps.heard == Heard(lost=300, late=300)
    steps.add(4_300, 4_000, 2.1)
    assert [step for step, _, _ in steps.put] == [0, 1]


def test_a_repair_within_the_time_makes_the_step_whole() -> None:
    steps = Steps(cycle=0.02)
    steps.add(0, 2_000, 1.0)
    steps.add(2_300, 2_000, 1.1)
    steps.add(2_000, 300, 1.13, again=True)
    np.testing.assert_array_equal(steps.put[0][1], SOUND[:4_096])
    assert steps.heard == Heard(repaired=300)


def test_a_client_that_is_steps_ahead_gets_them_answered_as_they_are() -> None:
    steps = Steps(cycle=0.01)
    steps.add(0, 1_000, 1.0)
    for at in range(2_000, 26_000, 1_000):
        steps.add(at, 1_000, 1.01)
    assert [step for step, _, _ in steps.put] == [0, 1, 2, 3, 4, 5]
    assert steps.heard == Heard(lost=1_000)
    np.testing.assert_array_equal(steps.put[5][1], SOUND[20_480:24_576])


def test_what_lies_outside_is_of_no_use() -> None:
    steps = Steps()
    assert not steps.context.add(900, SOUND[:100], 1.0, again=False)
    # Farther ahead than any pause of a session.
    assert not steps.context.add(1_000 + 13 * RATE, SOUND[:100], 1.0, again=False)
    assert not steps.context.add(2**61, SOUND[:100], 1.0, again=False)
    assert steps.context.holes(9.0) == []
    assert not steps.put


@pytest.mark.parametrize(("foretold", "moment"), [(None, 10.0), (9.98, 9.98), (10.01, 10.01)])
def test_the_last_moment_is_counted_from_the_time_without_jitter(foretold, moment) -> None:
    steps = Steps(cycle=0.03, foretold=foretold)
    steps.add(0, 4_000, 9.9)
    steps.add(4_050, 100, 10.0)
    room = 4_096 / RATE  # shorter than the lead
    assert steps.context.expire(10.0) == pytest.approx(moment + room - 0.03 - MARGIN_SECONDS)


def test_a_hole_gets_its_reordering_time_whatever_is_foretold() -> None:
    steps = Steps(cycle=0.03, foretold=1.0)
    steps.add(0, 4_000, 9.9)
    steps.add(4_050, 100, 10.0)
    assert steps.context.expire(10.0) == pytest.approx(10.0 + REORDERING_SECONDS)


@pytest.mark.parametrize("gap", [0.1, 0.45, 0.6, 2.0, 9.0])
@pytest.mark.parametrize("step", [1, 4, 16])
def test_after_a_pause_of_the_network_steps_go_on(gap: float, step: int) -> None:
    """What did not come is silence and counted, and what comes afterwards is heard."""
    place = Placement(origin=1_000, step=step, lead=4, overlap=882)
    steps = Steps(place)
    size, missing = step * 4_096, int(gap * RATE)
    begin = size + 100
    steps.context.add(1_000, np.ones(begin, np.float32), 0.0, again=False)
    at, last = begin + missing, 4 * size + missing + begin
    for position in range(at, last, 288):
        samples = np.ones(min(288, last - position), np.float32)
        assert steps.context.add(1_000 + position, samples, position / RATE, again=False)
        steps.context.expire(position / RATE)
    steps.context.expire(1e9)
    assert [number for number, _, _ in steps.put] == list(range(last // size))
    assert steps.heard.lost == missing
    assert steps.put[-1][1].all()
