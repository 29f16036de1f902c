"""What is left out of a cycle, and what cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest, SamplerSpec
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.samplers import make_table
from sideman.runtime.playing.session import Session
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import CONSISTENCY, manifest_fields

MANIFEST = Manifest(**manifest_fields(LatentGrid(channels=2)), files={})
DIFFUSION = replace(
    MANIFEST,
    kind="diffusion",
    sampler=SamplerSpec("dpm2-ancestral", 5, 1e-4, 50.0, 9.0, 1.0, 2),
)


def test_one_evaluation_answers_straight_from_the_highest_level() -> None:
    table = make_table(Shortcuts(1).sampler(MANIFEST))
    (only,) = table.evaluations
    assert table.initial_sigma == only.sigma == only.keep_level == pytest.approx(80.0)
    assert (only.gamma, only.noises) == (1.0, ())


@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_as_many_levels_are_used_as_are_asked_for(number: int) -> None:
    spec = Shortcuts(number).sampler(MANIFEST)
    assert spec == replace(CONSISTENCY, steps=number)
    assert len(make_table(spec).evaluations) == number


def test_a_session_evaluates_so_often_and_answers_differently() -> None:
    answers = {}
    for shortcuts in (OWN, Shortcuts(1), Shortcuts(2)):
        backend = FakeBackend()
        stages = backend.stages(MANIFEST.stages)
        session = Session(MANIFEST, backend, stages, GaussianNoise(1), shortcuts=shortcuts)
        geometry = Geometry.columnar(session.grid, 4, 4, 0)
        session.configure(geometry, (0,))
        backend.ran.clear()
        answers[shortcuts] = session.step(np.full(geometry.step_samples, 0.5, np.float32)).copy()
        assert backend.ran.count("step") == session.evaluations == (shortcuts.evaluations or 2)
    np.testing.assert_array_equal(answers[Shortcuts(2)], answers[OWN])
    assert not np.allclose(answers[Shortcuts(1)], answers[OWN])


def test_only_what_is_not_the_bundle_s_own_is_told() -> None:
    assert OWN.notes(MANIFEST) == Shortcuts(2).notes(MANIFEST) == ()
    (told,) = Shortcuts(1).notes(MANIFEST)
    assert told.startswith("1 evaluation a cycle")
    assert "made for 2" in told


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (DIFFUSION, "dpm2-ancestral in 16 evaluations"),
        # A solver follows one path, whatever model it asks.
        (replace(MANIFEST, sampler=SamplerSpec("heun", 4, 1e-2, 50.0, 7.0)), "heun in 7 eval"),
    ],
)
def test_what_is_no_consistency_model_is_refused(manifest: Manifest, reason: str) -> None:
    OWN.check(manifest)
    with pytest.raises(SidemanError, match=reason):
        Shortcuts(1).check(manifest)
    backend = FakeBackend()
    with pytest.raises(SidemanError, match="consistency model"):
        Session(manifest, backend, backend.stages(manifest.stages), shortcuts=Shortcuts(1))


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_no_number_of_evaluations_is_refused(number: int) -> None:
    with pytest.raises(SidemanError, match="Use 1 to"):
        Shortcuts(number).check(MANIFEST)


def test_what_cannot_be_encoded_is_refused() -> None:
    with pytest.raises(SidemanError, match="Use whole, known, new"):
        Shortcuts(encode="some").check(MANIFEST)


def test_a_server_is_asked_for_the_same() -> None:
    assert OWN.arguments() == []
    assert Shortcuts(1).arguments() == ["--evaluations", "1"]
    both = Shortcuts(1, "new")
    assert both.arguments() == ["--evaluations", "1", "--encode", "new"]
    assert str(both) == "1 evaluation, encode new"
    assert len(both.notes(MANIFEST)) == 2
