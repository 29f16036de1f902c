"""Figures of a session begin with it, whatever was played before."""

from __future__ import annotations

import pytest

from sideman.runtime.server.counters import Counters
from sideman.runtime.server.figures import Answered, Figures
from sideman.runtime.server.turn import Counts

FIRST, SECOND = ("127.0.0.1", 50_001), ("127.0.0.1", 50_002)


def answered(client: tuple[str, int], at: float, seconds: float = 2.49) -> Answered:
    return Answered(at, seconds, 2.267, 1.5, client, {"bass": -18.0})


def figures(counters: Counters, last: Answered | None, now: float, usual: float = 0.0) -> Figures:
    made = Figures("ready", "demo", usual=usual).with_counts(counters, now)
    return made.with_turn(counters, last, now)


def test_a_session_shows_nothing_of_the_one_before() -> None:
    counters = Counters(cycles=7, late=3, dropped=1, lost=0.5)
    counters.begin(FIRST, 10.0, held=True)
    counters.count("late")
    assert figures(counters, answered(FIRST, 12.0), 12.5).cycle == 2.49
    counters.end(13.0)
    counters.begin(SECOND, 14.0, held=True)
    # The second is one that the first client was still owed when it left.
    for last in (answered(FIRST, 12.0), answered(FIRST, 14.5)):
        found = figures(counters, last, 26.0)
        assert (found.cycle, found.deadline, found.levels, found.quiet) == (0.0, 0.0, {}, 12.0)
        assert (found.client, found.held) == ("127.0.0.1:50002", True)
        assert found.session == Counts()
        assert (found.cycles, found.late, found.dropped) == (7, 4, 1)


def test_a_finished_session_leaves_no_levels() -> None:
    counters = Counters()
    counters.begin(FIRST, 10.0, held=True)
    assert figures(counters, answered(FIRST, 12.0), 12.5).levels == {"bass": -18.0}
    counters.end(12.6)
    found = figures(counters, answered(FIRST, 12.0), 12.7)
    assert (found.levels, found.client, found.deadline) == ({}, "", 0.0)


def test_a_step_begins_a_session_only_where_nobody_holds_one() -> None:
    counters = Counters()
    counters.begin(FIRST, 10.0, held=True)
    assert not counters.turn.gives_way(("10.0.0.1", 1), 11.0)
    counters.end(12.0)
    assert not counters.turn.gives_way(FIRST, 11.9), "its last step"
    assert counters.turn.gives_way(SECOND, 12.1)
    counters.begin(SECOND, 12.1)
    assert not counters.turn.gives_way(("127.0.0.1", 9), 13.0), "one host, several ports"
    assert counters.turn.gives_way(("10.0.0.1", 1), 13.0)


@pytest.mark.parametrize(
    ("usual", "said"),
    [
        (1.97, "a cycle takes 1970 ms, a step 1500 ms: longer steps or fewer stems"),
        (0.4, "a reply took 2490 ms, 2267 ms are allowed: a longer lead, fewer stems"),
    ],
)
def test_where_most_steps_are_late_it_says_what_to_do(usual: float, said: str) -> None:
    counters = Counters()
    counters.begin(FIRST, 10.0, held=True)
    for name in ("cycles", "late", "dropped", "cycles", "late"):
        counters.count(name)
    last = answered(FIRST, 12.0)
    assert said in figures(counters, last, 12.5, usual).too_late
    # With another setting it is seen anew.
    counters.changed()
    assert figures(counters, last, 12.5, usual).too_late == ""
    for _ in range(3):
        counters.count("cycles")
    counters.count("late")
    counters.count("dropped")
    assert figures(counters, last, 12.5, usual).too_late == ""
