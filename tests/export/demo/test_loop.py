"""The demo's loop: the same as the one that ships, in tune, and without a click."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sideman.export.demo.instruments import SAMPLE_RATE, pluck
from sideman.export.demo.loop import LENGTH, main, make_loop

SHIPPED = Path(str(files("sideman.runtime.demo").joinpath("loop.flac")))


@pytest.fixture(scope="module")
def loop():
    return make_loop()


def test_the_shipped_file_is_what_the_script_makes(loop):
    samples, rate = soundfile.read(SHIPPED, dtype="int16")
    assert rate == SAMPLE_RATE
    assert samples.shape == loop.shape == (LENGTH,)
    # Sines differ in their last bit between processors, so rounding may differ by one.
    assert np.abs(samples.astype(int) - loop.astype(int)).max() <= 1


def test_it_is_16_bit_mono_and_small():
    info = soundfile.info(SHIPPED)
    assert (info.format, info.subtype, info.channels) == ("FLAC", "PCM_16", 1)
    assert SHIPPED.stat().st_size < 1_200_000
    assert 12 < info.duration < 16


def test_level_is_minus_3_decibels_and_nothing_is_left_silent(loop):
    sound = loop / 32768
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3, abs=0.01)
    seconds = sound[: len(sound) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    assert np.sqrt((seconds**2).mean(1)).min() > 0.03


def test_the_loop_point_does_not_click(loop):
    sound = loop / 32768
    jumps = np.abs(np.diff(sound))
    assert abs(sound[0] - sound[-1]) < np.percentile(jumps, 75)


@pytest.mark.parametrize("frequency", [98.0, 220.0, 392.0])
def test_a_plucked_string_is_in_tune(frequency):
    string = pluck(frequency, 1.6, 1.0, np.random.default_rng(1))
    spectrum = np.abs(np.fft.rfft(string * np.hanning(len(string)), 1 << 19))
    axis = np.fft.rfftfreq(1 << 19, 1 / SAMPLE_RATE)
    near = (axis > 0.9 * frequency) & (axis < 1.1 * frequency)
    heard = axis[near][spectrum[near].argmax()]
    assert abs(1200 * np.log2(heard / frequency)) < 3


def test_the_script_writes_the_file(tmp_path, loop, capsys):
    assert main([str(tmp_path / "loop.flac")]) == 0
    written, _ = soundfile.read(tmp_path / "loop.flac", dtype="int16")
    np.testing.assert_array_equal(written, loop)
    assert "13.09 s" in capsys.readouterr().out
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
