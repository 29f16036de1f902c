"""The demo's loop: the same as the one that ships, a song held out, and without a click."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sideman.export.demo import loop as module
from sideman.export.demo.instruments import SAMPLE_RATE, pluck
from sideman.export.demo.loop import MISSING, loop_song, loop_truth, main, make_loop
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS
from sideman.runtime.rehearse.demo import demo_truth

SHIPPED = Path(str(files("sideman.runtime.demo").joinpath("loop.flac")))


@pytest.fixture(scope="module")
def loop():
    return make_loop()


@pytest.fixture(scope="module")
def truth():
    """What comes by chance takes seconds to find."""
    return loop_truth()


def test_the_shipped_files_are_what_the_script_makes(loop, truth):
    samples, rate = soundfile.read(SHIPPED, dtype="int16")
    assert rate == SAMPLE_RATE
    assert samples.shape == loop.shape
    # Sines differ in their last bit between processors, so rounding may differ by one.
    assert np.abs(samples.astype(int) - loop.astype(int)).max() <= 1
    shipped = demo_truth()
    assert replace(shipped, chance={}) == replace(truth, chance={})
    assert shipped.chance.keys() == truth.chance.keys() == {MISSING}
    for name in ("chord_fit", "onset_f"):
        found, wanted = (getattr(each.chance[MISSING], name) for each in (shipped, truth))
        assert found == pytest.approx(wanted, abs=0.02)
        assert 0.1 < found < 0.7


def test_it_is_16_bit_mono_and_small():
    info = soundfile.info(SHIPPED)
    assert (info.format, info.subtype, info.channels) == ("FLAC", "PCM_16", 1)
    assert SHIPPED.stat().st_size < 1_200_000
    assert 12 < info.duration < 20


def test_it_is_of_a_song_that_nobody_was_trained_on_and_goes_round_whole(loop, truth):
    song = loop_song()
    assert song.held_out
    assert len(loop) == song.samples == truth.samples


def test_the_bass_alone_is_missing(loop):
    others = np.delete(render(loop_song()), STEMS.index(MISSING), axis=0).sum(0)
    np.testing.assert_allclose(loop / 32767, others, atol=1e-4)


def test_it_does_not_clip_and_nothing_is_left_silent(loop):
    sound = loop / 32768
    assert 0.3 < np.abs(sound).max() < 0.99
    seconds = sound[: len(sound) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    assert np.sqrt((seconds**2).mean(1)).min() > 0.03


def test_the_loop_point_does_not_click(loop):
    """All its notes have ended by then."""
    assert np.abs(loop[-100:]).max() < 10
    assert abs(loop[0]) < 10


@pytest.mark.parametrize("frequency", [98.0, 220.0, 392.0])
def test_a_plucked_string_is_in_tune(frequency):
    string = pluck(frequency, 1.6, 1.0, np.random.default_rng(1))
    spectrum = np.abs(np.fft.rfft(string * np.hanning(len(string)), 1 << 19))
    axis = np.fft.rfftfreq(1 << 19, 1 / SAMPLE_RATE)
    near = (axis > 0.9 * frequency) & (axis < 1.1 * frequency)
    heard = axis[near][spectrum[near].argmax()]
    assert abs(1200 * np.log2(heard / frequency)) < 3


def test_the_script_writes_the_files(tmp_path, loop, truth, capsys, monkeypatch):
    monkeypatch.setattr(module, "make_loop", lambda: loop)
    monkeypatch.setattr(module, "loop_truth", lambda: truth)
    assert main([str(tmp_path)]) == 0
    written, _ = soundfile.read(tmp_path / "loop.flac", dtype="int16")
    np.testing.assert_array_equal(written, loop)
    assert (tmp_path / "loop.json").read_text() == truth.to_json() + "\n"
    assert "17.83 s" in capsys.readouterr().out
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
