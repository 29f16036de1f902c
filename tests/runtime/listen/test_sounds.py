"""Sounds as files of several kinds."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import SidemanError
from sideman.runtime.listen import sounds
from sideman.runtime.listen.sounds import check_kind, files_of, in_kind, write_sound

RATE = 44_100


def music(seconds: float = 2.0) -> np.ndarray:
    """Strokes of falling tones, which no other place is like."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * (300 - 40 * time) * time)
    return (0.5 * tone * np.exp(-6 * (time % 0.31))).astype(np.float32)


@pytest.mark.parametrize("kind", ["flac", "wav"])
def test_what_loses_nothing(tmp_path, kind: str) -> None:
    sound = music()
    written = write_sound(tmp_path, "a", sound, RATE, -10.0, kind)
    read, rate = soundfile.read(tmp_path / written["file"], dtype="float32")
    assert rate == RATE
    assert np.abs(read - sound).max() < 1e-4


def test_opus_is_smaller_and_stands_at_the_same_place(tmp_path) -> None:
    sound = music(4.0)
    written = write_sound(tmp_path, "a", sound, RATE, -10.0, "opus")
    flac = write_sound(tmp_path, "b", sound, RATE, -10.0)
    file = tmp_path / written["file"]
    assert file.suffix == ".opus"
    assert file.stat().st_size < (tmp_path / flac["file"]).stat().st_size
    read, rate = soundfile.read(file, dtype="float32")
    import soxr

    wanted = soxr.resample(sound, RATE, rate)
    assert abs(len(read) - len(wanted)) <= 1
    length = 2 * len(wanted)
    match = np.fft.irfft(np.fft.rfft(read, length) * np.conj(np.fft.rfft(wanted, length)))
    assert int(np.argmax(match)) in (0, 1, length - 1)


def test_another_kind_of_file_is_made_of_what_is_there(tmp_path) -> None:
    flac = write_sound(tmp_path, "a", 3 * music(), RATE, -10.0)
    wav = in_kind(tmp_path, flac, "wav")
    assert wav is not None
    assert wav["file"] == "sounds/a.wav"
    assert {**wav, "file": flac["file"]} == flac
    one, other = (soundfile.read(tmp_path / s["file"], dtype="int16")[0] for s in (flac, wav))
    assert np.array_equal(one, other)
    script = (tmp_path / "sounds" / "a.js").read_text()
    assert base64.b64encode((tmp_path / wav["file"]).read_bytes()).decode() in script
    assert all((tmp_path / name).is_file() for name in files_of(wav))
    assert in_kind(tmp_path, wav, "wav") is wav
    opus = in_kind(tmp_path, wav, "opus")
    assert opus is not None
    # What was lost does not come back.
    assert in_kind(tmp_path, opus, "flac") is None


def test_a_kind_that_this_machine_cannot_write(monkeypatch) -> None:
    check_kind("flac")
    monkeypatch.setitem(sounds.FORMATS, "opus", ("OGG", "NO_SUCH"))
    with pytest.raises(SidemanError, match="writes no opus"):
        check_kind("opus")
