from __future__ import annotations

import json
import math

from sideman.export.demo.scoring.table import to_json, to_markdown
from sideman.export.demo.world.song import STEMS
from sideman.runtime.listening.judge import Score

CODEC = {
    "bass": {
        "si_sdr": -20.0,
        "log_spectral_distance": 2.5,
        "level": -1.0,
        "onset_f": 0.9,
        "chord_fit": 0.8,
    },
    "drums": {"si_sdr": -20.0, "log_spectral_distance": 2.5, "level": -1.0, "onset_f": 0.9},
}
SCORES = {stem: Score(math.nan if stem == "drums" else 0.75, 0.5, -3.0) for stem in STEMS}


def test_every_row_has_as_many_cells_as_the_head() -> None:
    text = to_markdown(CODEC, [("diffusion", SCORES), ("silence", SCORES)])
    for table in text.split("\n\n"):
        cells = {line.count("|") for line in table.strip().splitlines()}
        assert len(cells) == 1, table
    assert "| bass | -20.0 dB | 2.5 dB | -1.0 dB | 0.90 | 0.80 |" in text
    assert "| drums | -20.0 dB | 2.5 dB | -1.0 dB | 0.90 |  |" in text
    assert "| diffusion | 0.75 | 0.75 | 0.50 | 0.50 | 0.50 | 0.50 |" in text


def test_json_has_no_nan() -> None:
    silent = {**SCORES, "bass": Score(0.0, 0.0, -math.inf)}
    codec = {"bass": {**CODEC["bass"], "si_sdr": -math.inf}}
    data = json.loads(to_json(codec, [("one", silent)]), parse_constant=lambda name: 1 / 0)
    assert data["codec"]["bass"]["si_sdr"] is None
    assert data["played"]["one"]["drums"]["chord_fit"] is None
    assert data["played"]["one"]["bass"] == {"chord_fit": 0.0, "onset_f": 0.0, "level": None}
    assert "-inf dB" in to_markdown(CODEC, [("one", silent)])


def test_without_a_codec_there_is_one_table() -> None:
    text = to_markdown({}, [("one", SCORES)])
    assert text.startswith("| | bass chord fit")
    assert "\n\n" not in text
