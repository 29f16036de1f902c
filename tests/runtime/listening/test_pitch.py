from __future__ import annotations

import math

import numpy as np
import pytest

from sideman.runtime.listening.pitch import RANGES, chord_fit, pitch_class
from sideman.runtime.listening.truth import Truth

BEAT = 22_000


def note(midi: int, samples: int = BEAT) -> np.ndarray:
    """A decaying tone with four harmonics."""
    turn = 2 * np.pi * 440 * 2 ** ((midi - 69) / 12) * np.arange(samples) / 44_100
    sound = sum(np.sin(n * turn) / n for n in range(1, 5)) * np.exp(-np.arange(samples) / 20_000)
    return (0.1 * sound).astype(np.float32)


@pytest.mark.parametrize(("stem", "midi"), [(s, m) for s in RANGES for m in range(*RANGES[s])])
def test_every_note_in_range_is_recognised(stem: str, midi: int) -> None:
    assert pitch_class(note(midi), *RANGES[stem]) == midi % 12


def test_the_share_of_beats_on_the_chord() -> None:
    """C major, then A minor: a bar of C, then two beats of A, one of G sharp and a rest."""
    truth = Truth(BEAT, ((0, 4, 7), (9, 0, 4)), {})
    played = [note(48)] * 4 + [note(45)] * 2 + [note(44), np.zeros(BEAT, np.float32)]
    audio = np.concatenate(played)
    assert chord_fit(audio, truth, "bass") == 6 / 8
    # Beats that begin before the first sample judged are left out, and so is half a beat.
    assert chord_fit(audio, truth, "bass", 4 * BEAT) == 2 / 4
    assert chord_fit(audio[: -BEAT // 2], truth, "bass", 4 * BEAT + 1) == 1 / 2
    assert math.isnan(chord_fit(audio[: BEAT - 1], truth, "bass"))


def test_noise_fits_by_chance() -> None:
    truth = Truth(BEAT, ((0, 4, 7), (9, 0, 4)), {})
    noise = np.random.default_rng(0).standard_normal(64 * BEAT).astype(np.float32)
    assert 0.1 < chord_fit(noise, truth, "bass") < 0.45
