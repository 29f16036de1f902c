"""Instruments of the demo: a plucked string, a bass, an electric piano and three drums.

Each returns samples at 44.1 kHz, about 1 high at full force, that begin and end at zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

SAMPLE_RATE = 44_100


def _seconds(duration: float) -> Samples:
    return np.arange(round(duration * SAMPLE_RATE)) / SAMPLE_RATE


def _soft_edges(sound: Samples, attack: float = 0.001, release: float = 0.03) -> Samples:
    """Raise the first and lower the last samples along half cosines, in place."""
    for part, duration in ((sound, attack), (sound[::-1], release)):
        count = min(round(duration * SAMPLE_RATE), len(sound))
        part[:count] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count)
    return sound


def pluck(frequency: float, duration: float, force: float, random: np.random.Generator) -> Samples:
    """A plucked string: a burst of noise that runs round a delay line and is smoothed each time.

    The string of Karplus and Strong (1983). For most notes the line's length is not a whole number
    of samples; linear interpolation inside the smoothing filter supplies the fraction, without
    which high notes are out of tune.

    Args:
        frequency: of the note in hertz.
        duration: seconds.
        force: 0 to 1; a softer pluck has fewer overtones.
        random: where the burst of noise is drawn from.
    """
    period = SAMPLE_RATE / frequency
    line = int(period - 1.0)
    rest = period - 1.0 - line
    smoothing = np.array([0.12, 0.76, 0.12])
    taps = 0.997 * np.convolve(smoothing, [1.0 - rest, rest])
    burst = random.random(line) * 2.0 - 1.0
    softness = max(3, round((1.2 - force) * 0.12 * line))
    burst = np.convolve(np.tile(burst, 3), np.hanning(softness + 2), "same")[line : 2 * line]
    burst -= burst.mean()
    burst /= np.abs(burst).max()
    blocks = -(-round(duration * SAMPLE_RATE) // line)
    # The filter reaches back three samples before the first block.
    string = np.zeros(3 + line * (blocks + 1))
    string[3 : 3 + line] = burst
    for block in range(1, blocks + 1):
        start = 3 + block * line
        past = string[start - line - 3 : start]
        string[start : start + line] = np.convolve(past, taps, "valid")
    return _soft_edges(string[3 : 3 + round(duration * SAMPLE_RATE)].copy())


def electric_piano(frequency: float, duration: float, force: float) -> Samples:
    """A tine and its bar: two pairs of a sine modulating another's phase (Chowning 1973)."""
    t = _seconds(duration)
    turn = 2.0 * np.pi * frequency * t
    body = np.sin(turn + 1.1 * force * np.exp(-3.0 * t) * np.sin(turn))
    tine = np.sin(turn + 0.35 * force * np.exp(-14.0 * t) * np.sin(14.0 * turn))
    return _soft_edges((0.6 * body + 0.4 * tine) * np.exp(-1.8 * t), release=0.06)


def bass_guitar(frequency: float, duration: float) -> Samples:
    """A bass: harmonics that fall by 1/n, the higher ones dying sooner.

    Args:
        frequency: of the note in hertz.
        duration: seconds.
    """
    t = _seconds(duration)
    turn = 2.0 * np.pi * frequency * t
    sound = sum(np.exp(-(1.0 + 0.6 * n) * t) * np.sin(n * turn) / n for n in range(1, 11))
    return _soft_edges(0.7 * np.asarray(sound), attack=0.003)


def kick() -> Samples:
    """A bass drum: a sine that falls from 150 to 50 hertz."""
    t = _seconds(0.32)
    fall = 40.0
    phase = 2.0 * np.pi * (50.0 * t + 100.0 / fall * (1.0 - np.exp(-fall * t)))
    return _soft_edges(np.sin(phase) * np.exp(-9.0 * t))


def _bright_noise(count: int, random: np.random.Generator, times: int) -> Samples:
    """White noise, differenced `times` times, each a high-pass of 6 dB per octave."""
    noise = random.random(count + times) * 2.0 - 1.0
    noise = np.diff(noise, times)
    return np.asarray(noise / np.abs(noise).max())


def snare(random: np.random.Generator) -> Samples:
    """A snare drum: a short tone under bright noise."""
    t = _seconds(0.22)
    tone = np.sin(2.0 * np.pi * 186.0 * t) * np.exp(-26.0 * t)
    rattle = _bright_noise(len(t), random, 1) * np.exp(-20.0 * t)
    return _soft_edges(0.55 * tone + 0.75 * rattle)


def hat(random: np.random.Generator) -> Samples:
    """A closed hi-hat."""
    t = _seconds(0.09)
    return _soft_edges(_bright_noise(len(t), random, 3) * np.exp(-55.0 * t))
