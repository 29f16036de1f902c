"""Without arguments the demonstration plays, with what can be made here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sideman.engine.errors import MissingExtraError, SidemanError
from sideman.runtime.listen import demonstration
from sideman.runtime.listen.make import Request, make
from sideman.runtime.listen.plan import make_plan
from sideman.runtime.listen.players import BackendChoice, find_players
from sideman.runtime.listen.regimes import parse_regimes
from sideman.runtime.listen.takes import Section
from tests.runtime.listen.conftest import GRID, RATE, write_bundle

STEMS = ["bass", "drums", "guitar", "piano"]


class Entry:
    def __init__(self, name: str, make) -> None:
        self.name, self._make = name, make

    def load(self):
        return self._make


def write_song(folder: Path, say) -> None:
    folder.mkdir()
    for stem in STEMS:
        soundfile.write(folder / f"{stem}.flac", np.full(RATE, 0.1), RATE)
    onsets = {stem: [0, 4410] for stem in STEMS}
    text = {"beat_samples": 4410, "chords": [[0, 4, 7]], "onsets": onsets, "chance": {}}
    (folder / "truth.json").write_text(json.dumps(text))


def no_torch(folder: Path, say) -> None:
    raise MissingExtraError("torch is needed to export a bundle.", "Install it with: pip …")


@pytest.fixture
def entries(monkeypatch):
    """What is registered; to be filled."""
    found: list[Entry] = []
    monkeypatch.setattr(demonstration, "entry_points", lambda group: found)
    return found


def quiet(text: str) -> None:
    pass


def test_without_the_extra_the_student_plays_alone_and_that_is_said(entries, tmp_path) -> None:
    entries.append(Entry("diffusion", no_torch))
    found, notes = demonstration.bundles(tmp_path, quiet)
    assert [path.name for path in found] == ["bundle"]
    assert notes == [
        "The demonstration's diffusion model is left out: torch is needed to export a bundle. "
        "Install it with: pip …"
    ]
    assert list(tmp_path.iterdir()) == []


def test_what_was_made_is_not_made_again(entries, tmp_path) -> None:
    made: list[Path] = []

    def make(folder: Path, say) -> None:
        made.append(folder)
        folder.mkdir()

    entries.append(Entry("diffusion", make))
    for _ in range(2):
        found, notes = demonstration.bundles(tmp_path / "deep", quiet)
        assert [path.name for path in found] == ["bundle", "demo-diffusion"]
        assert notes == []
    assert len(made) == 1


def test_the_loop_asks_for_its_bass_and_the_song_for_all(entries, tmp_path) -> None:
    entries.append(Entry("song", write_song))
    takes, notes = demonstration.takes(tmp_path, RATE, STEMS, None, quiet)
    assert notes == []
    loop, song = takes
    assert loop.samples == 24 * RATE
    # It goes round.
    turn = loop.truth.samples
    assert np.array_equal(loop.others[:1000], loop.others[turn : turn + 1000])
    assert loop.truth.onsets.keys() == {"bass"}
    assert song.truth.onsets.keys() == set(STEMS)
    players = find_players([write_bundle(tmp_path / "b", GRID)], [BackendChoice()])
    plan = make_plan(tmp_path, takes, players, parse_regimes("1", 0.25, 0.02), None, 0)
    assert [(row.take.id, row.stem) for row in plan.rows] == [
        ("take-1", "bass"),
        *(("take-2", stem) for stem in STEMS),
    ]
    assert plan.rows[0].truth is None


def test_another_part_of_the_loop_has_no_truth_to_be_judged_by(entries, tmp_path) -> None:
    (loop,), notes = demonstration.takes(tmp_path, RATE, STEMS, Section(3.0, 2.0, 1.0), quiet)
    assert (loop.lead_in, loop.samples) == (RATE, 2 * RATE)
    assert loop.truth is None
    assert loop.lacks == ("bass",)
    assert notes[0].startswith("There is no song of the demonstration's world: ")


def test_what_cannot_be_played_is_named_before_anything_is_exported(
    entries, tmp_path, console
) -> None:
    def export(folder: Path, say) -> None:
        raise AssertionError("exported")

    entries += [Entry("diffusion", export), Entry("song", write_song)]
    bad = tmp_path / "drums.wav"
    bad.write_text("no sound")
    for wrong in ({"inputs": (bad,)}, {"stems": "flute"}, {"r": 0.9}):
        with pytest.raises(SidemanError):
            make(Request(out=tmp_path / "out", **wrong), console)
