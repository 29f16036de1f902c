from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideman.engine.bundle.grid import LatentGrid
from sideman.export.demo.scoring import session as module
from sideman.export.demo.scoring.session import (
    CHANCE,
    FADE,
    PLAYED,
    REGIMES,
    STEP,
    balanced_songs,
    other_songs,
    play,
    score_bounds,
    score_bundle,
)
from sideman.export.demo.world.song import BEATS, STEMS
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from tests.models.places import BUNDLE


class Echo:
    """Plays the place of every sample in time, as the geometry says that it is heard."""

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.heard = 0

    def reset(self) -> None:
        self.heard = 0

    def step(self, audio: np.ndarray) -> np.ndarray:
        self.heard += len(audio)
        # Where the reply stands in the window, against where the newest sample stands.
        geometry, fade = self.geometry, self.geometry.fade_samples
        made_for = (64 - geometry.decoded_columns) * 4096 + geometry.out_start
        start = self.heard + made_for - (geometry.write_start + geometry.step_samples)
        answer = np.arange(start, start + geometry.out_samples, dtype=np.float32)
        answer[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        return answer[None]


@pytest.mark.parametrize("w", REGIMES)
def test_every_sample_is_laid_where_it_belongs(w: int) -> None:
    geometry = Geometry.reference(LatentGrid(), STEP, w, FADE)
    size, fade = geometry.step_samples, geometry.fade_samples
    track = play(Echo(geometry), geometry, np.zeros(6 * size + 99, np.float32))
    assert len(track) == 6 * size - geometry.late_samples
    first = next(iter(np.flatnonzero(track)))
    assert first < 3 * size
    place = np.arange(len(track))
    np.testing.assert_allclose(track[first + fade :], place[first + fade :], rtol=1e-6)


def test_a_stem_is_its_own_best_and_another_song_is_worse() -> None:
    songs, others = balanced_songs(2), other_songs(3)
    assert all(song.held_out for song in songs)
    assert not any(song.held_out for song in others)
    bounds = score_bounds(songs, others)
    for stem in ("bass", "piano"):
        assert bounds[PLAYED][stem].chord_fit > 0.9 > bounds[CHANCE][stem].chord_fit
    for stem in STEMS:
        assert bounds[PLAYED][stem].onset_f > bounds[CHANCE][stem].onset_f
        assert bounds[PLAYED][stem].level == 0
    assert math.isnan(bounds[PLAYED]["drums"].chord_fit)


@pytest.mark.parametrize("held_out", [True, False])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_three_songs_have_every_key_progression_and_groove(held_out: bool, seed: int) -> None:
    songs = balanced_songs(7, seed, held_out=held_out)
    assert len(songs) == 7
    assert all(song.held_out == held_out for song in songs)
    for three in (songs[:3], songs[3:6]):
        for what in ("key", "progression", "groove"):
            assert len({getattr(song, what) for song in three}) == 3
    assert [song.beat for song in songs] == [BEATS[0]] * 3 + [BEATS[1]] * 3 + [BEATS[0]]


def test_random_weights_score_no_better_than_they_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REGIMES", (1,))
    monkeypatch.setattr(module, "_BARS", 6)
    said: list[str] = []
    scores = score_bundle(BUNDLE, balanced_songs(1), report=said.append)
    assert set(scores) == {1}
    assert set(scores[1]) == set(STEMS)
    assert said == [f"small, w = 1: {stem}" for stem in STEMS]
    # A single stem has so few onsets in two bars that it may well meet most of them.
    assert np.mean([score.onset_f for score in scores[1].values()]) < 0.6
    assert np.mean([scores[1][stem].chord_fit for stem in ("bass", "piano")]) < 0.5


def test_sessions_begin_anew_with_every_song() -> None:
    geometry = Geometry.reference(LatentGrid(), STEP, 1, FADE)
    audio = np.random.default_rng(0).uniform(-0.1, 0.1, 2 * geometry.step_samples).astype("f4")
    with Session.open(BUNDLE, seed=1) as session:
        session.configure(geometry, (0,))
        first, second = (play(session, geometry, audio) for _ in range(2))
    np.testing.assert_array_equal(first, second)
