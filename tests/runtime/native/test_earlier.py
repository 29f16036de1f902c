"""What was played before a session began fills its model's window."""

from __future__ import annotations

import time

import numpy as np

from sideman.runtime.native.earlier import Earlier
from sideman.runtime.streaming.lane import Placement
from tests.runtime.fakes.session import PATIENCE

STEP = 4 * 4_096
WINDOW = 64 * 4_096


def placement(origin: int) -> Placement:
    return Placement(origin, 4, 4, 882)


def sound(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, count).astype(np.float32)


def test_whole_steps_end_at_the_origin() -> None:
    origin, played = 10 * STEP + 7, sound(10 * STEP + 7)
    earlier = Earlier(placement(origin), WINDOW)
    for at in range(origin - 2 * STEP - 100, origin, 300):
        assert earlier.add(at, played[at : at + 300])
    steps = [step.copy() for step in earlier.steps()]
    assert len(steps) == 3
    np.testing.assert_array_equal(np.concatenate(steps)[STEP:], played[origin - 2 * STEP :])
    # Of the oldest, only the end has come.
    assert not steps[0][: STEP - 100].any()
    assert steps[0][STEP - 100 :].any()


def test_no_more_than_the_window_and_nothing_behind_the_origin() -> None:
    origin, played = 40 * STEP, sound(41 * STEP)
    earlier = Earlier(placement(origin), WINDOW)
    for at in range(0, 41 * STEP, 1_024):
        earlier.add(at, played[at : at + 1_024])
    steps = [step.copy() for step in earlier.steps()]
    np.testing.assert_array_equal(np.concatenate(steps), played[origin - WINDOW : origin])


def test_what_is_lost_is_silence_with_soft_edges() -> None:
    origin = 4 * STEP
    earlier = Earlier(placement(origin), WINDOW)
    earlier.add(0, np.ones(STEP, np.float32))
    earlier.add(STEP + 1_000, np.ones(origin - STEP - 1_000, np.float32))
    heard = np.concatenate([step.copy() for step in earlier.steps()])
    assert not heard[STEP : STEP + 1_000].any()
    assert 0 < heard[STEP + 1_000] < 0.1
    assert np.abs(np.diff(heard[STEP + 1_000 :])).max() < 0.02


def test_where_nothing_came_there_is_nothing() -> None:
    for origin in (0, 100, 40 * STEP):
        earlier = Earlier(placement(origin), WINDOW)
        assert not earlier.add(origin, sound(1_000))
        assert list(earlier.steps()) == []


def steps_of(echo, server, host, count: int) -> tuple[list[str], np.ndarray]:
    """What the session was given, once it has played so many steps, and in which order."""
    end = time.monotonic() + PATIENCE

    def calls() -> list:
        return [call for call in echo.calls if call[0] in ("skip", "step")]

    while sum(call[0] == "step" for call in calls()) < count:
        assert time.monotonic() < end, host.client.status
        time.sleep(0.005)
    found = calls()
    return [call[0] for call in found], np.concatenate([call[1] for call in found])


def joined_late(host, played: np.ndarray):
    """A host that connects after it has played so much."""
    late = host(start=False)
    for at in range(0, len(played), 512):
        late._process(played[at : at + 512])
    late.client.start()
    late.connect()
    return late


def test_a_client_that_has_played_before_brings_its_window(server, echo, host) -> None:
    played = sound(400_000)
    late = joined_late(host, played[: 300 * 1_024])
    late.play(played[300 * 1_024 : 320 * 1_024])
    kinds, given = steps_of(echo, server, late, 1)
    assert kinds[:17] == ["skip"] * 16 + ["step"]
    origin = late.client._network._session.placement.origin
    np.testing.assert_array_equal(given[: WINDOW + STEP], played[origin - WINDOW : origin + STEP])
    # None of these counts as a step that was dropped, lost or late.
    counters = server.counters.as_dict()
    assert (counters["dropped"], counters["late"], counters["errors"]) == (0, 0, 0)
    assert (late.client.status.lost, late.client.status.late) == (0, 0)


def test_a_jump_leaves_behind_what_was_before(server, echo, host) -> None:
    jumping = joined_late(host, sound(90 * 1_024))
    jumping.client.begin()
    end = time.monotonic() + PATIENCE
    while jumping.client._network._session.epoch == 1:
        assert time.monotonic() < end
        time.sleep(0.005)
    assert server._receiver._handle.__self__._native._session.earlier is None
