"""What is played: files as they are, folders of stems, and what is neither."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.music import Music, Piece, read_music
from sideman.calibration.int8.recording import (
    CALIBRATE,
    JUDGE,
    choose_places,
    regimes,
    span,
    too_short_for,
)
from sideman.calibration.int8.reporting import told_of_short_music
from sideman.engine.bundle.bundle import Bundle
from tests.models.places import BUNDLE

STEMS = ("bass", "drums", "guitar")
RATE = 44_100


def write(path: Path, level: float = 0.1, seconds: float = 0.5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    subtype = "PCM_16" if path.suffix == ".flac" else "FLOAT"
    soundfile.write(path, np.full(int(seconds * RATE), level, np.float32), RATE, subtype=subtype)


def test_a_stem_is_generated_from_the_sum_of_the_others(tmp_path) -> None:
    for stem, level in zip(STEMS, (0.1, 0.2, 0.4), strict=True):
        write(tmp_path / "song" / f"{stem}.wav", level)
    (piece,) = read_music(tmp_path, STEMS, RATE).pieces
    assert piece.name == "song"
    assert piece.context("bass")[0] == pytest.approx(0.6)
    assert piece.context("guitar")[0] == pytest.approx(0.3)


def test_other_files_are_heard_as_they_are(tmp_path) -> None:
    write(tmp_path / "bass.wav", 0.1)
    write(tmp_path / "more" / "take.wav", 0.2)
    (tmp_path / "notes.txt").write_text("nothing to hear")
    music = read_music(tmp_path, STEMS, RATE)
    assert [piece.context("bass")[0] for piece in music.pieces] == pytest.approx([0.1, 0.2])
    assert music.seconds == pytest.approx(1.0)


def test_the_folder_itself_may_be_one_of_stems(tmp_path) -> None:
    for name in ("bass", "drums", "full_mix"):
        write(tmp_path / f"{name}.wav")
    music = read_music(tmp_path, STEMS, RATE)
    assert [set(piece.planes) for piece in music.pieces] == [{"bass", "drums"}]
    assert music.left_out == ("full_mix.wav",)


def test_a_mix_beside_stems_is_left_out_and_named(tmp_path) -> None:
    for stem in ("bass", "drums", "mix"):
        write(tmp_path / "song" / f"{stem}.wav")
    music = read_music(tmp_path, STEMS, RATE)
    assert set(music.pieces[0].planes) == {"bass", "drums"}
    assert music.left_out == ("song/mix.wav",)


def test_two_files_of_one_stem_are_refused(tmp_path) -> None:
    for name in ("bass.wav", "drums.wav", "bass.flac"):
        write(tmp_path / "song" / name)
    with pytest.raises(CalibrationError, match="more than one bass"):
        read_music(tmp_path, STEMS, RATE)


def test_the_hash_is_of_names_and_contents(tmp_path) -> None:
    write(tmp_path / "a.wav", 0.1)
    first = read_music(tmp_path, STEMS, RATE).sha256
    assert read_music(tmp_path, STEMS, RATE).sha256 == first
    write(tmp_path / "a.wav", 0.2)
    second = read_music(tmp_path, STEMS, RATE).sha256
    (tmp_path / "a.wav").rename(tmp_path / "b.wav")
    assert len({first, second, read_music(tmp_path, STEMS, RATE).sha256}) == 3


def test_what_cannot_be_played_is_refused(tmp_path) -> None:
    with pytest.raises(CalibrationError, match="is no folder"):
        read_music(tmp_path / "absent", STEMS, RATE)
    with pytest.raises(CalibrationError, match="There is no sound file"):
        read_music(tmp_path, STEMS, RATE)
    write(tmp_path / "silence.wav", 0.0)
    with pytest.raises(CalibrationError, match="is silent"):
        read_music(tmp_path, STEMS, RATE)
    (tmp_path / "broken.wav").write_bytes(b"no sound" * 99)
    with pytest.raises(CalibrationError, match=r"broken\.wav cannot be read"):
        read_music(tmp_path, STEMS, RATE)


def test_cycles_lie_evenly_over_pieces_and_time(tmp_path) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.wav")
    music = read_music(tmp_path, STEMS, RATE)
    places = choose_places(music, STEMS, ("w-1", "w+1"), 4, seed=0)
    assert places == choose_places(music, STEMS, ("w-1", "w+1"), 4, seed=0)
    assert places != choose_places(music, STEMS, ("w-1", "w+1"), 4, seed=1)
    assert len({place.file for place in places}) == len(places) == 24 + 12
    for purpose, count in ((CALIBRATE, 24), (JUDGE, 12)):
        found = sorted(p.piece + p.share for p in places if p.purpose == purpose)
        assert np.allclose(np.array(found) * count / 2 - np.arange(count), 0.5, atol=0.5)


@pytest.mark.parametrize(
    ("seconds", "cycles", "enough"),
    [
        # 3 stems in 4 regimes: 12 recorded cycles of 6 s beside one that is 9 s long.
        ([8.0], 1, 81.0),
        ([80.0], 1, 81.0),
        ([82.0], 1, None),
        ([82.0], 2, 153.0),
        ([10.0, 10.0], 1, 90.0),
        # One long piece is enough, and so are more pieces than are recorded.
        ([10.0, 60.0], 1, None),
        ([8.0] * 13, 1, None),
    ],
)
def test_music_so_short_that_nothing_lies_apart(seconds, cycles, enough) -> None:
    manifest = SimpleNamespace(grid=Bundle.open(BUNDLE).manifest.grid, stems=STEMS)
    pieces = tuple(Piece("", {"": np.zeros(int(each * RATE), np.float32)}) for each in seconds)
    found = too_short_for(Music(pieces, "", sum(seconds)), manifest, cycles)
    assert found == (None if enough is None else pytest.approx(enough, abs=0.5))
    if found is not None:
        said = told_of_short_music(Music(pieces, "", sum(seconds)), found)
        assert f"from {enough:.0f} s of music on" in said


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("seconds", "apart"), [(8.0, False), (50.0, False), (500.0, True)])
def test_what_is_judged_overlaps_in_short_music(seconds, apart, seed) -> None:
    grid = Bundle.open(BUNDLE).manifest.grid
    ways = regimes(grid)
    music = Music((Piece("", {"": np.zeros(int(seconds * RATE), np.float32)}),), "", seconds)
    assert (too_short_for(music, SimpleNamespace(grid=grid, stems=STEMS), 1) is None) == apart
    ends = {CALIBRATE: [], JUDGE: []}
    for place in choose_places(music, STEMS, list(ways), 1, seed):
        ends[place.purpose].append(span(place, grid, ways[place.regime], int(seconds * RATE))[1])
    nearest = [min(abs(end - other) for other in ends[CALIBRATE]) for end in ends[JUDGE]]
    assert (max(nearest) >= grid.window_samples) == apart
