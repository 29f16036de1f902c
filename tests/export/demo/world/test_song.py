from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.export.demo.world.harmony import KEYS, PROGRESSIONS
from sideman.export.demo.world.song import (
    BEATS,
    COMPINGS,
    FRAME_SAMPLES,
    GROOVES,
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


def all_songs() -> list[Song]:
    """Every song, and that from each of its bars on."""
    return [
        Song(key, beat, progression, first, 4, groove, comping)
        for key, beat, progression, first, groove, comping in product(
            KEYS, BEATS, range(len(PROGRESSIONS)), range(4), range(GROOVES), range(COMPINGS)
        )
    ]


def played(song: Song, stem: str) -> tuple[object, ...]:
    """What a stem plays, and how fast."""
    return song.beat, *(event for event in song.events() if event.stem == stem)


def heard(song: Song, missing: str) -> tuple[object, ...]:
    """What a stem plays along with, and how fast."""
    return song.beat, *(event for event in song.events() if event.stem != missing)


def test_songs_are_drawn_from_one_side_only() -> None:
    held, learnt = (
        list(islice(draw_songs(1, held_out=side, bars=4), 50)) for side in (True, False)
    )
    assert all(song.held_out and song.bars == 4 for song in held)
    assert not any(song.held_out for song in learnt)


def test_a_sixth_is_held_out_evenly() -> None:
    held = [song for song in all_songs() if song.held_out]
    assert len(held) == len(all_songs()) / 6
    for what in ("key", "progression", "beat", "groove", "comping"):
        counts = Counter(getattr(song, what) for song in held)
        assert len(set(counts.values())) == 1
        assert counts.keys() == {getattr(song, what) for song in all_songs()}


def test_of_every_harmony_and_tempo_one_song_is_held_out() -> None:
    held, every = (
        Counter((song.key, song.progression, song.beat, song.first) for song in songs)
        for songs in ((song for song in all_songs() if song.held_out), all_songs())
    )
    assert held.keys() == every.keys()
    assert (set(held.values()), set(every.values())) == ({1}, {6})


@pytest.mark.parametrize("stem", STEMS)
def test_what_a_stem_plays_in_held_out_songs_is_trained_on(stem: str) -> None:
    held, learnt = (
        {played(song, stem) for song in all_songs() if song.held_out == side}
        for side in (True, False)
    )
    assert held <= learnt


@pytest.mark.parametrize("missing", STEMS)
def test_what_is_heard_in_held_out_songs_is_in_none_of_training(missing: str) -> None:
    held, learnt = (
        {heard(song, missing) for song in all_songs() if song.held_out == side}
        for side in (True, False)
    )
    assert held
    assert not held & learnt


@pytest.mark.parametrize(("one", "other"), [("bass", "drums"), ("guitar", "piano")])
def test_the_rhythm_of_either_tells_that_of_the_other(one: str, other: str) -> None:
    rhythms: dict[tuple[float, ...], set[tuple[float, ...]]] = {}
    for song in all_songs():
        first, second = (
            tuple(sorted({event.beat for event in song.events() if event.stem == stem}))
            for stem in (one, other)
        )
        rhythms.setdefault(first, set()).add(second)
    assert all(len(seconds) == 1 for seconds in rhythms.values())
    assert len(set.union(*rhythms.values())) == len(rhythms)


def test_beats_are_whole_columns() -> None:
    assert all(beat * FRAME_SAMPLES % COLUMN_SAMPLES == 0 for beat in BEATS)


@given(seeds, st.integers(0, 3))
def test_a_song_that_begins_elsewhere_is_the_same_song(seed: int, first: int) -> None:
    song = Song.draw(seed)
    assert replace(song, first=first).held_out == song.held_out
