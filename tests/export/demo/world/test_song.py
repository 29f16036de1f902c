from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.export.demo.world.song import (
    BEATS,
    FRAME_SAMPLES,
    STEMS,
    Song,
    draw_songs,
)
from sideman.runtime.listening.truth import BEATS_PER_BAR

seeds = st.integers(0, 2**32)


@given(seeds)
def test_a_seed_is_a_song(seed: int) -> None:
    song = Song.draw(seed)
    assert song == Song.draw(seed)
    assert song.beat in BEATS
    assert song.samples == 8 * BEATS_PER_BAR * song.beat * FRAME_SAMPLES


@given(seeds)
def test_every_stem_plays_in_every_bar_and_nothing_beyond_the_end(seed: int) -> None:
    song = Song.draw(seed, bars=3)
    events = song.events()
    bars = {(event.stem, int(event.beat // BEATS_PER_BAR)) for event in events}
    assert bars == {(stem, bar) for stem in STEMS for bar in range(3)}
    assert events == sorted(events, key=lambda event: event.beat)


@given(seeds)
def test_pitched_stems_play_the_chord_of_their_bar(seed: int) -> None:
    song = Song.draw(seed)
    for event in song.events():
        if isinstance(event.sound, int):
            chord = song.chord(int(event.beat // BEATS_PER_BAR))
            assert event.sound % 12 in chord.pitch_classes
        else:
            assert event.stem == "drums"


@given(seeds)
def test_the_bass_begins_every_bar_with_the_root(seed: int) -> None:
    song = Song.draw(seed)
    for event in song.events():
        if event.stem == "bass" and event.beat % BEATS_PER_BAR == 0:
            assert isinstance(event.sound, int)
            assert event.sound % 12 == song.chord(int(event.beat // BEATS_PER_BAR)).root


def test_songs_are_held_out_by_what_they_are_and_not_by_their_length() -> None:
    songs = list(islice(draw_songs(1, held_out=True, bars=4), 50))
    assert all(song.held_out and song.bars == 4 for song in songs)
    assert not set(songs) & set(islice(draw_songs(2, held_out=False, bars=4), 400))
    share = sum(Song.draw(seed).held_out for seed in range(2000)) / 2000
    assert share == pytest.approx(1 / 8, abs=0.03)
    assert all(Song.draw(s, 3).held_out == Song.draw(s, 8).held_out for s in range(50))


@given(seeds, st.integers(0, 3))
def test_a_song_that_begins_elsewhere_is_the_same_song(seed: int, first: int) -> None:
    song = Song.draw(seed)
    assert replace(song, first=first).held_out == song.held_out
