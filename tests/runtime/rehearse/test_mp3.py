"""MP3 files without their tag, and with one that is not true."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from sideman.runtime.rehearse import audio
from sideman.runtime.rehearse.audio import read_mono
from sideman.runtime.rehearse.mp3 import find_frames

RATE = 44_100
SECONDS = 6
#: Samples of a frame, and what a decoder is late by.
FRAME, DELAY = 1152, 1105

pytestmark = pytest.mark.skipif(
    "MP3" not in soundfile.available_formats(), reason="this libsndfile knows no MP3"
)


@pytest.fixture(scope="session")
def music():
    """A tone, then a tone in noise: the first frames need far fewer bits than the rest."""
    time = np.arange(SECONDS * RATE) / RATE
    sound = 0.3 * np.sin(2 * np.pi * 440 * time)
    sound[2 * RATE :] += np.random.default_rng(0).uniform(-0.3, 0.3, len(sound) - 2 * RATE)
    return sound.astype("f4")


@pytest.fixture(scope="session")
def encode(music):
    """MP3 as libsndfile writes it, with its tag."""
    kept = {}

    def make(mode="VARIABLE", channels=1, rate=RATE):
        if (mode, channels, rate) not in kept:
            file = io.BytesIO()
            sound = np.repeat(music[:, None], channels, axis=1)
            soundfile.write(
                file, sound, rate, format="MP3", bitrate_mode=mode, compression_level=0.3
            )
            kept[mode, channels, rate] = file.getvalue()
        return kept[mode, channels, rate]

    return make


def bare(data):
    """Without the tag's frame."""
    return data[find_frames(data).begin :]


@pytest.fixture
def read(tmp_path):
    def make(data, rate=RATE):
        path = tmp_path / "a.mp3"
        path.write_bytes(data)
        return read_mono(path, rate)

    return make


@pytest.mark.parametrize("rate", [44_100, 22_050])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_a_file_without_its_tag_plays_whole(read, encode, mode, channels, rate):
    data = encode(mode, channels, rate)
    tagged, _ = read(data, rate)
    got, notes = read(bare(data), rate)
    count = len(tagged)
    assert count <= len(got) < count + 4 * FRAME
    assert any("no tag that tells its length" in note for note in notes)
    # The tag tells how many samples of the beginning are the codec's; without it they are heard.
    late = next(n for n in range(2 * DELAY) if np.array_equal(got[n : n + 500], tagged[:500]))
    np.testing.assert_allclose(got[late : late + count], tagged, atol=1e-6)


@pytest.mark.parametrize("rate", [44_100, 22_050])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_blocks_are_what_one_read_gives(read, encode, monkeypatch, mode, channels, rate):
    data = encode(mode, channels, rate)
    whole, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    for block in (1 << 17, 10_000):
        monkeypatch.setattr(audio, "_BLOCK", block)
        got, notes = read(data, rate)
        np.testing.assert_allclose(got, whole.mean(axis=1), atol=1e-6)
        assert not any("tag" in note for note in notes)


def test_a_file_with_its_tag_is_taken_as_it_is(read, encode, music):
    got, notes = read(encode())
    assert len(got) == len(music)
    assert notes == []


@pytest.mark.parametrize("between", [b"", b"ID3\x03\0\0\0\0\x02\x10" + bytes(272), b"\xff" * 99])
def test_files_that_were_joined_play_whole(read, encode, music, between):
    data = encode()
    got, notes = read(between + bare(data) + between + bare(data))
    assert 2 * len(music) <= len(got) < 2 * len(music) + 6 * FRAME
    got, notes = read(data + between + data)
    assert 2 * len(music) <= len(got) < 2 * len(music) + 6 * FRAME
    assert "its tag tells 6.0 s, but 12." in notes[0]


def test_a_download_that_broke_off_is_named(read, encode, music):
    data = encode("CONSTANT")
    got, notes = read(data[: len(data) // 2])
    assert abs(len(got) - len(music) // 2) < 4 * FRAME
    assert "is cut off: its tag tells 6.0 s, 3.0 s are there" in notes[0]


def test_what_lies_behind_the_last_frame_is_no_sound(read, encode):
    data = bare(encode())
    tail = b"TAG" + b"\xff\xfb\x90\xc4" * 31 + b"x"
    assert find_frames(data + tail).count <= find_frames(data).count + 1
    assert abs(len(read(data + tail)[0]) - len(read(data)[0])) <= FRAME


def test_what_is_no_mp3_has_no_frames():
    assert find_frames(b"") is None
    assert find_frames(b"ID3") is None
    assert find_frames(b"no audio here") is None
    assert find_frames(b"\xff\xfb\x90\xc4" * 200) is None
    assert find_frames(np.random.default_rng(0).bytes(100_000)) is None
