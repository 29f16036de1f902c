"""What `measure_lead` writes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from sideman.engine.bundle.grid import LatentGrid
from tests.runtime.lead_report import LEADS, ahead_ms, write_report
from tests.runtime.measure_lead import SONGS, Play, geometry_of, plays

BOUNDS = {"other songs' stems": {s: {"chord_fit": 0.4, "onset_f": 0.3} for s in ("bass", "drums")}}


def line(play: Play, score: float) -> dict:
    return {
        "play": asdict(play),
        "hidden_columns": play.step + play.lead,
        "chord_fit": score if play.stem == "bass" else None,
        "onset_f": score,
        "level_over_own": -1.0,
        "seconds_judged": 9.0,
        "step_and_decode_ms": 90.0,
    }


def test_tables_picture_and_figures_of_what_has_been_played_so_far(tmp_path: Path) -> None:
    done = [line(play, 0.5 + 0.1 * (play.song == 3)) for play in plays((0, 3))][:-1]
    write_report(tmp_path, done, BOUNDS, {"processor": "any"})
    table = (tmp_path / "table.md").read_text("utf-8")
    assert "| 4 | 317 ms | 93 | 186 | 317 | 317 | 317 |" in table
    assert "0.55 (0.50 to 0.60)" in table
    assert "by chance 0.40" in table
    data = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    (point,) = (
        each
        for each in data["points"]
        if (each["kind"], each["stem"], each["step"], each["lead"]) == ("exact", "bass", 8, 2)
    )
    assert point["songs"] == [0, 3]
    assert point["chord_fit"] == {"mean": pytest.approx(0.55), "lowest": 0.5, "highest": 0.6}
    assert (tmp_path / "look-ahead.png").stat().st_size > 10_000


def test_nothing_is_played_twice_and_masks_hide_what_they_say() -> None:
    every = list(plays(SONGS))
    assert len(set(every)) == len(every)
    grid = LatentGrid(trained_masks=tuple(range(33)))
    hidden = {
        play.mask: grid.columns - geometry_of(grid, play).known_columns
        for play in (Play(0, "bass", 4, 2), Play(0, "bass", 4, 2, "published"))
    }
    assert hidden == {"exact": 6, "published": 16}
    plain, further = (geometry_of(grid, Play(0, "bass", 4, 2, before=n)) for n in (0, 4))
    # More is decoded; the same is played.
    ends = [g.decoded_columns * 4096 - g.out_start for g in (plain, further)]
    assert ends[0] == ends[1]
    assert further.decoded_columns == plain.decoded_columns + 4


def test_the_band_plays_ahead_by_what_the_protocol_says() -> None:
    wanted = [(4096 * lead - 1536 - 882) / 44.1 for lead in LEADS]
    assert [ahead_ms(lead) for lead in LEADS] == pytest.approx(wanted)
