from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sideman.export.demo.instruments import bass_guitar, electric_piano
from sideman.export.demo.scoring.pitch import RANGES, chord_fit, pitch_class
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS, draw_songs


@pytest.mark.parametrize("note", range(36, 48))
def test_every_note_of_the_bass_is_recognised(note: int) -> None:
    sound = bass_guitar(440 * 2 ** ((note - 69) / 12), 0.4).astype(np.float32)
    assert pitch_class(sound, *RANGES["bass"]) == note % 12


@pytest.mark.parametrize("note", range(60, 72))
def test_every_note_of_the_piano_is_recognised(note: int) -> None:
    sound = electric_piano(440 * 2 ** ((note - 69) / 12), 0.4, 0.7).astype(np.float32)
    assert pitch_class(sound, *RANGES["piano"]) == note % 12


@pytest.mark.parametrize("stem", RANGES)
def test_what_is_played_fits_and_another_key_does_not(stem: str) -> None:
    index = STEMS.index(stem)
    for song in islice(draw_songs(4, held_out=True, bars=4), 4):
        track = render(song)[index]
        assert chord_fit(track, song, stem) > 0.9
        # A tritone up, no triad shares more than one note with itself.
        steps = np.arange(0, len(track) - 1, 2**0.5)
        higher = np.interp(steps, np.arange(len(track)), track).astype(np.float32)
        assert chord_fit(higher, song, stem) < 0.7


def test_noise_fits_by_chance() -> None:
    (song,) = islice(draw_songs(5, held_out=True, bars=32), 1)
    count = int(song.seconds * 44_100)
    noise = np.random.default_rng(0).standard_normal(count).astype(np.float32)
    assert 0.1 < chord_fit(noise, song, "bass") < 0.45
