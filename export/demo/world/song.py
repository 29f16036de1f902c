"""Songs: what is played when, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sideman.engine.bundle.grid import HOP
from sideman.export.demo.world.harmony import KEYS, PROGRESSIONS, Chord, chord_on
from sideman.runtime.listening.truth import BEATS_PER_BAR

STEMS = ("bass", "drums", "guitar", "piano")
#: Samples between two frames of the codec. All onsets are whole frames apart, so that a note always
#: gives the same frames, phases included, which a small codec can learn in an hour.
FRAME_SAMPLES = HOP
#: Frames of a beat: 129 and 108 beats a minute. A beat is five or six whole columns of the latent,
#: so that what a bar repeats gives the same columns again, which a small model can learn to
#: foresee.
BEATS = (40, 48)
#: MIDI numbers from which the parts are voiced: G2, G3 and C4.
_BASS, _GUITAR, _PIANO = 43, 55, 60

#: (beat of the bar, degree: 0 root or 2 fifth, beats that it sounds) of each groove's bass.
_BASS_LINES = (
    ((0.0, 0, 0.95), (1.0, 0, 0.95), (2.0, 0, 0.95), (3.0, 0, 0.95)),
    ((0.0, 0, 1.4), (1.5, 0, 0.45), (2.0, 2, 0.95), (3.0, 0, 0.95)),
    tuple((beat / 2, 0, 0.45) for beat in range(8)),
)
#: Beats of the bar at which each groove's drums are struck.
_DRUMS = (
    {"kick": (0.0, 2.0), "snare": (1.0, 3.0), "hat": (0.0, 1.0, 2.0, 3.0)},
    {"kick": (0.0, 1.5, 2.5), "snare": (1.0, 3.0), "hat": (0.0, 1.0, 2.0, 3.0)},
    {"kick": (0.0, 1.0, 2.0, 3.0), "snare": (1.0, 3.0), "hat": (0.5, 1.5, 2.5, 3.5)},
)
#: (beat, beats that it sounds) of the strummed and of the struck chords, by comping.
_STRUMS = (
    ((0.0, 1.4), (1.5, 0.9), (2.5, 1.4)),
    ((0.0, 0.9), (1.0, 0.9), (2.0, 0.9), (3.0, 0.9)),
)
_STABS = (
    ((0.0, 1.9), (2.0, 1.9)),
    ((0.5, 0.45), (1.5, 0.45), (2.5, 0.45), (3.5, 0.45)),
)
#: How many rhythms there are for bass and drums, and for guitar and piano. Each pair shares one, so
#: that the rhythm of a missing stem can be told from its partner.
GROOVES, COMPINGS = len(_DRUMS), len(_STRUMS)


@dataclass(frozen=True, order=True)
class Event:
    """One note or stroke.

    Attributes:
        beat: from the song's beginning.
        stem: one of `STEMS`.
        sound: MIDI number, or the drum's name.
        beats: how long it sounds; 0 for drums, whose sounds have a fixed length.
        delay: frames behind the beat: strings of a chord are struck one after the other.
    """

    beat: float
    stem: str
    sound: int | str
    beats: float
    delay: int = 0


@dataclass(frozen=True)
class Song:
    """A song of this world.

    Attributes:
        key: pitch class of its major key.
        beat: length of a beat in frames, one of `BEATS`.
        progression: index into `PROGRESSIONS`.
        first: which chord of it the song begins with.
        bars: length.
        groove: which rhythm bass and drums repeat.
        comping: which rhythm guitar and piano repeat.
    """

    key: int
    beat: int
    progression: int
    first: int
    bars: int
    groove: int = 0
    comping: int = 0

    @classmethod
    def draw(cls, seed: int, bars: int = 8) -> Song:
        """The song of a seed; all choices are equally likely.

        Args:
            seed: any integer that is not negative.
            bars: length.
        """
        random = np.random.default_rng(seed)

        def pick(choices: int) -> int:
            return int(random.integers(choices))

        return cls(
            key=KEYS[pick(len(KEYS))],
            beat=BEATS[pick(len(BEATS))],
            progression=pick(len(PROGRESSIONS)),
            first=pick(len(PROGRESSIONS[0])),
            bars=bars,
            groove=pick(GROOVES),
            comping=pick(COMPINGS),
        )

    @property
    def held_out(self) -> bool:
        """Whether it is kept from training: one of the six songs of each harmony and tempo.

        Every progression is trained on in every key and at every tempo, with five of the six
        combinations of groove and comping; the sixth is held out. So what a model hears in a
        held-out song occurs in no song of training; the part that it has to play does occur, beside
        another rhythm.
        """
        harmony = KEYS.index(self.key) + self.progression + BEATS.index(self.beat)
        return self.groove == harmony % GROOVES and self.comping == harmony % COMPINGS

    @property
    def beat_samples(self) -> int:
        """Length of a beat in samples at 44.1 kHz."""
        return self.beat * FRAME_SAMPLES

    @property
    def samples(self) -> int:
        """Length of the song in samples."""
        return self.bars * BEATS_PER_BAR * self.beat_samples

    def chord(self, bar: int) -> Chord:
        """The chord of a bar, counted from 0; goes on beyond the song's end."""
        degrees = PROGRESSIONS[self.progression]
        return chord_on(self.key, degrees[(self.first + bar) % len(degrees)])

    def chord_at(self, sample: float) -> Chord:
        """The chord at a sample from the song's beginning; goes on beyond its end."""
        return self.chord(int(sample // (BEATS_PER_BAR * self.beat_samples)))

    def events(self) -> list[Event]:
        """Everything that is played, by beat."""
        found: list[Event] = []
        for bar in range(self.bars):
            start, chord = float(bar * BEATS_PER_BAR), self.chord(bar)
            found += self._bass(start, chord)
            found += self._drums(start)
            found += _chords("guitar", start, chord.voiced(_GUITAR), _STRUMS[self.comping], 1)
            found += _chords("piano", start, chord.voiced(_PIANO), _STABS[self.comping], 0)
        return sorted(found, key=lambda event: (event.beat, event.stem, str(event.sound)))

    def _bass(self, start: float, chord: Chord) -> list[Event]:
        notes = [_BASS + (pc - _BASS) % 12 for pc in chord.pitch_classes]
        return [
            Event(start + beat, "bass", notes[degree], beats)
            for beat, degree, beats in _BASS_LINES[self.groove]
        ]

    def _drums(self, start: float) -> list[Event]:
        return [
            Event(start + beat, "drums", drum, 0.0)
            for drum, beats in _DRUMS[self.groove].items()
            for beat in beats
        ]


def _chords(
    stem: str,
    start: float,
    notes: tuple[int, ...],
    pattern: tuple[tuple[float, float], ...],
    spread: int,
) -> list[Event]:
    return [
        Event(start + beat, stem, note, beats, spread * string)
        for beat, beats in pattern
        for string, note in enumerate(notes)
    ]


def draw_songs(seed: int, *, held_out: bool, bars: int = 8) -> Iterator[Song]:
    """Endless random songs: either those that are kept from training, or the others.

    Args:
        seed: any integer that is not negative.
        held_out: which of the two.
        bars: their length.
    """
    seeds = np.random.default_rng(seed)
    while True:
        song = Song.draw(int(seeds.integers(2**32)), bars)
        if song.held_out == held_out:
            yield song
