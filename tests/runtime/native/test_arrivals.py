"""Arrivals are foretold without their jitter, whatever clock the client has."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.native.arrivals import Arrivals

RATE = 44_100


def stream(arrivals: Arrivals, seconds: float, *, ppm: float = 0, jitter: float = 0, begin=0.0):
    """Packets from a sound card whose clock is off; tells where the next begins, and when."""
    random = np.random.default_rng(0)
    count = int(seconds * RATE / 288)
    for i in range(1, count + 1):
        played = begin + i * 288 / (RATE * (1 + ppm * 1e-6))
        arrivals.note(i * 288, played + random.uniform(0, jitter))
    return count * 288, played


@pytest.mark.parametrize("ppm", [-1_000, 0, 1_000])
def test_jitter_is_taken_out(ppm: int) -> None:
    arrivals = Arrivals(RATE)
    position, played = stream(arrivals, 30, ppm=ppm, jitter=0.02)
    ahead = 4 * 4_096
    foretold = arrivals.time_of(position + ahead)
    # On average a packet takes half of the jitter.
    wanted = played + ahead / (RATE * (1 + ppm * 1e-6)) + 0.01
    assert foretold == pytest.approx(wanted, abs=0.003)


def test_nothing_is_foretold_before_it_has_settled() -> None:
    arrivals = Arrivals(RATE)
    assert arrivals.time_of(0) is None
    stream(arrivals, 2)
    assert arrivals.time_of(0) is None


def test_who_stood_still_begins_anew() -> None:
    arrivals = Arrivals(RATE)
    position, played = stream(arrivals, 10)
    assert arrivals.time_of(position) == pytest.approx(played, abs=1e-6)
    arrivals.note(position + 288, played + 5)
    assert arrivals.time_of(position) is None
