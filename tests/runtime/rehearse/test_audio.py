"""Reading, resampling, mixing and fitting the input."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.audio import make_programme, read_mono, resample

RATE, STEP = 44_100, 1_000


@pytest.fixture
def write(tmp_path):
    def make(name, samples, rate=RATE, subtype="FLOAT"):
        soundfile.write(tmp_path / name, samples, rate, subtype=subtype)
        return tmp_path / name

    return make


def tone(hertz, rate, seconds):
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype("f4")


@pytest.mark.parametrize("rate", [48_000, 22_050, 96_000, 44_000, 44_100])
def test_resampling_keeps_a_tone(rate):
    hertz = 5_000
    made = resample(tone(hertz, rate, 0.5), rate, RATE)
    expected = tone(hertz, RATE, 0.5)
    assert abs(len(made) - len(expected)) <= 1
    inner = slice(2_000, 20_000)
    assert np.abs(made[inner] - expected[inner]).max() < 1e-3


def test_resampling_down_removes_what_would_fold_back():
    made = resample(tone(30_000, 96_000, 0.5), 96_000, RATE)
    assert np.abs(made[2_000:20_000]).max() < 1e-3


def test_a_file_of_the_right_rate_is_taken_as_it_is(write):
    samples = np.random.default_rng(0).uniform(-1, 1, 5_000).astype("f4")
    got, notes = read_mono(write("a.wav", samples), RATE)
    np.testing.assert_array_equal(got, samples)
    assert notes == []


def test_stereo_and_other_rates_are_converted_and_said(write):
    stereo = np.stack([tone(440, 48_000, 0.2), np.zeros(9_600, np.float32)], 1)
    got, notes = read_mono(write("s.wav", stereo, 48_000), RATE)
    assert len(got) == 8_820
    assert np.abs(got[1_000:7_000]).max() == pytest.approx(0.5, abs=0.01)
    assert notes == [
        "s.wav: its 2 channels were averaged to mono.",
        "s.wav: resampled from 48,000 Hz to 44,100 Hz.",
    ]


def test_mp3_is_read(real_audio):
    got, _ = read_mono(real_audio / "bass.mp3", RATE)
    assert len(got) > 30 * RATE
    assert np.abs(got).max() > 0.01


def test_several_files_are_added_and_turned_down_together(write):
    a = np.full(4_000, 0.9, np.float32)
    b = np.full(2_500, 0.5, np.float32)
    programme = make_programme([write("a.wav", a), write("b.wav", b)], RATE, STEP, None)
    gain = 0.98 / 1.4
    np.testing.assert_allclose(programme.planes[0], 0.9 * gain, atol=1e-6)
    np.testing.assert_allclose(programme.planes[1][:2_500], 0.5 * gain, atol=1e-6)
    assert not programme.planes[1][2_500:].any()
    np.testing.assert_allclose(programme.samples, programme.planes.sum(0), atol=1e-6)
    assert programme.notes == ("2 files were mixed, turned down by 3.1 dB together.",)


def test_a_mix_that_does_not_clip_keeps_its_level(write):
    a = write("a.wav", np.full(4_000, 0.3, np.float32))
    programme = make_programme([a, a], RATE, STEP, None)
    np.testing.assert_allclose(programme.samples, 0.6, atol=1e-6)
    assert programme.notes == ("2 files were mixed, as they are.",)


def test_the_last_step_is_filled_with_silence(write):
    given = np.full(4_100, 0.5, np.float32)
    programme = make_programme([write("a.wav", given)], RATE, STEP, None)
    assert programme.samples.shape == (5_000,)
    assert programme.samples[:4_100].all()
    assert not programme.samples[4_100:].any()
    assert programme.notes == ()


@pytest.mark.parametrize(("length", "seconds", "steps"), [(1_500, None, 4), (3_000, 0.2, 8)])
def test_short_input_is_repeated_and_said(write, length, seconds, steps):
    given = np.random.default_rng(0).uniform(-1, 1, length).astype("f4")
    programme = make_programme([write("a.wav", given)], RATE, STEP, seconds)
    np.testing.assert_array_equal(programme.samples, np.tile(given, 9)[: steps * STEP])
    assert f"({steps} steps)" in programme.notes[0]


def test_long_input_is_cut(write):
    given = np.random.default_rng(0).uniform(-1, 1, 9_000).astype("f4")
    programme = make_programme([write("a.wav", given)], RATE, STEP, 0.1)
    np.testing.assert_array_equal(programme.samples, given[:4_000])


def test_what_cannot_be_used_is_refused_by_name(tmp_path, write):
    with pytest.raises(SidemanError, match=r"none\.wav: no such file"):
        read_mono(tmp_path / "none.wav", RATE)
    (tmp_path / "text.wav").write_text("no audio here")
    with pytest.raises(SidemanError, match=r"text.wav cannot be read as audio[\s\S]*ffmpeg"):
        read_mono(tmp_path / "text.wav", RATE)
    with pytest.raises(SidemanError, match=r"empty\.wav holds no audio"):
        read_mono(write("empty.wav", np.zeros(0, np.float32)), RATE)
    with pytest.raises(SidemanError, match=r"nan\.wav holds samples that are not finite"):
        read_mono(write("nan.wav", np.array([0, np.nan, 1], np.float32)), RATE)
    with pytest.raises(SidemanError, match=r"less than one step of 0.023 s"):
        make_programme([write("a.wav", np.zeros(9_000, np.float32))], RATE, STEP, 0.01)
