"""Reading, resampling, mixing and fitting the input."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.audio import make_programme, read_mono

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
def test_resampling_keeps_a_tone(write, rate):
    hertz = 5_000
    made, _ = read_mono(write("a.wav", tone(hertz, rate, 0.5), rate), RATE)
    expected = tone(hertz, RATE, 0.5)
    assert abs(len(made) - len(expected)) <= 1
    inner = slice(2_000, 20_000)
    assert np.abs(made[inner] - expected[inner]).max() < 1e-3


def test_resampling_down_removes_what_would_fold_back(write):
    made, _ = read_mono(write("a.wav", tone(30_000, 96_000, 0.5), 96_000), RATE)
    assert np.abs(made[2_000:20_000]).max() < 1e-3


@pytest.mark.parametrize("rate", [48_000, 22_050, 88_200, 176_400, 44_099])
def test_blocks_resample_as_the_whole(write, rate, monkeypatch):
    samples = np.random.default_rng(0).uniform(-1, 1, rate // 2).astype("f4")
    path = write("a.wav", samples, rate)
    whole, _ = read_mono(path, RATE)
    monkeypatch.setattr("sideman.runtime.rehearse.audio._BLOCK", 1_111)
    np.testing.assert_array_equal(read_mono(path, RATE)[0], whole)
    assert abs(len(whole) - len(samples) * RATE / rate) <= 1


@pytest.mark.parametrize("rate", [44_100, 48_000, 88_200, 22_050, 44_099])
@pytest.mark.parametrize("most", [1, 4_000])
def test_the_beginning_of_a_file_is_the_beginning_of_the_whole(write, rate, most):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, rate // 2).astype("f4")
    path = write("a.wav", samples, rate)
    whole, said = read_mono(path, RATE)
    part, also = read_mono(path, RATE, most)
    np.testing.assert_array_equal(part, whole[:most])
    assert len(part) == most
    assert said == also


def test_asking_for_more_than_there_is_gives_what_there_is(write):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 5_000).astype("f4")
    path = write("a.wav", samples, 48_000)
    whole, _ = read_mono(path, RATE)
    np.testing.assert_array_equal(read_mono(path, RATE, 9_000)[0], whole)
    assert len(whole) == pytest.approx(5_000 * RATE / 48_000, abs=1)


MEASURE = """
import sys
from pathlib import Path
import numpy, soundfile
from sideman.runtime.rehearse.audio import make_programme
programme = make_programme([Path(sys.argv[1])], 44_100, 66_150, 12.0)
assert programme.samples.shape == (8 * 66_150,)
# Not what getrusage tells: that counts the process that this one was forked from.
try:
    status = Path("/proc/self/status").read_text()
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
except OSError:
    print("unknown")
