"""What `sideman listen` plays where nothing is named: found by entry points, made whole."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import MissingExtraError
from sideman.export.demo import listening
from sideman.export.demo.loop import loop_song
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS
from sideman.runtime.listen.demonstration import DIFFUSION, GROUP, SONG
from sideman.runtime.listening.truth import Truth


def test_the_song_is_held_out_and_unlike_the_loop() -> None:
    song, loop = listening.song(), loop_song()
    assert song.held_out
    assert song.key != loop.key
    assert song.beat != loop.beat
    assert song.progression != loop.progression
    assert song.groove != loop.groove
    assert song.samples / 44_100 == pytest.approx(29.7, abs=0.1)


def test_stems_and_truth_are_written(tmp_path: Path) -> None:
    said: list[str] = []
    listening.write_song(tmp_path / "song", said.append)
    assert said
    for stem, track in zip(STEMS, render(listening.song()), strict=True):
        found, rate = soundfile.read(tmp_path / "song" / f"{stem}.flac", dtype="float32")
        assert rate == 44_100
        assert np.abs(found - track).max() < 1e-4
    truth = Truth.read(tmp_path / "song" / "truth.json")
    assert set(truth.onsets) == set(truth.chance) == set(STEMS)
    for stem, chance in truth.chance.items():
        assert 0.05 < chance.onset_f < 0.6
        assert np.isnan(chance.chord_fit) == (stem in ("drums", "guitar"))


def test_the_diffusion_model_is_exported_from_what_ships(tmp_path, monkeypatch) -> None:
    pytest.importorskip("torch", reason="exporting needs the extra 'export'")
    from sideman.export import pipeline

    asked = []
    monkeypatch.setattr(pipeline, "export_bundle", lambda request, report: asked.append(request))
    listening.export_diffusion(tmp_path / "bundle", lambda text: None)
    (request,) = asked
    for file in (request.config, request.checkpoint, request.codec, request.codec_hparams):
        assert file.is_file()
    assert request.out == tmp_path / "bundle"


def test_without_torch_the_extra_is_named(tmp_path, monkeypatch) -> None:
    from sideman.engine import optional

    def missing(module: str):
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(optional.importlib, "import_module", missing)
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[export\]"'):
        listening.export_diffusion(tmp_path / "bundle", lambda text: None)
    assert not (tmp_path / "bundle").exists()


def test_runtime_finds_both() -> None:
    found = {entry.name: entry.load() for entry in entry_points(group=GROUP)}
    assert found == {SONG: listening.write_song, DIFFUSION: listening.export_diffusion}
