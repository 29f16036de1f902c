"""How close a sound is to another: sample by sample, and in its spectrum."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float32]

#: Frames and hop of the log-spectral distance, in samples.
_FRAME, _HOP = 2048, 512
#: Decibels under the loudest bin below which nothing is heard.
FLOOR = 80.0


def si_sdr(found: Audio, wanted: Audio) -> float:
    """Scale-invariant signal-to-distortion ratio in decibels (Le Roux et al. 2019).

    It depends on phases: a sound that is the same to the ear may have a very low ratio.

    Args:
        found: [samples].
        wanted: [samples], not silent.

    Raises:
        ValueError: what is wanted is silent.
    """
    target, estimate = wanted.astype(np.float64), found.astype(np.float64)
    energy = float(target @ target)
    if energy == 0:
        raise ValueError("Silence has no signal-to-distortion ratio.")
    scaled = (float(estimate @ target) / energy) * target
    distortion = float(((estimate - scaled) ** 2).sum())
    signal = float((scaled**2).sum())
    if signal == 0:
        return -math.inf
    return 10 * math.log10(signal / distortion) if distortion else math.inf


def log_spectral_distance(found: Audio, wanted: Audio, floor: float = FLOOR) -> float:
    """Root mean square of the difference of spectra in decibels, averaged over frames.

    To both spectra a floor is added.

    Args:
        found: [samples].
        wanted: [samples], as many.
        floor: decibels that it lies under the loudest bin of `wanted`.

    Raises:
        ValueError: the lengths differ, or there is not one frame.
    """
    if found.shape != wanted.shape:
        raise ValueError(f"{found.shape} and {wanted.shape} samples cannot be compared.")
    ours, theirs = _power(found), _power(wanted)
    added = theirs.max() * 10 ** (-floor / 10) + 1e-20
    difference = 10 * np.log10((ours + added) / (theirs + added))
    return float(np.sqrt((difference**2).mean(axis=1)).mean())


def _power(audio: Audio) -> npt.NDArray[np.float64]:
    """[frames, bins]."""
    if len(audio) < _FRAME:
        raise ValueError(f"{len(audio)} samples are less than a frame of {_FRAME}.")
    frames = np.lib.stride_tricks.sliding_window_view(audio, _FRAME)[::_HOP]
    power: npt.NDArray[np.float64] = np.abs(np.fft.rfft(frames * np.hanning(_FRAME))) ** 2
    return power
