from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.listening.truth import Chance, Truth

TRUTH = Truth(
    100,
    ((0, 4, 7), (9, 0, 4)),
    {"bass": (0, 250), "drums": (799,)},
    {"bass": Chance(chord_fit=0.25, onset_f=0.5)},
)


def test_a_piece_begins_again_after_its_bars() -> None:
    assert TRUTH.samples == 800
    assert TRUTH.chord(3) == TRUTH.chord(8) == (0, 4, 7)
    assert TRUTH.chord(4) == TRUTH.chord(15) == (9, 0, 4)
    assert TRUTH.onsets_between("bass", 0, 2000) == [0, 250, 800, 1050, 1600, 1850]
    assert TRUTH.onsets_between("bass", 250, 800) == [250]
    assert TRUTH.onsets_between("drums", 0, 799) == []


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "truth.json"
    file.write_text(TRUTH.to_json())
    assert Truth.read(file) == TRUTH


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"beat_samples": 1, "chords": 3, "onsets": {}}'])
def test_what_is_no_truth_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "truth.json"
    file.write_text(text)
    with pytest.raises(SidemanError, match=r"truth\.json"):
        Truth.read(file)
    with pytest.raises(SidemanError, match=r"missing\.json"):
        Truth.read(tmp_path / "missing.json")
