from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.export.demo.world.harmony import KEYS, PROGRESSIONS, Chord, chord_on


def test_chords_of_c_major() -> None:
    assert chord_on(0, "I") == Chord(0, "major")
    assert chord_on(0, "vi").pitch_classes == (9, 0, 4)
    assert chord_on(7, "V").pitch_classes == (2, 6, 9)


@given(
    st.integers(0, 11), st.sampled_from(["I", "ii", "iii", "IV", "V", "vi"]), st.integers(20, 90)
)
def test_a_voicing_holds_each_note_once_within_an_octave(
    key: int, degree: str, lowest: int
) -> None:
    chord = chord_on(key, degree)
    notes = chord.voiced(lowest)
    assert sorted(note % 12 for note in notes) == sorted(chord.pitch_classes)
    assert lowest <= notes[0] < notes[1] < notes[2] < lowest + 12


def test_two_chords_in_a_row_are_of_one_place_in_one_progression_of_one_key() -> None:
    pairs = [
        (chord_on(key, degree), chord_on(key, following))
        for key in KEYS
        for degrees in PROGRESSIONS
        for degree, following in zip(degrees, degrees[1:] + degrees[:1], strict=True)
    ]
    assert len(set(pairs)) == len(pairs) == 36


@pytest.mark.parametrize("key", KEYS)
def test_all_chords_are_of_the_key(key: int) -> None:
    scale = {(key + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}
    for degrees in PROGRESSIONS:
        for degree in degrees:
            assert set(chord_on(key, degree).pitch_classes) <= scale
