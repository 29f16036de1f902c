"""From the audio callback to WAV files: in order, whole, and never waiting for a disk."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import SidemanError
from sideman.runtime.jam.recorder import Recorder
from sideman.runtime.jam.tape import Tape
from sideman.runtime.rehearse.wave_file import WaveWriter

RATE = 44_100


def put(tape, samples):
    """All rows of samples: the context, stems, the mix."""
    tape.put((samples[0], samples[1:-1], samples[-1]), 0, samples.shape[1])


def take_all(tape):
    parts = []
    while (taken := tape.take()) is not None:
        parts.append(taken.copy())
        tape.done(taken)
    return np.concatenate(parts, axis=1) if parts else np.zeros((0, 0))


def noise(tracks, count, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (tracks, count)).astype(np.float32)


def test_a_tape_gives_what_was_put_in_round_and_round() -> None:
    tape, sound = Tape(3, 1_000), noise(3, 10_000)
    taken = []
    for at in range(0, 10_000, 400):
        put(tape, sound[:, at : at + 400])
        if at % 800:
            taken.append(take_all(tape))
    taken.append(take_all(tape))
    np.testing.assert_array_equal(np.concatenate(taken, axis=1), sound)
    assert tape.lost == 0
    assert tape.take() is None


def test_what_finds_no_room_is_silence_and_what_follows_keeps_its_place() -> None:
    tape, sound = Tape(3, 1_000), noise(3, 3_000)
    for at in range(0, 1_500, 300):  # the fourth and the fifth find no room
        put(tape, sound[:, at : at + 300])
    first = take_all(tape)
    put(tape, sound[:, 1_500:2_000])
    kept = np.concatenate([first, take_all(tape)], axis=1)
    expected = sound[:, :2_000].copy()
    expected[:, 900:1_500] = 0
    np.testing.assert_array_equal(kept, expected)
    assert tape.lost == 600


def test_two_threads_pass_sound_through_a_tape_without_a_lock() -> None:
    tape, sound = Tape(3, 5_000), noise(3, 400_000)
    taken = []

    def take() -> None:
        while sum(part.shape[1] for part in taken) < sound.shape[1]:
            if (part := tape.take()) is not None:
                taken.append(part.copy())
                tape.done(part)

    thread = threading.Thread(target=take)
    thread.start()
    for at in range(0, sound.shape[1], 500):
        put(tape, sound[:, at : at + 500])
    thread.join()
    got = np.concatenate(taken, axis=1)
    assert got.shape == sound.shape
    different = (got != sound).any(axis=0)
    assert different.sum() == tape.lost
    assert not got[:, different].any()


def test_files_hold_what_was_played_at_full_length(tmp_path) -> None:
    folder = tmp_path / "new" / "take"
    sound = noise(4, 30_001) * 0.9
    with Recorder(folder, ("bass", "mix"), RATE) as recorder:
        for at in range(0, sound.shape[1], 512):
            put(recorder.tape, sound[:, at : at + 512])
    names = [file.name for file in recorder.files]
    assert names == ["context.wav", "bass.wav", "mix-stem.wav", "mix.wav"]
    for file, track in zip(recorder.files, sound, strict=True):
        got, rate = soundfile.read(file, dtype="float32")
        assert rate == RATE
        np.testing.assert_allclose(got, track, atol=2 / 2**23)
    assert recorder.seconds == 30_001 / RATE
    assert recorder.fault == ""


def test_what_24_bits_cannot_hold_is_brought_within_full_scale(tmp_path) -> None:
    sound = np.zeros((3, 5), np.float32)
    sound[0] = [np.nan, np.inf, -np.inf, 3, -3]
    with Recorder(tmp_path, ("bass",), RATE) as recorder:
        put(recorder.tape, sound)
    got, _ = soundfile.read(tmp_path / "context.wav")
    np.testing.assert_allclose(got, [0, 1, -1, 1, -1], atol=1e-6)


def test_a_file_can_be_played_while_it_grows(tmp_path) -> None:
    writer = WaveWriter(tmp_path / "a.wav", RATE)
    sound = noise(1, 999)[0]
    for at in range(0, 999, 333):  # an odd number of bytes after the first
        writer.append(sound[at : at + 333])
        writer.settle()
        got, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
        np.testing.assert_allclose(got, sound[: at + 333], atol=2 / 2**23)
    writer.close()


def test_a_recording_that_is_there_is_not_written_over(tmp_path) -> None:
    with Recorder(tmp_path, ("bass",), RATE):
        pass
    with pytest.raises(SidemanError, match=r"holds a recording already: context\.wav, bass\.wav"):
        Recorder(tmp_path, ("bass",), RATE)


def test_a_folder_that_cannot_be_made_is_named(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SidemanError, match="--record"):
        Recorder(tmp_path / "file" / "take", ("bass",), RATE)


def test_a_full_disk_ends_the_recording_and_not_the_music(tmp_path, monkeypatch) -> None:
    def refuse(self, samples):
        raise OSError(28, "No space left on device")

    with Recorder(tmp_path, ("bass",), RATE) as recorder:
        monkeypatch.setattr(WaveWriter, "append", refuse)
        put(recorder.tape, noise(3, 100))
    assert "No space left on device" in recorder.fault
    assert recorder.tape.ended
    put(recorder.tape, noise(3, 10 * RATE + 1))
    assert recorder.tape.lost == 0


def test_what_fails_before_the_first_sound_leaves_nothing_behind(tmp_path) -> None:
    folder = tmp_path / "take"
    with pytest.raises(ZeroDivisionError), Recorder(folder, ("bass",), RATE):
        raise ZeroDivisionError
    assert not folder.exists()
    folder.mkdir()
    with pytest.raises(ZeroDivisionError), Recorder(folder, ("bass",), RATE):
        raise ZeroDivisionError
    assert list(folder.iterdir()) == []


def test_what_fails_later_keeps_what_was_played(tmp_path) -> None:
    def fail(recorder) -> None:
        with recorder:
            put(recorder.tape, noise(3, 100))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail(Recorder(tmp_path / "take", ("bass",), RATE))
    assert soundfile.info(tmp_path / "take" / "mix.wav").frames == 100
