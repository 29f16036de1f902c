"""Sessions begin when they meet nobody: by arithmetic, and as a server tells its clients."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.sharing.stagger import Cadence, best_delay
from tests.runtime.native.peer import HELLO
from tests.runtime.sharing.test_dealing import QUARTER, play


def distances(one: Cadence, other: Cadence, steps: int = 400) -> np.ndarray:
    """From each step of one to the nearest of the other."""
    after = (one.at + one.step * np.arange(steps) - other.at) % other.step
    return np.minimum(after, other.step - after)


def test_who_meets_nobody_begins_at_once() -> None:
    assert best_delay([], Cadence(7.0, 1.0, 0.9)) == 0
    assert best_delay([Cadence(3.5, 1.0, 0.2)], Cadence(8.0, 1.0, 0.2)) == 0


@pytest.mark.parametrize(("workers", "apart"), [(1, 0.25), (2, 0.125)])
def test_who_comes_with_another_begins_as_soon_as_it_is_gone(workers: int, apart: float) -> None:
    delay = best_delay([Cadence(3.0, 1.0, 0.2)], Cadence(9.0, 1.0, 0.2), workers)
    assert apart <= delay < apart + 1 / 64
    # The other way round: so long before the other that its own cycle is over.
    delay = best_delay([Cadence(3.2, 1.0, 0.01)], Cadence(9.1, 1.0, 0.2), workers)
    assert (0.1 + delay) % 1.0 == pytest.approx(0.2 + 0.0125 / workers, abs=1 / 64)


def test_where_there_is_no_such_moment_most_is_left() -> None:
    others = [Cadence(0.0, 1.0, 0.4), Cadence(0.3, 1.0, 0.4)]
    assert best_delay(others, Cadence(0.9, 1.0, 0.4)) == pytest.approx(0.75, abs=1 / 64)


def test_steps_of_another_length_are_passed_by_wherever_they_meet() -> None:
    long, short = Cadence(0.0, 1.6, 0.05), Cadence(0.001, 0.4, 0.05)
    for own, other in ((long, short), (short, long)):
        begun = Cadence(own.at + best_delay([other], own), own.step, own.cycle)
        assert distances(own, other).min() < 0.05
        assert distances(begun, other).min() >= 0.05


@pytest.mark.parametrize("seed", range(5))
def test_a_class_that_begins_whenever_it_likes_comes_out_in_turn(seed: int) -> None:
    draw = np.random.default_rng(seed)
    playing: list[Cadence] = []
    for at in draw.uniform(0, 30, 12):
        own = Cadence(float(at), 1.5, 0.04)
        playing.append(Cadence(own.at + best_delay(playing, own), 1.5, 0.04))
    for index, each in enumerate(playing):
        for other in playing[:index]:
            assert distances(each, other, 1).min() >= 0.04


def test_a_client_is_told_an_origin_at_which_it_meets_nobody(serve, peers, engine) -> None:
    engine.cycle = QUARTER / 2
    server = serve(4, clock=lambda: 100.0)  # all come at one moment
    origins = [play(peers(server), lead=8).origin for _ in range(3)]
    step = 4096 / 44_100
    apart = np.diff(origins) / 44_100
    assert origins[0] == HELLO.origin
    assert (apart >= 1.25 * engine.cycle - 1e-4).all()
    assert (apart < 1.25 * engine.cycle + step / 64 + 1e-4).all()


def test_who_is_alone_begins_where_it_asked(serve, peers, engine) -> None:
    engine.cycle = QUARTER
    server = serve(4)
    assert play(peers(server)).origin == HELLO.origin
