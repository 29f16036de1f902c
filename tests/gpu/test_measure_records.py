"""Figures, ratios, records and table of a measurement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gpu.measuring.records import (
    Journal,
    Record,
    as_json,
    latest,
    ratios,
    read_records,
    spread_ms,
)
from tests.gpu.measuring.table import table

SECONDS = st.lists(st.floats(1e-4, 10), min_size=1, max_size=30)


def record(variant: str, part: str, figure: str, value: float | None, note: str = "") -> Record:
    return Record(part, "cd", variant, figure, value, note)


@given(SECONDS)
def test_percentiles_are_in_order_and_within_what_was_measured(seconds: list[float]) -> None:
    found = spread_ms(seconds)
    assert 1000 * min(seconds) <= found["p50_ms"] * (1 + 1e-9)
    assert found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert found["max_ms"] == pytest.approx(1000 * max(seconds))


@given(st.lists(SECONDS, min_size=1, max_size=8), st.floats(0.1, 10))
def test_a_ratio_is_how_many_times_as_long_theirs_took(
    rounds: list[list[float]], factor: float
) -> None:
    slower = [[factor * second for second in one] for one in rounds]
    assert ratios(rounds, slower) == pytest.approx([factor] * len(rounds))


def test_rounds_that_do_not_alternate_make_no_ratio() -> None:
    with pytest.raises(ValueError, match="1 and 2 rounds"):
        ratios([[1.0]], [[1.0], [1.0]])
    with pytest.raises(ValueError, match="0 and 0"):
        ratios([], [])


def test_records_survive_a_crash_in_the_middle_of_one(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    journal = Journal(path, "cycles", "cd")
    journal.note("ours", "p50_ms", 1.5)
    journal.miss("theirs", "no\n  GPU")
    with path.open("a") as file:
        file.write('{"part": "cyc')
    kept = read_records(path)
    assert kept == [
        record("ours", "cycles", "p50_ms", 1.5),
        record("theirs", "cycles", "", None, "no GPU"),
    ]
    assert read_records(tmp_path / "none") == []


def test_the_last_figure_counts_and_every_reason() -> None:
    records = [
        record("ours", "cycles", "p50_ms", 1.0),
        record("ours", "cycles", "", None, "first"),
        record("ours", "cycles", "p50_ms", 2.0),
        record("ours", "cycles", "", None, "second"),
    ]
    assert [(r.value, r.note) for r in latest(records)] == [
        (2.0, ""),
        (None, "first"),
        (None, "second"),
    ]


def test_the_table_has_a_line_for_what_was_measured_and_a_reason_for_the_rest() -> None:
    text = table(
        [
            record("tensorrt fp16", "cycles", "p50_ms", 12.345),
            record("tensorrt fp16", "cycles", "ratio", 1.0, "1.00-1.00"),
            record("tensorrt fp16", "parity", "encode", 0.0015),
            record("tensorrt fp16", "parity", "step", 0.5, "beyond the tolerance: next 5.0e-01"),
            record("pytorch-eager fp16", "cycles", "p50_ms", 50.0),
            record("pytorch-eager fp16", "cycles", "ratio", 4.05, "3.90-4.20"),
            record("tensorrt-rtx", "rtx", "answer_0", 0.0, "it lists no SM90"),
            record("tensorrt-rtx fp16", "cycles", "", None, "no such target"),
            record("tensorrt-rtx fp16", "start", "", None, "no such target"),
        ]
    )
    lines = text.splitlines()
    head = ["model", "variant", "parity", "e/s/d", "cycle", "p50/p99", "ms", "x", "ours"]
    assert lines[0].split() == head
    ours = ["cd", "tensorrt", "fp16", "2e-03/5e-01!/-", "12.35/-", "1.00", "(1.00-1.00)"]
    assert lines[2].split() == ours
    assert lines[3].split()[3:] == ["-", "50.00/-", "4.05", "(3.90-4.20)"]
    assert lines[lines.index("! beyond the tolerance:") + 1].split() == [
        "cd",
        "tensorrt",
        "fp16",
        "step:",
        "next",
        "5.0e-01",
    ]
    assert not any(line.startswith("cd     tensorrt-rtx") for line in lines)
    assert "  it lists no SM90" in lines
    assert lines[-1] == "  tensorrt-rtx fp16 (cd cycles, cd start): no such target"


def test_nothing_measured_is_still_a_table() -> None:
    assert "Not measured" in table([record("all", "cycles", "", None, "no time")])
    assert table([]).startswith("model")


def test_json_holds_everything() -> None:
    records = [record("ours", "cycles", "p50_ms", 1.5)]
    data = json.loads(as_json(records, {"gpu": "none"}))
    assert data["about"] == {"gpu": "none"}
    assert [Record(**one) for one in data["records"]] == records
