"""Steps of several sessions that run as one batch, whatever one of them does."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.backends.program import discard
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.together import Together
from tests.runtime.sharing.echo import EchoCycle, EchoEngine

GRID = LatentGrid()
ONE, OTHER = (Geometry.columnar(GRID, step, 8, 882) for step in (4, 2))


class Player:
    """Handles a step: runs a cycle, and notes when it was answered, or what went wrong."""

    def __init__(self, stand: Stand, geometry=ONE, fails: bool = False) -> None:
        self.stand, self.fails = stand, fails
        self.cycle = EchoCycle(stand.engine.session(), geometry, (0,))
        self.error: Exception | None = None
        self.ran_alone = False
        self.cycle.run = lambda record: setattr(self, "ran_alone", True)

    def __call__(self) -> None:
        try:
            if self.fails:
                raise BackendError("The step is too short.")
            self.stand.together.run(self.cycle, discard)
        except BackendError as error:
            self.error = error
        self.stand.answered.append(self)


class Stand:
    def __init__(self, most: int = 4) -> None:
        self.engine = EchoEngine()
        self.batches = Batches(self.engine.session(), most)
        while (missing := self.batches.missing([ONE])) is not None:
            self.batches.prepare(*missing)
        self.together = Together(self.batches)
        self.answered: list[Player] = []

    def play(self, *players: Player) -> list[list[object]]:
        self.together.play(players)
        assert len(self.answered) == len(players)
        return self.engine.batches


def test_all_run_at_once_and_who_is_due_first_is_answered_first() -> None:
    stand = Stand()
    first, second, third = (Player(stand) for _ in range(3))
    (batch,) = stand.play(first, second, third)
    assert set(batch) == {each.cycle.session for each in (first, second, third)}
    assert stand.answered == [first, second, third]
    assert (stand.batches.ran, stand.batches.steps) == (1, 3)
    assert not any(each.ran_alone or each.error for each in stand.answered)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_fails_before_it_runs_leaves_the_others_their_batch(place: int) -> None:
    stand = Stand()
    players = [Player(stand, fails=i == place) for i in range(3)]
    (batch,) = stand.play(*players)
    assert {each.cycle.session for each in players if not each.fails} == set(batch)
    assert [each.error is not None for each in players] == [each.fails for each in players]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_whose_encoding_fails_leaves_the_others_their_batch(place: int) -> None:
    stand = Stand()
    players = [Player(stand) for _ in range(3)]

    def fail(record) -> None:
        raise BackendError("Out of memory.")

    players[place].cycle.encode = fail
    (batch,) = stand.play(*players)
    assert len(batch) == 2
    assert [each.error is not None for each in players] == [i == place for i in range(3)]


@pytest.mark.parametrize("place", [0, 1])
def test_one_in_another_geometry_runs_alone(place: int) -> None:
    stand = Stand()
    players = [Player(stand, OTHER if i == place else ONE) for i in range(3)]
    (batch,) = stand.play(*players)
    assert len(batch) == 2
    assert [each.ran_alone for each in players] == [i == place for i in range(3)]


@pytest.mark.parametrize("fail", [1, 2])
def test_who_is_left_alone_runs_alone(fail: int) -> None:
    stand = Stand()
    players = [Player(stand, fails=0 < i <= fail) for i in range(1 + fail)]
    assert stand.play(*players) == []
    assert players[0].ran_alone
    assert players[0].error is None


def test_a_batch_that_fails_fails_for_all_its_members() -> None:
    stand = Stand()
    stand.engine.trouble = BackendError("The GPU is out of memory.")
    players = [Player(stand) for _ in range(3)]
    assert stand.play(*players) == []
    assert all("out of memory" in str(each.error) for each in players)
    assert stand.batches.ran == 0


def test_more_rows_than_are_bound_run_alone() -> None:
    stand = Stand(most=2)
    players = [Player(stand) for _ in range(3)]
    assert stand.play(*players) == []
    assert all(each.ran_alone for each in players)


def test_batches_of_two_geometries_are_kept_and_the_oldest_goes() -> None:
    engine = EchoEngine()
    batches = Batches(engine.session(), 3)
    third = Geometry.columnar(GRID, 8, 8, 882)
    for geometry in (ONE, OTHER, third):
        for rows in (2, 3):
            assert batches.missing([geometry]) == (geometry, rows)
            batches.prepare(geometry, rows)
        assert batches.missing([geometry]) is None
    assert batches.find(ONE, 2) is None
    assert batches.expected(ONE, 2, 2) is None
    assert batches.find(OTHER, 2) is not None
    # No more are looked at than are kept: they would drive out one another for ever.
    assert batches.missing([OTHER, third, ONE]) is None


def test_what_cannot_be_bound_is_said_once_and_not_tried_again(caplog) -> None:
    engine = EchoEngine()
    session = engine.session()
    session.batch = lambda geometry, rows: (_ for _ in ()).throw(BackendError("Not built."))
    batches = Batches(session, 4)
    for _ in range(3):
        batches.prepare(*batches.missing([ONE]))
    assert batches.missing([ONE]) is None
    assert batches.expected(ONE, 2, 2) is None
    assert caplog.text.count("Some steps are played alone") == 1


def test_how_long_a_batch_takes_is_corrected_by_those_that_ran() -> None:
    engine = EchoEngine()
    batches = Batches(engine.session(), 2)
    batches.prepare(ONE, 2)
    for _ in range(16):
        batches.note(ONE, 2, [0.01, 0.03], 0.2)
    expected = batches.expected(ONE, 2, 2)
    np.testing.assert_allclose(expected, 2 * 0.01 + 0.2)
