"""Percentiles, counts, JSON, tables, pictures and sound files."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from PIL import Image
from rich.console import Console

from sideman.engine.errors import SidemanError
from sideman.runtime.listening.judge import Score
from sideman.runtime.listening.truth import Chance, Truth
from sideman.runtime.playing.profile import SPANS, Spread
from sideman.runtime.rehearse import spectrograms
from sideman.runtime.rehearse.output import make_folder, write_audio
from sideman.runtime.rehearse.plot import _STACK, draw, title
from sideman.runtime.rehearse.report import show, spreads, to_json


def printed(rehearsal):
    console = Console(width=160, record=True, highlight=False)
    show(rehearsal, console)
    return console.export_text()


def test_spread_of_a_hundred_and_one_values():
    values = np.arange(101.0)
    np.random.default_rng(0).shuffle(values)
    assert Spread.of(values) == Spread(50, 95, 99, 100, 101)


def test_spread_leaves_out_what_was_not_measured():
    assert Spread.of([np.nan, 2.0, np.nan]) == Spread(2, 2, 2, 2, 1)
    assert Spread.of([np.nan]) is None
    assert Spread.of([]) is None


def test_outcomes_are_counted_against_the_deadline(make_rehearsal):
    # S − fade is 80 ms here.
    rehearsal = make_rehearsal(0.02, 0.079, 0.081, "dropped", "lost", 0.05)
    assert rehearsal.deadline == pytest.approx(0.08)
    assert rehearsal.counts == {"steps": 6, "in time": 3, "late": 1, "dropped": 1, "lost": 1}
    assert rehearsal.failed
    assert not make_rehearsal(0.02, 0.09).failed


def test_without_lead_the_step_is_the_deadline(make_rehearsal):
    rehearsal = make_rehearsal(0.09, 0.11, lead=0)
    assert rehearsal.counts["in time"] == 1
    assert "pace 100 ms" in printed(rehearsal)


def test_silence_is_a_failure(make_rehearsal):
    assert make_rehearsal(0.01, stems={"bass": np.zeros(100, np.float32)}).failed


def test_json_holds_every_number_and_no_nan(make_rehearsal):
    rehearsal = make_rehearsal(0.02, "dropped", 0.09)
    rehearsal.stages[0, 0] = np.nan
    data = json.loads(to_json(rehearsal, {"system": "test"}))
    assert data["counts"] == {"steps": 3, "in time": 1, "late": 1, "dropped": 1, "lost": 0}
    assert data["seconds"]["round trip"]["max"] == pytest.approx(0.09)
    assert data["seconds"]["encode"]["p50"] == pytest.approx(
        np.nanmedian(rehearsal.stages[:, SPANS.index("encode")])
    )
    assert data["cycles"][0]["receive"] is None
    assert set(data["cycles"][0]) == set(SPANS)
    assert [step["outcome"] for step in data["steps"]] == ["in time", "dropped", "late"]
    assert data["steps"][1]["round_trip"] is None
    assert data["steps"][2]["due"] == pytest.approx(0.2)
    assert data["machine"] == {"system": "test"}


def test_table_has_every_stage_and_the_counts(make_rehearsal):
    text = printed(make_rehearsal(0.02, 0.03, "lost", 0.09))
    for name in (*SPANS, "round trip", "p50", "p95", "p99", "max"):
        assert name in text
    assert "4 steps: 2 in time, 1 late, 0 dropped, 1 lost." in text
    assert "played live, that part was silent" in text


def test_offline_tells_stages_and_no_deadline(make_rehearsal):
    rehearsal = make_rehearsal()
    assert rehearsal.offline
    assert not rehearsal.failed
    assert set(spreads(rehearsal)) == {
        "window", "encode", "step", "decode", "store", "lock", "cycle"
    }  # fmt: skip
    text = printed(rehearsal)
    assert "deadline" not in text
    assert "nothing about playing in time" in text
    assert json.loads(to_json(rehearsal, {}))["deadline_seconds"] is None


def test_the_picture_has_a_title_that_a_person_reads(make_rehearsal):
    options = {"w": 1, "backend": "openvino", "precision": "auto", "planes": False, "seed": "none"}
    made = make_rehearsal(0.02, 0.03, options=options)
    assert title(made) == ("tiny (untrained) plays bass: 2 steps of 0.10 s, w = 1, with openvino")


def test_every_span_of_a_cycle_has_a_colour_of_its_own():
    # Sums, and what runs beside the rest, are no layers of the stack.
    assert set(SPANS) - set(_STACK) == {"path", "cycle", "overhead", "lock"}
    assert len(set(_STACK.values())) == len(_STACK)


@pytest.mark.parametrize(
    "trips", [(), (0.02, 0.03, "dropped", 0.2, "lost"), ("lost", "lost"), ("dropped",)]
)
def test_picture_is_a_png_with_something_on_it(make_rehearsal, tmp_path, trips):
    file = tmp_path / "latency.png"
    draw(make_rehearsal(*trips), file)
    with Image.open(file) as image:
        assert image.format == "PNG"
        assert image.width >= 1_000
        pixels = np.asarray(image.convert("L"))
    assert pixels.std() > 5


def test_spectrograms_show_each_track_and_mark_the_chords(make_rehearsal, tmp_path):
    truth = Truth(1_000, ((0, 4, 7), (9, 0, 4)), {})
    plain, marked, more = (tmp_path / f"{name}.png" for name in ("plain", "marked", "more"))
    rehearsal = make_rehearsal(0.02, 0.03)
    spectrograms.draw(rehearsal, plain)
    spectrograms.draw(rehearsal, marked, truth)
    rehearsal.stems["piano"] = rehearsal.stems["bass"]
    spectrograms.draw(rehearsal, more)
    pixels = {}
    for file in (plain, marked, more):
        with Image.open(file) as image:
            assert image.width >= 1_000
            pixels[file] = np.asarray(image.convert("L"))
        assert pixels[file].std() > 5
    assert (pixels[plain] != pixels[marked]).any()
    assert pixels[more].shape[0] > pixels[plain].shape[0]


@pytest.mark.parametrize("frequency", [65.0, 220.0, 5_000.0])
def test_a_tone_lies_in_its_row(frequency):
    tone = np.sin(2 * np.pi * frequency * np.arange(44_100) / 44_100).astype("f4")
    image = spectrograms.spectrogram(tone, 44_100)
    row = 200 * np.log(frequency / 50) / np.log(8_000 / 50)
    middle = image[:, image.shape[1] // 2]
    assert abs(middle.argmax() - row) < 4
    # A sine at full scale has half of it in either half of the spectrum.
    assert middle.max() == pytest.approx(-6, abs=2)


def test_all_tracks_have_one_scale(make_rehearsal, tmp_path):
    """Silence is dark, whatever else is on the page."""
    rehearsal = make_rehearsal(0.02, 0.03)
    rehearsal.stems["bass"] = np.zeros_like(rehearsal.stems["bass"])
    spectrograms.draw(rehearsal, tmp_path / "silent.png")
    with Image.open(tmp_path / "silent.png") as image:
        pixels = np.asarray(image.convert("L"))
    middle = slice(pixels.shape[1] // 4, pixels.shape[1] // 2)
    context, bass = (pixels[round(pixels.shape[0] * at), middle] for at in (0.3, 0.7))
    assert bass.max() < 20 < context.mean()


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_low_sample_rates_have_nothing_above_their_half(rate):
    noise = np.random.default_rng(0).standard_normal(rate).astype("f4")
    image = spectrograms.spectrogram(noise, rate)
    assert np.isfinite(image).all()
    assert image[0].max() > -60


def test_a_long_piece_is_no_wider_than_a_page():
    assert spectrograms.spectrogram(np.zeros(10_000_000, "f4"), 44_100).shape[1] <= 1_600


def test_chords_have_names():
    assert [spectrograms.chord_name(c) for c in ((0, 4, 7), (9, 0, 4), (10, 2, 5))] == [
        "C",
        "Am",
        "B♭",
    ]


def test_scores_are_told_where_there_are_any(make_rehearsal):
    rehearsal = make_rehearsal(0.02, judged_from=6.0)
    assert "fit the chord" not in printed(rehearsal)
    rehearsal.scores = {"bass": Score(0.75, 0.5, -20.0), "drums": Score(np.nan, 0.25, -np.inf)}
    rehearsal.chance = {"bass": Chance(0.29, 0.47), "drums": Chance(np.nan, 0.6)}
    text = printed(rehearsal)
    assert "bass, from 6 s on: 75% of beats fit the chord (29% by chance), onsets" in text
    assert "drums, from 6 s on: onsets within 50 ms F = 0.25 (0.60 by chance)" in text
    assert "published placement" not in text
    rehearsal.late = 0.041
    assert "without the 41 ms that the published placement is late by" in printed(rehearsal)
    drums = json.loads(to_json(rehearsal, {}))["scores"]["drums"]
    assert drums == {"chord_fit": None, "onset_f": 0.25, "level": None}


def test_sound_files_have_one_length_and_the_sum(make_rehearsal, tmp_path):
    rehearsal = make_rehearsal(0.02, 0.02, 0.02)
    files = write_audio(rehearsal, tmp_path)
    assert [file.name for file in files] == ["bass.wav", "context.wav", "mix.wav"]
    tracks = {}
    for file in files:
        info = soundfile.info(file)
        assert (info.samplerate, info.channels, info.subtype) == (44_100, 1, "PCM_24")
        tracks[file.stem], _ = soundfile.read(file)
        assert len(tracks[file.stem]) == rehearsal.placement.total
    np.testing.assert_allclose(tracks["mix"], tracks["context"] + tracks["bass"], atol=1e-6)
    assert rehearsal.notes == []


def test_a_loud_mix_is_turned_down_and_said(make_rehearsal, tmp_path):
    rehearsal = make_rehearsal(0.02, 0.02)
    rehearsal.stems = {"mix": np.full(rehearsal.placement.total, 0.9, np.float32)}
    rehearsal.context = np.full(8_820, 0.9, np.float32)
    files = write_audio(rehearsal, tmp_path)
    assert [file.name for file in files] == ["mix-stem.wav", "context.wav", "mix.wav"]
    assert soundfile.read(files[2])[0].max() == pytest.approx(0.98, abs=1e-5)
    assert rehearsal.notes == ["mix.wav is turned down by 5.3 dB so that it does not clip."]


def test_a_stems_name_stays_in_the_folder(make_rehearsal, tmp_path):
    rehearsal = make_rehearsal(0.02)
    rehearsal.stems = {"../loud bass": np.zeros(rehearsal.placement.total, np.float32)}
    folder = tmp_path / "here"
    folder.mkdir()
    write_audio(rehearsal, folder)
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["___loud_bass.wav", "context.wav", "mix.wav"]
    assert [file.name for file in tmp_path.iterdir()] == ["here"]


def test_an_impossible_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SidemanError, match="cannot be made"):
        make_folder(tmp_path / "file" / "below")
