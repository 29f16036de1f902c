"""Cycles of the shipped bundle, measured through a real server."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import BundleError, GeometryError, SidemanError
from sideman.runtime.bench.measure import Benchmark, Result, measure
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.profile import SPANS
from tests.engine.fakes.tensorrt_stand import GRID, Stand
from tests.models.places import BUNDLE


@pytest.fixture(scope="module")
def result() -> Result:
    return measure(
        Benchmark(
            BUNDLE,
            cycles=2,
            warm_up=1,
            stems=("drums", "bass"),
            backend=BackendChoice(threads=1),
        )
    )


def test_every_measured_cycle_has_every_stage(result: Result) -> None:
    assert len(result.cycles) == 2
    for cycle in result.cycles:
        assert set(cycle) == {*SPANS, "round trip"}
        # Nothing waited behind a cycle, and nothing may have waited for the lock.
        assert all(seconds > 0 or span in ("queue", "lock") for span, seconds in cycle.items())
        assert all(seconds >= 0 for seconds in cycle.values())


def test_parts_are_shorter_than_what_they_are_part_of(result: Result) -> None:
    for cycle in result.cycles:
        assert cycle["encode"] + cycle["step"] + cycle["decode"] <= cycle["cycle"]
        assert cycle["cycle"] <= cycle["path"]
        assert cycle["path"] + cycle["pace"] <= cycle["round trip"] + cycle["pace"] / 2
        parts = ("queue", "wake", "window", "encode", "step", "decode", "store", "send")
        assert sum(cycle[part] for part in parts) == pytest.approx(cycle["path"], abs=0.002)
        assert cycle["overhead"] < cycle["path"]


def test_what_was_measured_is_named(result: Result) -> None:
    assert (result.bundle, result.kind, result.trained) == ("small", "consistency", False)
    assert result.stems == ("bass", "drums")  # in the order of the label
    assert "ONNX Runtime" in result.engine
    assert "1 thread" in result.engine
    assert result.evaluations == 2
    assert result.step_seconds == 1.5
    assert result.load_seconds > 0


def test_cycles_that_are_replayed_whole_have_their_stages_measured_apart(monkeypatch) -> None:
    monkeypatch.setattr("sideman.engine.backends.program.Program.times_segments", False)
    result = measure(Benchmark(BUNDLE, cycles=2, warm_up=0, r=0.125))
    assert len(result.stages) == 2
    for cycle in result.stages:
        assert set(cycle) == {"encode", "step", "decode"}
        assert all(seconds > 0 for seconds in cycle.values())


def test_late_cycles_are_a_figure_and_no_news(monkeypatch, capfd) -> None:
    """Every answer of this server is ten seconds behind its deadline."""
    monkeypatch.setattr(Geometry, "deadline_samples", -441_000)
    logger = logging.getLogger("sideman.runtime")
    before = logger.level
    assert measure(Benchmark(BUNDLE, cycles=1, warm_up=0, r=0.125)).late == 1
    assert "late" not in capfd.readouterr().err
    assert logger.level == before


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"stems": ("kazoo",)}, SidemanError, "kazoo"),
        ({"r": 0.5}, GeometryError, "r = 0.5"),
        ({"backend": BackendChoice("abacus")}, SidemanError, "abacus"),
    ],
)
def test_what_cannot_be_measured_is_refused(options, kind, says) -> None:
    with pytest.raises(kind, match=says):
        measure(Benchmark(BUNDLE, cycles=1, **options))


def test_a_folder_that_is_no_bundle_is_refused(tmp_path) -> None:
    with pytest.raises(BundleError, match="not a bundle"):
        measure(Benchmark(tmp_path / "nothing"))


def test_a_server_that_answers_with_an_error_ends_the_measurement(monkeypatch) -> None:
    def step(self, audio):
        raise SidemanError("The engine broke.")

    monkeypatch.setattr("sideman.runtime.playing.session.Session.step", step)
    with pytest.raises(SidemanError, match=r"cycle 0 with: .*The engine broke"):
        measure(Benchmark(BUNDLE, cycles=1, r=0.125))


@pytest.mark.parametrize(
    ("rows", "r", "stems"),
    [(1, 0.25, ("bass",)), (1, 0.125, ("bass",)), (2, 0.25, ("bass", "drums"))],
)
def test_engines_that_were_built_for_what_is_measured_are_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, r: float, stems: tuple[str, ...]
) -> None:
    """A server begins with settings of its own, for which there may be none."""
    stand = Stand(tmp_path, monkeypatch)
    columns = Geometry.reference(GRID, r, 1, 0.02).decoded_columns
    stand.build(rows=(rows,), columns=(columns,))
    monkeypatch.setattr("sideman.engine.loading.stages.create_backend", lambda _: stand.backend())
    choice = BackendChoice("tensorrt-rtx")
    benchmark = Benchmark(stand.bundle.path, cycles=2, warm_up=1, stems=stems, r=r, backend=choice)
    assert len(measure(benchmark).cycles) == 2
