"""Songs as sound, one track a stem."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from sideman.export.demo.instruments import (
    SAMPLE_RATE,
    bass_guitar,
    electric_piano,
    hat,
    kick,
    pluck,
    snare,
)
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS, Event, Song

Audio = npt.NDArray[np.float32]

#: How loud each sound is in its track.
_LEVELS: dict[str, float] = {
    "kick": 0.4,
    "snare": 0.24,
    "hat": 0.1,
    "bass": 0.22,
    "guitar": 0.14,
    "piano": 0.11,
}
#: Every drum and string sounds the same each time, so that their sounds can be learnt in an hour.
_SEED = 2026


def render(song: Song) -> Audio:
    """Play a song.

    What rings past its end is cut.

    Args:
        song: the song.

    Returns:
        [stems, samples] float32 at 44.1 kHz, in the order of `STEMS`; their sum stays within ±1.
    """
    tracks = np.zeros((len(STEMS), song.samples), np.float32)
    for event in song.events():
        sound = _sound(event, song)
        start = onset_sample(event, song)
        track = tracks[STEMS.index(event.stem), start : start + len(sound)]
        track += sound[: len(track)]
    return tracks


def turned(tracks: Audio, random: np.random.Generator) -> Audio:
    """Tracks [stems, samples], rotated in time by a random number of samples."""
    return np.roll(tracks, int(random.integers(tracks.shape[1])), axis=1)


def onset_sample(event: Event, song: Song) -> int:
    """Where an event begins, in samples from the song's beginning."""
    return round(event.beat * song.beat_samples) + event.delay * FRAME_SAMPLES


def _sound(event: Event, song: Song) -> Audio:
    if isinstance(event.sound, str):
        return _drum(event.sound)
    return _note(event.stem, event.sound, event.beats * song.beat_samples / SAMPLE_RATE)


@cache
def _drum(name: str) -> Audio:
    random = np.random.default_rng(_SEED)
    sound = kick() if name == "kick" else snare(random) if name == "snare" else hat(random)
    return (_LEVELS[name] * sound).astype(np.float32)


@cache
def _note(stem: str, note: int, seconds: float) -> Audio:
    frequency = 440.0 * 2 ** ((note - 69) / 12)
    if stem == "bass":
        sound = bass_guitar(frequency, seconds)
    elif stem == "guitar":
        sound = pluck(frequency, seconds, 0.8, np.random.default_rng(_SEED))
    else:
        sound = electric_piano(frequency, seconds, 0.7)
    return (_LEVELS[stem] * sound).astype(np.float32)
