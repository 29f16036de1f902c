"""Finding which note is played in audio, and how often it fits the chord."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sideman.runtime.listening.truth import SAMPLE_RATE, Truth

Audio = npt.NDArray[np.float32]

#: MIDI numbers among which a stem's note is looked for: the range that the demonstration's songs
#: are voiced in, and two semitones around it.
RANGES = {"bass": (41, 56), "piano": (58, 73)}
#: Length of the transform: bins of a third of a hertz, by interpolation.
_LENGTH = 1 << 17
_HARMONICS = (1, 2, 3, 4)
#: Root mean square under which a beat is a rest and fits no chord: 60 dB under full scale.
_SILENCE = 1e-3


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


def chord_fit(audio: Audio, truth: Truth, stem: str, first: int = 0) -> float:
    """Share of whole beats whose strongest note is in the chord.

    A silent beat fits no chord.

    Args:
        audio: [samples] at 44.1 kHz, from the piece's beginning.
        truth: what was to be played.
        stem: a key of `RANGES`.
        first: sample before which nothing is judged.

    Returns:
        0 to 1; NaN where there is not one whole beat.
    """
    beat = truth.beat_samples
    fits = []
    for index in range(-(-first // beat), len(audio) // beat):
        piece = audio[index * beat : (index + 1) * beat]
        sounds = float(np.sqrt((piece.astype(np.float64) ** 2).mean())) > _SILENCE
        fits.append(sounds and pitch_class(piece, *RANGES[stem]) in truth.chord(index))
    return float(np.mean(fits)) if fits else float("nan")
