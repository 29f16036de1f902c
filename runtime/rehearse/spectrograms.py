"""The picture of what was played: spectrograms of context and stems over one another."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.runtime.listening.truth import BEATS_PER_BAR, Truth
from sideman.runtime.rehearse.record import Rehearsal

Samples = npt.NDArray[np.float32]

#: Samples of a frame: 93 ms, so that the notes of a bass stand apart.
_FRAME = 4096
#: Columns of the picture: as many as a page has pixels, however long the music is.
_COLUMNS = 1600
#: Lowest and highest frequency in hertz, and rows between them, evenly by pitch.
_LOWEST, _HIGHEST, _ROWS = 50.0, 8000.0, 200
#: Decibels from the loudest to the darkest.
_RANGE = 70.0
#: Bars that are marked at the most; of a longer piece, every second, third and so on.
_MARKED = 40
_NAMES = ("C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B")


def draw(rehearsal: Rehearsal, path: Path, truth: Truth | None = None) -> None:
    """Write the picture as PNG.

    Args:
        rehearsal: what happened.
        path: file to write.
        truth: chords of what was played, if known; bars and their chords are marked.
    """
    # The object interface chooses no window system: pyplot would.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rate, total = rehearsal.sample_rate, rehearsal.placement.total
    tracks = {"context": rehearsal.context, **rehearsal.stems}
    figure = Figure(figsize=(12, 1.2 + 2.3 * len(tracks)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    weights = "" if rehearsal.trained else ", untrained"
    figure.suptitle(f"{rehearsal.bundle}{weights}: what was played, and what came back")
    rows = figure.subplots(len(tracks), 1, sharex=True, squeeze=False)[:, 0]
    images = {
        name: spectrogram(np.pad(samples, (0, max(0, total - len(samples)))), rate)
        for name, samples in tracks.items()
    }
    # One scale for all tracks, so that quiet ones look quiet.
    highest = max(float(image.max()) for image in images.values())
    for axes, (name, image) in zip(rows, images.items(), strict=True):
        axes.imshow(
            image,
            origin="lower",
            aspect="auto",
            cmap="magma",
            vmin=highest - _RANGE,
            vmax=highest,
            extent=(0, total / rate, 0, _ROWS),
            interpolation="nearest",
        )
        ticks = np.array([62.5, 125, 250, 500, 1000, 2000, 4000, 8000])
        axes.set_yticks(_row(ticks), [f"{tick:g}" for tick in ticks])
        axes.set_ylabel(f"{name} [Hz]")
    if truth is not None:
        bar = truth.beat_samples * BEATS_PER_BAR
        # Behind the end of the context nothing is played that a chord could belong to.
        known = min(total, len(rehearsal.context))
        bars = known // bar + 1
        for index in range(0, bars, -(-bars // _MARKED)):
            for axes in rows:
                axes.axvline(index * bar / rate, color="white", lw=0.5, alpha=0.6)
            place = (index + 0.5) * bar / rate
            if place < known / rate:
                rows[0].annotate(
                    chord_name(truth.chord(index * BEATS_PER_BAR)),
                    (place, _ROWS),
                    xytext=(0, 3),
                    textcoords="offset points",
                    ha="center",
                    fontsize=9,
                )
    rows[-1].set_xlabel("time [s]")
    figure.savefig(path)


def spectrogram(samples: Samples, rate: int) -> npt.NDArray[np.float64]:
    """Levels by pitch and time.

    Args:
        samples: [n].
        rate: samples a second.

    Returns:
        [200, columns] decibels, frequencies of equal ratios from 50 Hz to 8 kHz upwards.
    """
    hop = max(512, -(-len(samples) // _COLUMNS))
    padded = np.pad(samples, (_FRAME // 2, _FRAME))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[: len(samples) : hop]
    window = np.hanning(_FRAME)
    power = np.abs(np.fft.rfft(frames * window) / window.sum()) ** 2
    edges = _LOWEST * (_HIGHEST / _LOWEST) ** (np.arange(_ROWS + 1) / _ROWS) * _FRAME / rate
    rows = []
    for low, high in pairwise(edges):
        first, last = int(np.ceil(low)), int(np.floor(high))
        if last + 1 >= power.shape[1]:
            # Above half the sample rate there is nothing.
            rows.append(np.zeros(len(power)))
            continue
        if first <= last:
            rows.append(power[:, first : last + 1].max(axis=1))
        else:
            # The band lies between two bins: interpolate.
            rest = (low + high) / 2 - last
            rows.append((1 - rest) * power[:, last] + rest * power[:, last + 1])
    decibels: npt.NDArray[np.float64] = 10 * np.log10(np.array(rows) + 1e-12)
    return decibels


def chord_name(pitch_classes: tuple[int, ...]) -> str:
    """The name of a triad that is given from its root up."""
    root, third = pitch_classes[:2]
    return _NAMES[root] + ("m" if (third - root) % 12 == 3 else "")


def _row(frequency: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    rows: npt.NDArray[np.float64] = _ROWS * np.log(frequency / _LOWEST) / np.log(_HIGHEST / _LOWEST)
    return rows
