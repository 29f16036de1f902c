"""Which note is played, told from the sound alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sideman.export.demo.instruments import SAMPLE_RATE
from sideman.export.demo.world.song import BEATS_PER_BAR, Song

Audio = npt.NDArray[np.float32]

#: MIDI numbers among which a stem's note is looked for: its range, and two semitones around it.
RANGES = {"bass": (34, 49), "piano": (58, 73)}
#: Length of the transform: bins of a third of a hertz, by interpolation.
_LENGTH = 1 << 17
_HARMONICS = (1, 2, 3, 4)


def pitch_class(audio: Audio, lowest: int, highest: int) -> int:
    """The pitch class, 0 to 11, of the note whose first harmonics are strongest.

    Args:
        audio: [samples] at 44.1 kHz, at least a tenth of a second.
        lowest: first MIDI number that is looked for.
        highest: last one.
    """
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), _LENGTH))
    notes = np.arange(lowest, highest + 1)
    frequencies = 440.0 * 2 ** ((notes - 69) / 12)
    strength = sum(
        spectrum[np.round(n * frequencies * _LENGTH / SAMPLE_RATE).astype(int)] / np.sqrt(n)
        for n in _HARMONICS
    )
    return int(notes[np.argmax(strength)] % 12)


def chord_fit(audio: Audio, song: Song, stem: str) -> float:
    """Share of the whole beats whose strongest note is of the chord; by chance about a quarter.

    Args:
        audio: [samples], from the song's beginning.
        song: what was to be played.
        stem: a key of `RANGES`.
    """
    beat = song.seconds_per_beat * SAMPLE_RATE
    fits = [
        pitch_class(audio[int(index * beat) : int((index + 1) * beat)], *RANGES[stem])
        in song.chord(index // BEATS_PER_BAR).pitch_classes
        for index in range(int(len(audio) / beat))
    ]
    return float(np.mean(fits))
