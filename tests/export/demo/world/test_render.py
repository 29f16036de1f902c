from __future__ import annotations

import numpy as np
import pytest

from sideman.export.demo.instruments import SAMPLE_RATE
from sideman.export.demo.world.render import onset_sample, render, turned
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS, Song


@pytest.mark.parametrize("seed", range(8))
def test_tracks_are_as_long_as_the_song_audible_and_do_not_clip(seed: int) -> None:
    song = Song.draw(seed, bars=4)
    tracks = render(song)
    assert tracks.shape == (len(STEMS), song.samples)
    assert tracks.dtype == np.float32
    assert np.abs(tracks.sum(0)).max() < 1
    levels = 20 * np.log10(np.sqrt((tracks.astype(float) ** 2).mean(1)))
    assert (levels > -32).all()
    assert (levels < -15).all()
    np.testing.assert_array_equal(tracks, render(song))


@pytest.mark.parametrize("seed", range(20))
def test_everything_begins_on_a_whole_frame(seed: int) -> None:
    song = Song.draw(seed)
    assert all(onset_sample(event, song) % FRAME_SAMPLES == 0 for event in song.events())


def test_sound_begins_where_an_event_does() -> None:
    song = Song.draw(3, bars=1)
    drums = render(song)[STEMS.index("drums")]
    for event in song.events():
        if event.sound == "kick":
            start = onset_sample(event, song)
            assert np.abs(drums[start : start + 200]).max() > 0.05


def test_all_stems_of_a_song_are_turned_alike() -> None:
    tracks = np.arange(2 * 7, dtype=np.float32).reshape(2, 7)
    before = tracks.copy()
    found = {int(turned(tracks, np.random.default_rng(seed))[0, 0]) for seed in range(50)}
    assert found == set(range(7))
    once = turned(tracks, np.random.default_rng(0))
    np.testing.assert_array_equal(once[1] - once[0], np.full(7, 7))
    np.testing.assert_array_equal(np.sort(once[0]), tracks[0])
    assert set(np.diff(once[0])) <= {1, -6}
    np.testing.assert_array_equal(tracks, before)


@pytest.mark.parametrize("beat", range(4))
def test_the_bass_sounds_at_its_pitch(beat: int) -> None:
    song = Song(key=0, beat=48, progression=0, first=0, bars=1, groove=0)
    notes = [event for event in song.events() if event.stem == "bass"]
    assert len(notes) == 4
    assert isinstance(notes[beat].sound, int)
    start = onset_sample(notes[beat], song)
    piece = render(song)[STEMS.index("bass"), start : start + 20_000]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 18))
    found = spectrum[: 1 << 10].argmax() * SAMPLE_RATE / (1 << 18)
    assert found == pytest.approx(440 * 2 ** ((notes[beat].sound - 69) / 12), rel=0.01)
