"""The loop that ships with the demo: guitar, electric piano and a light drum kit, made by sums.

Six bars at 110 beats a minute without a bass line, which is what the demo asks the model for.
Everything is synthesised here, so nobody else holds rights in it. Notes that ring past the end
are folded onto the beginning: the loop point is as smooth as any other.

Run it as `python -m sideman.export.demo.loop OUT.flac`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.export.demo.instruments import (
    SAMPLE_RATE,
    electric_piano,
    hat,
    kick,
    pluck,
    snare,
)

Samples = npt.NDArray[np.float64]

BEATS_PER_MINUTE = 110
BARS = 6
BEATS_PER_BAR = 4
LENGTH = round(BARS * BEATS_PER_BAR * 60 / BEATS_PER_MINUTE * SAMPLE_RATE)
#: −3 dBFS.
PEAK = 10 ** (-3 / 20)

#: One chord a bar as MIDI notes, low to high: Dm9, G13, Cmaj9, Am7, Dm9, G7sus4.
CHORDS = (
    (50, 57, 60, 64, 65),
    (47, 53, 57, 59, 64),
    (48, 55, 59, 62, 64),
    (45, 55, 60, 64, 67),
    (50, 57, 60, 64, 65),
    (43, 53, 60, 62, 65),
)
#: Where in a bar, in beats, the guitar is struck, how hard, and which way the hand goes.
STRUMS = ((0.0, 1.0, 1), (1.5, 0.7, -1), (2.5, 0.85, 1), (3.5, 0.6, -1))
#: Where the electric piano plays, how hard, and for how many beats.
STABS = ((0.0, 0.9, 1.8), (2.0, 0.6, 0.9), (3.0, 0.45, 0.8))
#: How far the second of two eighth notes is played behind the beat's middle, in beats.
SWING = 0.04
SEED = 2026


class Tape:
    """A loop that sounds are added to, with what rings past its end folded onto its beginning."""

    def __init__(self, length: int) -> None:
        self.samples: Samples = np.zeros(length)

    def add(self, beat: float, sound: Samples, level: float) -> None:
        """Add a sound at a beat of the loop (beats may be fractions)."""
        late = SWING if beat % 1 == 0.5 else 0.0
        start = round((beat + late) * 60 / BEATS_PER_MINUTE * SAMPLE_RATE)
        places = (start + np.arange(len(sound))) % len(self.samples)
        np.add.at(self.samples, places, level * sound)


def _frequency(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _play_guitar(tape: Tape, random: np.random.Generator) -> None:
    for bar, chord in enumerate(CHORDS):
        for beat, force, direction in STRUMS:
            for string, note in enumerate(chord[::direction]):
                place = bar * BEATS_PER_BAR + beat
                sound = pluck(_frequency(note), 1.6, force, random)
                strum = np.zeros(round(0.011 * string * SAMPLE_RATE))
                tape.add(place, np.concatenate([strum, sound]), 0.22 * force)


def _play_piano(tape: Tape) -> None:
    for bar, chord in enumerate(CHORDS):
        for beat, force, beats in STABS:
            seconds = beats * 60 / BEATS_PER_MINUTE
            for note in chord[1:]:
                sound = electric_piano(_frequency(note + 12), seconds, force)
                tape.add(bar * BEATS_PER_BAR + beat, sound, 0.055 * force)


def _play_drums(tape: Tape, random: np.random.Generator) -> None:
    for bar in range(BARS):
        start = bar * BEATS_PER_BAR
        for beat in (0.0, 2.5) if bar % 2 else (0.0, 1.5, 2.5):
            tape.add(start + beat, kick(), 0.5 if beat == 0 else 0.38)
        for beat in (1.0, 3.0):
            tape.add(start + beat, snare(random), 0.22)
        for eighth in range(2 * BEATS_PER_BAR):
            is_open = bar == BARS - 1 and eighth == 7
            tape.add(start + eighth / 2, hat(random, is_open), 0.05 if eighth % 2 else 0.08)


def make_loop() -> npt.NDArray[np.int16]:
    """The loop, the same on every call.

    Returns:
        [LENGTH] int16, mono at 44.1 kHz, its highest sample at −3 dBFS.
    """
    tape = Tape(LENGTH)
    random = np.random.default_rng(SEED)
    players: tuple[Callable[[], None], ...] = (
        lambda: _play_guitar(tape, random),
        lambda: _play_piano(tape),
        lambda: _play_drums(tape, random),
    )
    for play in players:
        play()
    mix = np.tanh(1.2 * tape.samples)
    mix *= PEAK / np.abs(mix).max()
    return np.round(mix * 32767).astype(np.int16)


def main(arguments: list[str]) -> int:
    """Write the loop as 16 bit FLAC to the one path given."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m sideman.export.demo.loop OUT.flac\n")
        return 2
    import soundfile

    out = Path(arguments[0])
    soundfile.write(out, make_loop(), SAMPLE_RATE, subtype="PCM_16", format="FLAC")
    sys.stdout.write(f"{out}: {LENGTH / SAMPLE_RATE:.2f} s, {out.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
