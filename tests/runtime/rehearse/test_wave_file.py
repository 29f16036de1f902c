"""WAV files, whole and on a disk that becomes full."""

from __future__ import annotations

import errno
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from sideman.runtime.rehearse.output import write_audio, written
from sideman.runtime.rehearse.wave_file import write_wave


def test_what_is_written_is_read(tmp_path):
    samples = np.append(np.random.default_rng(0).uniform(-1, 1, 70_000), [1, -1, 0]).astype("f4")
    write_wave(tmp_path / "a.wav", samples, 44_100)
    got, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate == 44_100
    np.testing.assert_allclose(got, samples, atol=1.5 / 2**23)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1.5])
def test_nothing_becomes_full_scale_by_itself(tmp_path, wrong):
    with pytest.raises(ValueError, match="within ±1"):
        write_wave(tmp_path / "a.wav", np.array([0, wrong], np.float32), 44_100)


def test_what_is_no_number_is_silence_and_said(make_rehearsal, tmp_path):
    rehearsal = make_rehearsal(0.02, 0.02)
    rehearsal.stems["bass"][100:103] = [np.nan, np.inf, -np.inf]
    write_audio(rehearsal, tmp_path)
    assert not soundfile.read(tmp_path / "bass.wav")[0][100:103].any()
    assert np.abs(soundfile.read(tmp_path / "mix.wav")[0][100:103]).max() <= 0.5
    assert "bass: 3 samples that came back are not finite numbers" in rehearsal.notes[0]


def test_a_loud_stem_is_turned_down_and_said(make_rehearsal, tmp_path):
    rehearsal = make_rehearsal(0.02, 0.02)
    rehearsal.stems["bass"][100] = 2.0
    write_audio(rehearsal, tmp_path)
    assert soundfile.read(tmp_path / "bass.wav")[0].max() == pytest.approx(0.98, abs=1e-5)
    assert "bass.wav is turned down by 6.2 dB so that it does not clip." in rehearsal.notes


LIMITED = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from sideman.runtime.rehearse.wave_file import PartlyWrittenError, write_wave
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    write_wave(Path(sys.argv[1]), np.full(100_000, 0.5, np.float32), 44_100)
except PartlyWrittenError as error:
    print(error.errno, error.written)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process's files")
def test_a_disk_that_takes_no_more_leaves_what_it_took(tmp_path):
    path = tmp_path / "a.wav"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True
    )
    number, written = map(int, done.stdout.split())
    assert number == errno.EFBIG
    got, _ = soundfile.read(path)
    assert len(got) == written > 60_000
    np.testing.assert_allclose(got, 0.5)


@pytest.mark.parametrize(
    "error", [RuntimeError("encoder error -2"), OSError(28, "No space left on device")]
)
def test_a_picture_that_finds_no_room_is_a_fault_and_leaves_nothing(
    make_rehearsal, tmp_path, error
):
    def write(file):
        file.write_bytes(b"half of it")
        raise error

    rehearsal = make_rehearsal()
    assert written(rehearsal, tmp_path / "a.png", write) == []
    assert len(rehearsal.faults) == 1
    assert "a.png cannot be written: " in rehearsal.faults[0]
    assert list(tmp_path.iterdir()) == []


def test_an_error_that_is_no_full_disk_is_not_hidden(make_rehearsal, tmp_path):
    def write(_):
        raise RuntimeError("another")

    with pytest.raises(RuntimeError, match="another"):
        written(make_rehearsal(), tmp_path / "a.png", write)
