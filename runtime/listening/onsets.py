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
#: Magnitude over which the logarithm compresses, over that of a full-scale sine.
_COMPRESSION = 1000.0
#: Frames over which a rise is taken: twice the hop, since a frame of four sees a stroke slowly.
_LAG = 2
#: Seconds around a peak: it is the highest within, and higher than the mean by the share below.
_NEAR, _MEAN = 0.05, 0.2
#: How much a peak has to rise over the mean around it, and over the piece's highest.
_OVER_MEAN, _OVER_HIGHEST = 1.3, 0.12


def find_onsets(audio: Audio, first: int = 0) -> list[int]:
    """Onsets by spectral flux: rises of log magnitude, summed over bins (Böck et al. 2012).

    Args:
        audio: [samples] at 44.1 kHz.
        first: sample before which nothing is looked for. What sounds there is no measure of what
            comes after it: a piece that is cut begins with a click, whose rise is the highest.

    Returns:
        Samples, ascending.
    """
    if len(audio) < _FRAME + _LAG * _HOP:
        return []
    # A stroke in the very first frame has nothing before it to rise from.
    padded = np.concatenate([np.zeros(_FRAME, np.float32), audio])
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    window = np.hanning(_FRAME)
    magnitude = np.log1p(_COMPRESSION * np.abs(np.fft.rfft(frames * window)) / window.sum())
    flux = np.maximum(magnitude[_LAG:] - magnitude[:-_LAG], 0).sum(1)
    # The rise from frame i to i + lag is steepest when the stroke has just entered the newer one's
    # second half, which the older one does not hold.
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
    # On a line, taking for every wanted onset the earliest free one within reach is best.
    for onset in wanted:
        while place < len(found) and found[place] < onset - reach:
            place += 1
        if place < len(found) and found[place] <= onset + reach:
            matched += 1
            place += 1
    return 2 * matched / (len(found) + len(wanted))
