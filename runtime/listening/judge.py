"""The scores of stems that were played along."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.runtime.listening.onsets import f_measure, find_onsets
from sideman.runtime.listening.pitch import RANGES, chord_fit
from sideman.runtime.listening.truth import Truth

Audio = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Score:
    """How a stem was played.

    Attributes:
        chord_fit: share of beats whose note is of the chord; NaN for stems without pitch.
        onset_f: F-measure of onsets at 50 ms.
        level: root mean square in decibels under full scale; minus infinity for silence.
    """

    chord_fit: float
    onset_f: float
    level: float


def level(audio: Audio) -> float:
    """Root mean square in decibels under full scale; minus infinity for silence."""
    power = float((audio.astype(np.float64) ** 2).mean()) if len(audio) else 0.0
    return 10 * math.log10(power) if power else -math.inf


def judge(audio: Audio, truth: Truth, stem: str, first: int = 0) -> Score:
    """Score one stem.

    Args:
        audio: [samples] at 44.1 kHz, from the piece's beginning.
        truth: what was to be played.
        stem: a stem that `truth` has onsets of.
        first: sample before which nothing is judged.
    """
    # Onsets are found in the uncut audio: a note that sounds on would give an onset at a cut.
    found = find_onsets(audio, first)
    return Score(
        chord_fit=chord_fit(audio, truth, stem, first) if stem in RANGES else math.nan,
        onset_f=f_measure(found, truth.onsets_between(stem, first, len(audio))),
        level=level(audio[first:]),
    )


def judge_all(stems: Mapping[str, Audio], truth: Truth, first: int = 0) -> dict[str, Score]:
    """Score every stem that the piece has.

    Args:
        stems: [samples] each, by name; others than the piece's are left out.
        truth: what was to be played.
        first: sample before which nothing is judged.
    """
    return {
        name: judge(audio, truth, name, first)
        for name, audio in stems.items()
        if name in truth.onsets
    }
