"""Which steps are played together: never at the cost of a deadline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.sharing.admission import MARGIN_SECONDS, Demand, fit_behind, worst_wait
from sideman.runtime.sharing.joining import Waiting, joined

ONE, OTHER = (Geometry.columnar(LatentGrid(), step, 8, 882) for step in (4, 2))


class Taking:
    """Batches that take so long for each row."""

    def __init__(self, row: float = 0.03, most: int = 8) -> None:
        self.row, self.most = row, most

    def expected(self, geometry: Geometry, rows: int, members: int) -> float | None:
        return self.row * rows


def step(seat: int, due: float = 1.0, geometry=ONE, rows: int = 1, alone=0.1) -> Waiting:
    return Waiting(seat, due, geometry, rows, alone)


def test_steps_of_one_geometry_join() -> None:
    assert joined([step(0), step(1), step(2)], {}, Taking(), 0.0) == 3


def test_nobody_joins_who_plays_in_another_geometry_or_comes_later_than_such_a_one() -> None:
    assert joined([step(0), step(1, geometry=OTHER)], {}, Taking(), 0.0) == 1
    waiting = [step(0), step(1), step(2, geometry=OTHER), step(3)]
    assert joined(waiting, {}, Taking(), 0.0) == 2
    assert joined([step(0, geometry=None), step(1)], {}, Taking(), 0.0) == 1


def test_no_more_rows_than_are_allowed() -> None:
    waiting = [step(seat, rows=2) for seat in range(4)]
    assert joined(waiting, {}, Taking(most=5), 0.0) == 2
    assert joined(waiting, {}, Taking(most=8), 0.0) == 4


@pytest.mark.parametrize(("left", "count"), [(0.0, 1), (0.07, 1), (0.081, 2), (0.111, 3)])
def test_a_tight_deadline_runs_alone_or_with_few(left: float, count: int) -> None:
    waiting = [step(0, due=left), step(1, due=5.0), step(2, due=6.0)]
    assert joined(waiting, {}, Taking(0.03), 0.0) == count


def test_a_batch_that_is_slower_than_its_cycles_is_not_played() -> None:
    waiting = [step(0), step(1)]
    assert joined(waiting, {}, Taking(0.11), 0.0) == 1
    assert joined(waiting, {}, Taking(0.09), 0.0) == 2
    assert joined([step(0), step(1, alone=None)], {}, Taking(), 0.0) == 1


@pytest.mark.parametrize(("due", "count"), [(0.15, 1), (0.17, 2), (0.3, 3)])
def test_who_is_not_in_it_can_still_come_and_be_in_time(due: float, count: int) -> None:
    demands = dict.fromkeys(range(3), Demand(0.01, 5.0, 5.0))
    demands[7] = Demand(0.08, 5.0, due + MARGIN_SECONDS)
    waiting = [step(0, 2.0), step(1, 2.0), step(2, 2.0)]
    assert joined(waiting, demands, Taking(0.04), 0.0) == count


demand = st.builds(
    Demand,
    st.floats(0.001, 0.3),
    st.floats(0.05, 2.0),
    st.floats(0.05, 2.0),
)


@given(st.lists(demand, min_size=2, max_size=6))
def test_a_batch_as_long_as_the_longest_cycle_harms_whom_admission_let_in(demands) -> None:
    """The bound of admission holds as before where the batch is no longer than a cycle."""
    fine = [worst_wait(demands, i) + each.cycle <= each.due for i, each in enumerate(demands)]
    for i, each in enumerate(demands):
        later = max((d.cycle for d in demands if d.due > each.due), default=0.0)
        assert fit_behind(demands, [i], later - 1e-9) >= fine[i]
