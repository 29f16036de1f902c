"""Files and folders of stems, told apart by their names."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.takes import Section, read_take

RATE = 44_100
STEMS = ("bass", "drums", "guitar", "piano")
WHOLE = Section(0.0, 3.0, 1.0)


def write(folder, name, seconds=2.0, height=0.2, rate=RATE):
    folder.mkdir(exist_ok=True)
    sound = np.full(round(seconds * rate), height)
    soundfile.write(folder / name, sound, rate, subtype="FLOAT" if name.endswith("wav") else None)
    return folder / name


def test_stems_by_name_are_left_out_of_their_own_context(tmp_path) -> None:
    write(tmp_path, "Bass.wav", height=0.1)
    write(tmp_path, "drums.flac", height=0.2)
    write(tmp_path, "vocals.wav", height=0.3)
    write(tmp_path, "full_mix.wav", height=0.6)
    (tmp_path / "notes.txt").write_text("no sound")
    take = read_take([tmp_path], RATE, STEMS, WHOLE)
    assert list(take.tracks) == ["bass", "drums"]
    assert take.samples == 2 * RATE
    for stem, height in (("bass", 0.5), ("drums", 0.4), ("guitar", 0.6)):
        assert take.context(stem) == pytest.approx(np.full(2 * RATE, height), abs=1e-4)
    assert any("full_mix.wav is left out" in note for note in take.notes)


def test_one_mix_is_context_for_all(tmp_path) -> None:
    take = read_take([write(tmp_path, "mix.wav")], RATE, STEMS, WHOLE)
    assert not take.tracks
    assert all(np.array_equal(take.context(stem), take.others) for stem in STEMS)


def test_a_stem_alone_has_nothing_to_be_played_to(tmp_path) -> None:
    take = read_take([write(tmp_path, "bass.wav")], RATE, STEMS, WHOLE)
    assert take.context("bass") is None
    assert take.context("drums") is not None


@pytest.mark.parametrize(("start", "before"), [(0.0, 0.0), (0.5, 0.5), (2.0, 1.0)])
def test_what_lies_before_the_start_is_heard_first(tmp_path, start, before) -> None:
    ramp = np.linspace(0, 0.9, 4 * RATE)
    soundfile.write(tmp_path / "mix.wav", ramp, RATE, subtype="FLOAT")
    take = read_take([tmp_path], RATE, STEMS, Section(start, 1.0, 1.0))
    assert (take.lead_in, take.samples) == (before * RATE, RATE)
    first = round((start - before) * RATE)
    assert take.others == pytest.approx(ramp[first : round((start + 1) * RATE)], abs=1e-6)


def test_lengths_that_differ_are_told_and_padded(tmp_path) -> None:
    write(tmp_path, "bass.wav", 2.0)
    write(tmp_path, "drums.wav", 1.5)
    take = read_take([tmp_path], RATE, STEMS, WHOLE)
    assert len(take.tracks["drums"]) == len(take.tracks["bass"]) == 2 * RATE
    assert take.tracks["drums"][-1] == 0
    assert "drums.wav ends 0.5 s before the longest file: there it is silent." in take.notes
    assert "The files hold 2.0 s of the 3 s asked for." in take.notes


def test_what_would_clip_is_turned_down_together(tmp_path) -> None:
    write(tmp_path, "bass.wav", height=0.9)
    write(tmp_path, "drums.wav", height=0.6)
    take = read_take([tmp_path], RATE, STEMS, WHOLE)
    total = take.tracks["bass"] + take.tracks["drums"]
    assert np.abs(total).max() == pytest.approx(0.98)
    assert take.tracks["bass"][0] / take.tracks["drums"][0] == pytest.approx(1.5, rel=1e-5)
    assert any("turned down by 3.7 dB together" in note for note in take.notes)


def test_every_bad_file_is_named(tmp_path) -> None:
    write(tmp_path, "bass.wav")
    (tmp_path / "drums.wav").write_bytes(b"")
    (tmp_path / "piano.wav").write_text("no sound at all")
    with pytest.raises(SidemanError) as raised:
        read_take([tmp_path], RATE, STEMS, WHOLE)
    assert "2 files cannot be used" in str(raised.value)
    assert "drums.wav is empty" in str(raised.value)
    assert "piano.wav cannot be read" in str(raised.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: (write(f, "bass.wav"), write(f, "bass.flac")), "both named after the stem bass"),
        (lambda f: (f / "cover.txt").write_text(""), "There is no sound file in"),
        (lambda f: write(f, "bass.wav", 0.5), r"ends before --start"),
    ],
    ids=["twice", "none", "too short"],
)
def test_what_cannot_be_played_is_refused(tmp_path, make, message) -> None:
    make(tmp_path)
    with pytest.raises(SidemanError, match=message):
        read_take([tmp_path], RATE, STEMS, Section(2.0, 1.0, 0.5))


def test_a_folder_and_more_beside_it(tmp_path) -> None:
    file = write(tmp_path, "bass.wav")
    with pytest.raises(SidemanError, match="is a folder, and more beside it"):
        read_take([tmp_path, file], RATE, STEMS, WHOLE)


def test_what_each_file_was_taken_as_is_told(tmp_path) -> None:
    for name in ("Bass DI.wav", "song - Drums.wav", "piano.wav", "vocals.wav"):
        write(tmp_path, name)
    (tmp_path / "guitar.m4a").write_bytes(b"not read")
    take = read_take([tmp_path], RATE, STEMS, WHOLE)
    told = "\n".join(take.notes)
    assert list(take.tracks) == ["piano"]
    assert "piano.wav: piano. song - Drums.wav: context for all." in told
    assert "Bass DI.wav: context for all." in told
    assert "guitar.m4a: not read" in told
    # A name that leaves a doubt says how to end it.
    assert (
        "Bass DI.wav is heard by bass, too. If it holds the bass itself, name it bass.wav" in told
    )
    assert "song - Drums.wav is heard by drums, too." in told
    assert "vocals.wav is heard by" not in told
    assert "piano.wav is heard by" not in told


def test_a_folder_of_sounds_that_are_not_read_says_so(tmp_path) -> None:
    (tmp_path / "bass.m4a").write_bytes(b"not read")
    with pytest.raises(SidemanError, match=r"no sound file.*bass\.m4a: not read"):
        read_take([tmp_path], RATE, STEMS, WHOLE)


def test_sounds_one_folder_deeper_are_pointed_at(tmp_path) -> None:
    (tmp_path / "song").mkdir()
    write(tmp_path / "song", "bass.wav")
    with pytest.raises(SidemanError, match="no sound file") as error:
        read_take([tmp_path], RATE, STEMS, WHOLE)
    assert str(tmp_path / "song") in error.value.remedy


def test_twins_and_bad_files_are_named_together(tmp_path) -> None:
    write(tmp_path, "bass.wav")
    write(tmp_path, "bass.flac")
    (tmp_path / "piano.wav").write_text("no sound at all")
    with pytest.raises(SidemanError) as raised:
        read_take([tmp_path], RATE, STEMS, WHOLE)
    assert "both named after the stem bass" in str(raised.value)
    assert "piano.wav cannot be read" in str(raised.value)