"""


@pytest.mark.parametrize("rate", [88_200, 176_400])
def test_twelve_seconds_of_ten_minutes_take_little_memory(tmp_path, rate):
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        block = tone(440, rate, 5) * np.float32(0.5)
        for _ in range(120):
            file.write(block)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    kilobytes = done.stdout.strip()
    if kilobytes == "unknown":
        pytest.skip("this system does not tell a process's largest memory")
    assert int(kilobytes) < 300 * 1000


def test_a_file_that_is_broken_behind_what_is_played_is_played(write):
    samples = np.zeros(20_000, np.float32)
    samples[10], samples[19_000] = 0.5, np.nan
    path = write("a.wav", samples)
    assert len(make_programme([path], RATE, STEP, 0.1).samples) == 4_000
    with pytest.raises(SidemanError, match=r"not finite numbers, first at 0.43 s"):
        make_programme([path], RATE, STEP, None)


def test_floats_beyond_full_scale_are_named_and_turned_down(write):
    programme = make_programme([write("loud.wav", 2.5 * tone(440, RATE, 0.2))], RATE, STEP, None)
    assert np.abs(programme.samples).max() == pytest.approx(0.98, abs=1e-4)
    assert programme.notes == (
        "loud.wav goes beyond full scale, up to 2.50 (+8.0 dB).",
        "loud.wav was turned down by 8.1 dB so that nothing clips.",
    )


def test_full_scale_itself_is_left_alone(write):
    samples = np.resize(np.array([1, -1], np.float32), 4_000)
    programme = make_programme([write("a.wav", samples)], RATE, STEP, None)
    np.testing.assert_array_equal(programme.samples, samples)
    assert programme.notes == ()


def test_peaks_that_resampling_raises_do_not_clip(write):
    # A square wave at full scale: the sinc overshoots at its edges.
    square = np.sign(tone(997, 48_000, 0.2) + 1e-6).astype("f4")
    programme = make_programme([write("s.wav", square, 48_000)], RATE, STEP, None)
    assert np.abs(programme.samples).max() == pytest.approx(0.98, abs=1e-4)
    assert programme.notes[-1].startswith("s.wav was turned down by ")


def test_files_that_cancel_in_their_sum_do_not_clip_alone(write):
    loud = 2 * tone(440, RATE, 0.2)
    files = [write("a.wav", loud), write("b.wav", -loud)]
    programme = make_programme(files, RATE, STEP, None)
    assert np.abs(programme.planes).max() == pytest.approx(0.98, abs=1e-4)
    assert programme.notes[-1] == "2 files were mixed, turned down by 6.2 dB together."


@pytest.mark.parametrize(("bits", "scale"), [(16, 2.0**15), (24, 2.0**23), (32, 2.0**31)])
def test_floats_on_a_scale_of_integers_are_named_and_divided(write, bits, scale):
    samples = tone(440, RATE, 0.2) * np.float32(0.5)
    path = write("i.wav", samples * np.float32(scale))
    programme = make_programme([path], RATE, STEP, None)
    np.testing.assert_allclose(programme.samples[: len(samples)], samples, atol=1e-6)
    assert len(programme.notes) == 1
    assert f"as {bits} bit integers do, and were divided by {scale:,.0f}" in programme.notes[0]


def test_numbers_on_no_scale_are_refused(write):
    path = write("x.wav", np.full(4_000, 1e30, np.float32))
    with pytest.raises(SidemanError, match=r"up to 1e\+30, which no sound has"):
        make_programme([path], RATE, STEP, None)


@pytest.mark.parametrize(("left", "said"), [(0.0, "silent as mono"), (0.02, "dB quieter as mono")])
def test_channels_that_cancel_each_other_out_are_named(write, left, said):
    sound = tone(440, RATE, 0.2) * np.float32(0.5)
    path = write("wide.wav", np.stack([sound * np.float32(1 + left), -sound], axis=1))
    _, notes = read_mono(path, RATE)
    assert any(said in note and "ffmpeg" in note for note in notes), notes


def test_a_silent_file_is_named(write):
    _, notes = read_mono(write("quiet.wav", np.zeros(4_000, np.float32)), RATE)
    assert notes == ["quiet.wav: all that is played of it is silence."]


def test_a_file_that_ends_too_early_is_what_it_holds(write):
    """Its head tells 20,000 samples: a download that broke off."""
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 20_000).astype("f4")
    path = write("a.wav", samples)
    path.write_bytes(path.read_bytes()[: -4 * 12_000])
    np.testing.assert_array_equal(read_mono(path, RATE)[0], samples[:8_000])


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
    with pytest.raises(SidemanError, match=r"is a folder"):
        read_mono(tmp_path, RATE)
    (tmp_path / "nothing.wav").touch()
    with pytest.raises(SidemanError, match=r"nothing\.wav is empty"):
        read_mono(tmp_path / "nothing.wav", RATE)
    (tmp_path / "text.wav").write_text("no audio here")
    with pytest.raises(SidemanError, match=r"text.wav cannot be read as audio[\s\S]*ffmpeg"):
        read_mono(tmp_path / "text.wav", RATE)
    with pytest.raises(SidemanError, match=r"empty\.wav holds no audio"):
        read_mono(write("empty.wav", np.zeros(0, np.float32)), RATE)
    with pytest.raises(SidemanError, match=r"nan\.wav holds samples that are not finite"):
        read_mono(write("nan.wav", np.array([0, np.nan, 1], np.float32)), RATE)
    with pytest.raises(SidemanError, match=r"less than one step of 0.023 s"):
        make_programme([write("a.wav", np.zeros(9_000, np.float32))], RATE, STEP, 0.01)


@pytest.mark.parametrize("fault", ["head", "half"])
def test_a_recording_that_was_interrupted_is_told_from_an_empty_one(tmp_path, fault):
    noise = np.random.default_rng(1).normal(0, 0.1, 44_100).astype(np.float32)
    file = tmp_path / ("take.wav" if fault == "head" else "take.ogg")
    soundfile.write(file, noise, 44_100)
    content = bytearray(file.read_bytes())
    if fault == "head":
        place = content.index(b"data") + 4
        content[place : place + 4] = bytes(4)
    else:
        del content[len(content) // 2 :]
    file.write_bytes(content)
    with pytest.raises(
        SidemanError, match=r"take\.\w+ gives no audio, though it has [\s\S]*ffmpeg"
    ):
        read_mono(file, 44_100)
