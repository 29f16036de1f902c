"""Rows of the page as HTML, and what the script is told of them."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from sideman.runtime.listen.cards import data_of_row, legend, row_section
from sideman.runtime.listen.html import page
from tests.runtime.listen.made_page import make_page


@pytest.fixture
def record(tmp_path: Path) -> dict:
    return make_page(tmp_path, ("bass", "drums"))


def section(record: dict) -> str:
    return unescape(" ".join(row_section(record, record["rows"][0]).split()))


def test_what_one_sound_would_clip_turns_all_of_its_row_down_and_says_so(record) -> None:
    before = data_of_row(record, record["rows"][0])
    assert {card["gain"] for card in before["cards"].values()} == {1.0}
    assert "quieter" not in section(record)
    # A model that blew up: its file was turned down to a quarter, its mix cancels by chance.
    loud = record["cells"][0]
    loud["sound"]["gain"] = 0.98 / 3.92
    found = data_of_row(record, record["rows"][0])
    assert found["cards"][loud["id"]]["gain"] == pytest.approx(1.0)
    others = [card["gain"] for name, card in found["cards"].items() if name != loud["id"]]
    assert others == pytest.approx([0.25] * len(others))
    assert found["context"]["gain"] == pytest.approx(0.25)
    assert "12.0 dB quieter, so that none clips: the loudest is plain, retrospective, alone." in (
        section(record)
    )
    # The other instrument stays as it is.
    assert data_of_row(record, record["rows"][1])["context"]["gain"] == 1.0
    loud["mix_peak"] = 7.84
    assert "18.1 dB quieter, so that none clips: the loudest is the mix with plain" in (
        section(record)
    )


def test_a_blind_test_wants_two_sounds(record) -> None:
    assert "blind-open" in section(record)
    record["cells"] = record["cells"][:1]
    assert "blind-open" in section(record)
    record["rows"][0]["truth"] = None
    assert "blind-open" not in section(record)


def test_what_the_figures_mean_can_be_read(record) -> None:
    told = legend(record)
    for title in ("level", "distance", "chord fit", "onset F"):
        assert f"<dt>{title}</dt>" in told
    assert "guitar" in told
    for each in (*record["rows"], *record["cells"]):
        each["figures"] = {"level": -20.0}
    assert "distance" not in legend(record)
    assert "<dt title" not in section(record)


def test_what_comes_by_chance_is_told_as_far_as_it_is_known(record) -> None:
    assert "fit 40% of the chords and strike with F = 0.20." in section(record)
    record["rows"][0]["chance"] = {"onset_f": 0.42}
    assert "would by chance strike with F = 0.42." in section(record)
    record["rows"][0]["chance"] = {}
    assert "by chance" not in section(record)


def test_every_instrument_is_linked_to(record) -> None:
    text = page(record)
    for row in record["rows"]:
        assert f'<a href="#{row["id"]}">{row["stem"]}</a>' in text
        assert f'id="{row["id"]}"' in text
