"""Which step holds, and how many cores would do."""

from __future__ import annotations

import dataclasses

import pytest

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError
from sideman.runtime.bench.advice import (
    Tried,
    cores_needed,
    product_rate,
    published,
    smallest_step,
    try_steps,
    work,
)
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from tests.models.places import BUNDLE


class Timed:
    """A session whose stages take a while, and some more for every decoded column."""

    def __init__(self, seconds: float, column: float, fewest: int = 0) -> None:
        self.grid = LatentGrid()
        self.shortcuts = OWN
        self._seconds, self._column, self._fewest = seconds, column, fewest
        self.columns: list[int] = []

    def configure(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        if geometry.decoded_columns < self._fewest:
            raise BackendError("Nothing was built for that.", "Build it.")
        self.columns.append(geometry.decoded_columns)

    def warm_up(self) -> None:
        pass

    def measure_stages(self, cycles: int) -> list[dict[str, float]]:
        rest = self._column * self.columns[-1]
        return [{"encode": self._seconds / 2, "step": self._seconds / 2, "decode": rest}] * cycles


def steps(session: Timed, r: float = 0.25, w: int = 1) -> tuple[Tried, ...]:
    return try_steps(session, (0,), r, w, 0.02, 5)


def test_smaller_steps_are_tried_until_nothing_is_gained() -> None:
    tried = steps(Timed(0.3, 0.01))
    # 0.47 s at 0.25 need 0.09 of the window; there it is 0.36 s, which need 0.07; then 0.35.
    assert [each.r for each in tried] == [0.25, 0.09, 0.07]
    said = smallest_step(tried, beside=0.003)
    assert said.startswith("The smallest step that holds: r = 0.07 (0.42 s), where a reply takes 3")
    assert "of 400 ms" in said
    assert "tried r = 0.07, 0.09, 0.25" in said


def test_steps_of_whole_columns_are_tried_where_only_those_are_encoded() -> None:
    session = Timed(0.3, 0.01)
    session.shortcuts = Shortcuts(encode="new")
    assert [each.r * 64 for each in steps(session)] == [16, 6, 5]


def test_longer_steps_are_tried_where_the_one_that_was_asked_for_is_late() -> None:
    tried = steps(Timed(0.3, 0.01), r=0.03)
    assert tried[0].stages > tried[0].deadline
    assert "r = 0.07" in smallest_step(tried, beside=0.003)


def test_where_no_step_holds_it_says_how_far_the_nearest_is() -> None:
    tried = steps(Timed(30.0, 0.0))
    assert smallest_step(tried, 0.02) == (
        "No step holds (tried r = 0.25): at r = 0.25 a reply takes 30020 ms (p99), and has 1480."
    )


def test_steps_without_an_engine_are_left_out() -> None:
    tried = steps(Timed(0.3, 0.01, fewest=10))
    assert [each.r for each in tried] == [0.25]
    assert steps(Timed(0.3, 0.01, fewest=40)) == ()
    assert smallest_step((), 0.0) == ""


def test_what_takes_time_beside_the_stages_counts() -> None:
    tried = (Tried(0.1, 0.6, 0.58, 0.57, 5), Tried(0.2, 1.2, 1.18, 0.6, 5))
    assert "r = 0.1 " in smallest_step(tried, 0.005)
    assert "r = 0.2 " in smallest_step(tried, 0.02)


def test_the_work_of_the_published_student_is_the_one_that_was_counted() -> None:
    geometry = Geometry.reference(LatentGrid(), 0.25, 1, 0.02)
    assert geometry.decoded_columns == 17
    assert work(geometry, 1) == pytest.approx(1_407, abs=1)
    assert work(geometry, 1, evaluations=16) == pytest.approx(6_195, abs=4)


def test_cores_at_a_rate_that_was_measured_with_the_published_size() -> None:
    measured = {"seconds": 6.2, "cores": 2, "evaluations": 2}
    said = cores_needed(r=0.25, w=1, fade=0.02, stems=1, measured=measured)
    # 1,407 GFLOP in 6.2 s on two cores are 113 a second and core; 1.48 s take 8.4 of them.
    assert "1,407 GFLOP a cycle / (113 GFLOP a second and core x 1.48 s) = 9 cores" in said
    assert "these cycles" in said


def test_cores_at_the_rate_of_numpy_where_the_bundle_is_another() -> None:
    assert product_rate() > 0.1
    assert "numpy's product" in cores_needed(r=0.25, w=1, fade=0.02, stems=2, measured=None)


def test_the_published_size_is_known_by_its_weights() -> None:
    manifest = Bundle.open(BUNDLE, check=False).manifest
    assert not published(manifest)
    full = {"unet": 257_500_000, "codec": 58_300_000}
    assert published(dataclasses.replace(manifest, parameters=full))
