"""What `measure_lead` measures with."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.loading.stages import load_stages
from sideman.runtime.native.setting import OVERLAP
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from tests.models.places import BUNDLE
from tests.runtime.lead_play import open_session, placed, play


class Echo:
    """Plays the place of every sample in time, as the window says that it was made for."""

    def __init__(self, geometry: Geometry, grid: LatentGrid) -> None:
        self.geometry, self.grid, self.heard = geometry, grid, 0
        self.profile = SimpleNamespace(commit=lambda: None, last={"step": 0.0, "decode": 0.0})

    def reset(self) -> None:
        self.heard = 0

    def step(self, audio: np.ndarray) -> np.ndarray:
        geometry = self.geometry
        self.heard += len(audio)
        made_for = (self.grid.columns - geometry.decoded_columns) * 4096 + geometry.out_start
        start = self.heard + made_for - (geometry.write_start + geometry.step_samples)
        return np.arange(start, start + geometry.out_samples, dtype=np.float32)[None]


@pytest.mark.parametrize(("step", "lead"), [(1, 1), (1, 16), (4, 2), (16, 16)])
def test_every_sample_is_heard_where_it_was_made_for(step: int, lead: int) -> None:
    grid, placement = LatentGrid(), placed(step, lead)
    geometry = Geometry.columnar(grid, step, lead, OVERLAP)
    context = np.zeros(5 * 16 * 4096 + 99, np.float32)
    heard, seconds = play(Echo(geometry, grid), geometry, placement, context)
    begin = placement.start(0) + OVERLAP
    np.testing.assert_allclose(heard[begin:], np.arange(begin, len(context)), rtol=1e-6)
    assert not heard[: placement.start(0)].any()
    # None that nobody would hear.
    assert placement.start(len(seconds) - 1) < len(context)


def test_an_encoder_that_remembers_changes_nothing() -> None:
    context = np.random.default_rng(0).normal(0, 0.1, 6 * 4096 * 4).astype(np.float32)
    manifest, backend, stages = load_stages(BUNDLE)
    geometry = Geometry.columnar(manifest.grid, 4, 4, OVERLAP)
    remembering, encode = open_session(BUNDLE, 1, 1)
    heard = []
    with Session(manifest, backend, stages, GaussianNoise(1)) as plain, remembering:
        for session in (plain, remembering, remembering):
            session.configure(geometry, (0,))
            heard.append(play(session, geometry, placed(4, 4), context)[0])
        # Once for silence, and for each of the steps that are heard.
        assert encode.ran == 1 + 5
    assert np.array_equal(heard[1], heard[2])
    np.testing.assert_allclose(heard[0], heard[1], atol=1e-6)
