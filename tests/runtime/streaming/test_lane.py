"""Steps that overlap are faded once, in whatever order their packets come."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.streaming.lane import Lane, Placement

PLACE = Placement(origin=1_000, step=1, lead=2, overlap=300)
STEPS = 4


def packets(size=288):
    """Every packet of some steps: (step, position, samples); each step is a constant."""
    for step in range(STEPS):
        sound = np.full(PLACE.reply_samples, step + 1, np.float32)
        for at in range(0, len(sound), size):
            yield step, PLACE.start(step) + at, sound[at : at + size]


def heard(lane, start, count):
    out = np.zeros((lane.stems, count), np.float32)
    for plane in range(lane.PLANES):
        part = np.zeros_like(out)
        lane.read(plane, start, part)
        out += part
    return out


def test_a_step_begins_where_the_geometry_says() -> None:
    assert PLACE.boundary(0) == 1_000 + 4_096
    assert PLACE.start(0) == 1_000 + 4_096 + 2 * 4_096 - 1_536 - 300
    assert PLACE.start(3) - PLACE.start(2) == 4_096


@pytest.mark.parametrize("seed", range(4))
def test_order_and_repetition_do_not_matter(seed: int) -> None:
    lane = Lane(PLACE, 1, 50_000 + Lane.GUARD)
    every = list(packets()) * 2
    if seed:
        np.random.default_rng(seed).shuffle(every)
    assert sum(lane.write(0, *each) for each in every) == STEPS * PLACE.reply_samples
    begin = PLACE.start(0)
    out = heard(lane, begin, 4 * 4_096 + 300)[0]
    rise = (np.arange(300) + 0.5) / 300
    np.testing.assert_allclose(out[:300], rise, rtol=1e-5)
    np.testing.assert_array_equal(out[300:4_096], 1)
    for step in range(1, STEPS):
        at = step * 4_096
        np.testing.assert_allclose(out[at : at + 300], step + rise, rtol=1e-5)
        np.testing.assert_array_equal(out[at + 300 : at + 4_096], step + 1)
    np.testing.assert_allclose(out[4 * 4_096 :], 4 * (1 - rise), rtol=1e-4, atol=1e-6)


def test_a_lost_step_ends_and_begins_softly() -> None:
    lane = Lane(PLACE, 1, 50_000 + Lane.GUARD)
    for each in packets():
        if each[0] != 1:
            lane.write(0, *each)
    out = heard(lane, PLACE.start(0), 4 * 4_096)[0]
    assert not out[4_096 + 300 : 2 * 4_096].any()
    assert np.abs(np.diff(out)).max() < 0.02
    assert lane.missing(0, 1) == [
        (PLACE.start(1), PLACE.start(1) + 4_096 + 300),
    ]
    assert lane.missing(0, 2) == []


def test_what_was_played_makes_room() -> None:
    lane = Lane(PLACE, 2, 6_000 + Lane.GUARD)
    for step, position, sound in packets():
        lane.forget(position - 2_000)
        assert lane.write(1, step, position, sound) == len(sound)
        out = heard(lane, position, len(sound))
        assert not out[0].any()
        assert out[1].any()
    lane.forget(10**9)
    assert (lane.start, lane.missing(0, 1)) == (10**9, [])


def test_samples_outside_of_their_step_are_left_out() -> None:
    lane = Lane(PLACE, 1, 50_000 + Lane.GUARD)
    assert lane.write(0, 1, PLACE.start(1) - 10, np.ones(20, np.float32)) == 10
    assert lane.write(0, 0, PLACE.start(1) + 295, np.ones(20, np.float32)) == 5
    assert lane.write(0, 9, PLACE.start(1), np.ones(20, np.float32)) == 0


@pytest.mark.parametrize("moment", ["before it is written", "afterwards"])
def test_what_is_forgotten_while_it_is_written_leaves_nothing_behind(monkeypatch, moment) -> None:
    """The places of a late packet belong to other positions by then, which must stay empty."""
    lane = Lane(PLACE, 1, 10_000 + Lane.GUARD)
    at = PLACE.start(0)
    parts = lane.parts

    def interrupted(first: int, last: int):
        found = parts(first, last)
        monkeypatch.setattr(lane, "parts", parts)
        lane.forget(at + 200)
        return found

    if moment == "before it is written":
        monkeypatch.setattr(lane, "parts", interrupted)
    lane.write(0, 0, at, np.ones(288, np.float32))
    lane.forget(at + 200)
    assert not lane._samples[:, :, at : at + 200].any()
    later = range(at + lane.capacity, at + 200 + lane.capacity)
    assert not lane._written[:, :, [position % lane.capacity for position in later]].any()
    rest = [position % lane.capacity for position in range(at + 200, at + 288)]
    assert lane._written[0, 0, rest].all()
