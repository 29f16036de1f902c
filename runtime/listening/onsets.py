"""Where something is struck, told from the sound alone, and how well that agrees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sideman.runtime.listening.truth import SAMPLE_RATE

Audio = npt.NDArray[np.float32]

#: How far a found onset may be from a wanted one: 50 ms, as is usual (MIREX).
TOLERANCE = 0.05
_FRAME, _HOP = 1024, 256
#: Factor c of the compression log(1 + c·m) of magnitudes m; a full-scale sine has m = 1/2.
_COMPRESSION = 1000.0
#: Distance of the frames between which a rise is measured: two hops, because a frame spans four and
#: a stroke enters it slowly.
_LAG = 2
#: Seconds on both sides of a peak: within the first it is the highest value, within the second it
#: exceeds the mean.
_NEAR, _MEAN = 0.05, 0.2
#: Least height of a peak, relative to the mean around it and to the piece's highest.
_OVER_MEAN, _OVER_HIGHEST = 1.3, 0.12


def find_onsets(audio: Audio, first: int = 0) -> list[int]:
    """Onsets by spectral flux: rises of log magnitude, summed over bins (Böck et al. 2012).

    Args:
        audio: [samples] at 44.1 kHz.
        first: sample before which no onset is looked for. What sounds before it does not count for
            the highest rise either: a piece that is cut begins with a click, whose rise is the
            highest.

    Returns:
        Samples, ascending.
    """
    if len(audio) < _FRAME + _LAG * _HOP:
        return []
    # Silence before the first frame, so that a stroke in it is a rise.
    padded = np.concatenate([np.zeros(_FRAME, np.float32), audio])
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    window = np.hanning(_FRAME)
    magnitude = np.log1p(_COMPRESSION * np.abs(np.fft.rfft(frames * window)) / window.sum())
    flux = np.maximum(magnitude[_LAG:] - magnitude[:-_LAG], 0).sum(1)
    # The rise from frame i to i + lag is steepest when the stroke has just entered the newer
    # frame's second half, which is not in the older frame.
    places = np.maximum((np.arange(len(flux)) + _LAG) * _HOP - _FRAME // 2, 0)
    begin = int(np.searchsorted(places, first))
    highest = flux[begin:].max(initial=0)
    if highest <= 0:
        return []
    near, around = (round(seconds * SAMPLE_RATE / _HOP) for seconds in (_NEAR, _MEAN))
    found: list[int] = []
    for index in range(begin, len(flux)):
        value, place = flux[index], int(places[index])
        peak = value >= flux[max(0, index - near) : index + near + 1].max()
        mean = flux[max(0, index - around) : index + around + 1].mean()
        rises = peak and value > _OVER_MEAN * mean and value > _OVER_HIGHEST * highest
        if rises and (not found or place - found[-1] > near * _HOP):
            found.append(place)
    return found


def f_measure(found: Sequence[int], wanted: Sequence[int], tolerance: float = TOLERANCE) -> float:
    """Harmonic mean of precision and recall, each onset matched once.

    Args:
        found: samples, ascending.
        wanted: samples, ascending.
        tolerance: seconds.

    Returns:
        0 to 1; NaN where neither holds an onset.
    """
    if not found and not wanted:
        return float("nan")
    reach = round(tolerance * SAMPLE_RATE)
    matched, place = 0, 0
    # Both are sorted, so matching each wanted onset with the earliest free one within reach is
    # optimal.
    for onset in wanted:
        while place < len(found) and found[place] < onset - reach:
            place += 1
        if place < len(found) and found[place] <= onset + reach:
            matched += 1
            place += 1
    return 2 * matched / (len(found) + len(wanted))
