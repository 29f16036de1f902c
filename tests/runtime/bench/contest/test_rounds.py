"""Contests between fake backends, whose results depend on all that real ones depend on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError, SidemanError
from sideman.runtime.bench.contest import rounds
from sideman.runtime.bench.contest.contestants import Contestant
from sideman.runtime.bench.contest.rounds import Contest, run
from sideman.runtime.bench.contest.yardsticks import Yardstick
from sideman.runtime.playing.shortcuts import Shortcuts
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import write_bundle


@pytest.fixture(autouse=True)
def no_pause(monkeypatch) -> None:
    monkeypatch.setattr(rounds, "_SETTLE", 0.0)


class Stand:
    """Bundles whose fake backends note who ran, in order; a name says how they behave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.loaded: list[str] = []
        self.open: set[str] = set()
        self.broken: dict[str, str] = {}

    def contestant(self, name: str, bundle: str = "a", scale: float = 1.0, precision="fp32"):
        folder = self.folder / bundle
        if not folder.exists():
            write_bundle(folder, LatentGrid(channels=2), bundle)

        def load(manifest, _sources, _threads):
            if self.broken.get(name) == "load":
                raise SidemanError(f"{name} does not load.", "Do without.")
            self.loaded.append(name)
            self.open.add(name)
            return self._backend(name, scale, precision, manifest)

        return Contestant(folder, BackendChoice(), Yardstick(name, load))

    def _backend(self, name, scale, precision, manifest):
        backend = FakeBackend()
        backend.precision = precision
        backend.describe = lambda: name
        backend.close = lambda: self.open.discard(name)

        def fail(stage: str) -> None:
            if stage == "step":
                self.ran.append(name)
                if self.broken.get(name) == "step" and self.ran.count(name) > 6:
                    raise BackendError(f"{name} broke.")

        backend.fail = fail
        step = backend._step

        def scaled(arrays) -> None:
            step(arrays)
            arrays["next"] *= scale

        backend._step = scaled
        return backend, backend.stages(manifest.stages)


@pytest.fixture
def stand(tmp_path) -> Stand:
    return Stand(tmp_path)


def contest(*contestants: Contestant, **options) -> Contest:
    return Contest(contestants=contestants, **({"cycles": 4, "warm_up": 1, "seed": 0} | options))


def test_every_contestant_plays_every_cycle_and_the_order_changes(stand: Stand) -> None:
    names = ("one", "two", "three")
    outcome = run(contest(*map(stand.contestant, names), cycles=12, warm_up=0))
    assert [each.name for each in outcome.figures] == list(names)
    for each in outcome.figures:
        assert len(each.cycles) == len(each.times) == 12
        assert {"encode", "step", "decode", "cycle"} <= set(each.cycles[0])
    # Two evaluations a cycle; the last 36 cycles are the rounds.
    order = stand.ran[-72::2]
    followed = {pair for pair in pairwise(order) if pair[0] != pair[1]}
    assert len(followed) == 6
    assert {order[i] for i in range(0, 36, 3)} == set(names)
    assert not stand.open


def test_the_same_results_have_no_error_and_others_have_theirs(stand: Stand) -> None:
    one, same, off = (
        stand.contestant("one"),
        stand.contestant("same"),
        stand.contestant("off", scale=1.01),
    )
    figures = run(contest(one, same, off)).figures
    assert figures[0].error == figures[1].error == 0
    assert 5e-3 < figures[2].sound_error < 0.1
    assert [each.passed for each in figures] == [True, True, False]


def test_the_first_in_float32_is_what_errors_are_taken_from(stand: Stand) -> None:
    short = stand.contestant("short", scale=1.01, precision="bf16")
    figures = run(contest(short, stand.contestant("exact"))).figures
    assert figures[0].error > 0
    assert figures[1].error == 0
    assert figures[0].ratio.median == 1


def test_what_is_left_out_makes_another_answer_and_that_is_its_error(stand: Stand) -> None:
    whole = stand.contestant("whole")
    figures = run(contest(whole, replace(whole, shortcuts=Shortcuts(1)))).figures
    assert [each.evaluations for each in figures] == [2, 1]
    assert figures[0].error == 0
    assert figures[1].compared
    assert not figures[1].passed


def test_what_a_bundle_cannot_leave_out_is_the_reason(stand: Stand) -> None:
    whole = stand.contestant("whole")
    outcome = run(contest(whole, replace(whole, shortcuts=Shortcuts(0))))
    (absent,) = outcome.absent
    assert "no number of evaluations" in absent.reason
    assert stand.loaded == ["whole"]


def test_models_that_differ_are_not_compared(stand: Stand) -> None:
    figures = run(contest(stand.contestant("one"), stand.contestant("two", "b", scale=3))).figures
    assert [each.compared for each in figures] == [False, False]
    assert figures[1].error == 0


def test_who_does_not_load_or_breaks_is_left_out_with_the_reason(stand: Stand) -> None:
    stand.broken = {"absent": "load", "broken": "step"}
    names = ("absent", "broken", "one")
    outcome = run(contest(*map(stand.contestant, names)))
    assert [each.name for each in outcome.figures] == ["one"]
    assert [str(each).partition("\n")[0] for each in outcome.absent] == [
        "absent: absent does not load.",
        "broken: broken broke.",
    ]
    assert not stand.open


def test_where_nothing_can_be_timed_reasons_are_the_error(stand: Stand) -> None:
    stand.broken = {"absent": "load"}
    with pytest.raises(SidemanError, match="absent does not load"):
        run(contest(stand.contestant("absent")))


def test_where_memory_does_not_hold_all_one_is_loaded_at_a_time(stand: Stand, monkeypatch) -> None:
    monkeypatch.setattr(rounds, "available_bytes", lambda: 0)
    most, said = [], []
    load = rounds._Runner._load
    monkeypatch.setattr(
        rounds._Runner,
        "_load",
        lambda self, index: (load(self, index), most.append(len(stand.open))),
    )
    outcome = run(contest(*map(stand.contestant, ("one", "two")), cycles=8), said.append)
    assert outcome.reloaded
    assert set(most) == {1}
    assert stand.loaded.count("one") == stand.loaded.count("two") == 4
    for each in outcome.figures:
        assert (len(each.cycles), len(each.times), len(each.load_seconds)) == (8, 4, 4)
        assert each.error == 0
    assert "One is loaded at a time" in said[0]


def test_a_pace_is_kept_whoever_plays(stand: Stand, monkeypatch) -> None:
    now, slept = [100.0], []
    monkeypatch.setattr(rounds.time, "perf_counter", lambda: now[0])

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds + 0.25

    monkeypatch.setattr(rounds.time, "sleep", sleep)
    both = map(stand.contestant, ("one", "two"))
    run(contest(*both, cycles=2, warm_up=0, paced=True))
    assert slept[0] == 0
    assert slept[1:] == pytest.approx([1.25] * 3)


def test_every_bundle_is_checked_before_anything_is_loaded(stand: Stand, tmp_path) -> None:
    absent = replace(stand.contestant("two"), bundle=tmp_path / "nothing")
    with pytest.raises(SidemanError, match="not a bundle"):
        run(contest(stand.contestant("one"), absent))
    assert stand.loaded == []
    assert Bundle.open(tmp_path / "a")
