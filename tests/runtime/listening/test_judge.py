from __future__ import annotations

import math

import numpy as np
import pytest

from sideman.runtime.listening.judge import judge, judge_all, level
from sideman.runtime.listening.truth import Truth

BEAT = 22_000
TRUTH = Truth(BEAT, ((9, 0, 4),), {"bass": tuple(range(0, 4 * BEAT, BEAT)), "drums": (0,)})


def bass(beats: int) -> np.ndarray:
    """A2 on every beat."""
    turn = 2 * np.pi * 110 * np.arange(BEAT) / 44_100
    sound = 0.2 * np.sin(turn) * np.exp(-np.arange(BEAT) / 5_000)
    return np.tile(sound, beats).astype(np.float32)


def test_levels() -> None:
    assert level(np.ones(10, np.float32)) == 0
    assert level(np.full(10, 0.1, np.float32)) == pytest.approx(-20, abs=1e-4)
    assert level(np.zeros(10, np.float32)) == level(np.zeros(0, np.float32)) == -math.inf


def test_what_is_played_as_it_should_be_scores_full() -> None:
    score = judge(bass(8), TRUTH, "bass", BEAT)
    assert score.chord_fit == 1
    assert score.onset_f == pytest.approx(1)
    assert -30 < score.level < -15


def test_silence_and_stems_without_pitch_or_place() -> None:
    silence = np.zeros(8 * BEAT, np.float32)
    scores = judge_all({"bass": silence, "drums": bass(8), "flute": silence}, TRUTH)
    assert set(scores) == {"bass", "drums"}
    assert (scores["bass"].chord_fit, scores["bass"].onset_f) == (0, 0)
    assert scores["bass"].level == -math.inf
    assert math.isnan(scores["drums"].chord_fit)
    # Two of eight strokes stand where the piece has one.
    assert scores["drums"].onset_f == pytest.approx(2 * 2 / (8 + 2))
