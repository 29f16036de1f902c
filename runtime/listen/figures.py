"""What the page tells beside a sound."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sideman.runtime.listening.fidelity import log_spectral_distance
from sideman.runtime.listening.judge import judge, level
from sideman.runtime.listening.truth import SAMPLE_RATE, Truth

Samples = npt.NDArray[np.float32]

#: Figures by their key in the record, with their unit, in the order of the page.
FIGURES = {
    "level": "dBFS",
    "distance": "dB",
    "chord_fit": "%",
    "onset_f": "",
}
#: Fewer beats than this say nothing about chords and onsets.
_FEWEST_BEATS = 8
#: Samples of a frame of the log-spectral distance: fewer have none.
_FRAME = 2048


def measure(
    sound: Samples,
    wanted: Samples | None,
    truth: Truth | None,
    stem: str,
    rate: int,
    first: int,
    offset: int = 0,
) -> dict[str, float]:
    """Figures of one stem, from a sample on.

    Args:
        sound: [samples], what is judged.
        wanted: [samples], the ground truth, if there is one and it is not `sound` itself.
        truth: chords and onsets, if they are known.
        stem: its name.
        rate: samples a second.
        first: sample of `sound` before which nothing is judged.
        offset: sample of the piece that `sound` begins at.

    Returns:
        "level" (root mean square, dBFS), "distance" (log-spectral, dB), "chord_fit" and "onset_f"
        (0 to 1), as far as each is known and a number.
    """
    figures = {"level": level(sound[first:])}
    if wanted is not None and len(sound) - first >= _FRAME and np.any(wanted[first:]):
        figures["distance"] = log_spectral_distance(sound[first:], wanted[first:])
    judged = truth is not None and stem in truth.onsets and rate == SAMPLE_RATE and not offset
    if truth is not None and judged and len(sound) - first >= _FEWEST_BEATS * truth.beat_samples:
        score = judge(sound, truth, stem, first)
        figures |= {"chord_fit": score.chord_fit, "onset_f": score.onset_f}
    return {name: value for name, value in figures.items() if math.isfinite(value)}
