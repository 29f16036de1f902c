"""The short table that a run ends with."""

from __future__ import annotations

from collections.abc import Sequence

from tests.gpu.measuring.records import Record

#: Columns: heading, part, figure, how it is written.
COLUMNS = (
    ("parity", "parity", "worst", "{:.1e}"),
    ("p50 ms", "cycles", "p50_ms", "{:.2f}"),
    ("p99 ms", "cycles", "p99_ms", "{:.2f}"),
    ("encode", "cycles", "encode_ms", "{:.2f}"),
    ("step", "cycles", "step_ms", "{:.2f}"),
    ("decode", "cycles", "decode_ms", "{:.2f}"),
    ("x ours", "cycles", "ratio", "{:.2f}"),
    ("GPU MB", "cycles", "gpu_mb", "{:.0f}"),
    ("paused p50", "pauses", "p50_ms", "{:.2f}"),
    ("p99", "pauses", "p99_ms", "{:.2f}"),
    ("path p50", "path", "p50_ms", "{:.2f}"),
    ("cold s", "start", "cold_s", "{:.1f}"),
    ("warm s", "start", "warm_s", "{:.1f}"),
)
_EMPTY = "-"


def table(records: Sequence[Record]) -> str:
    """One line for each model and variant with figures, then why others are missing."""
    values = {(r.model, r.variant, r.part, r.figure): r for r in records if r.value is not None}
    rows = [["model", "variant", *(heading for heading, *_ in COLUMNS)]]
    for model, variant in dict.fromkeys((r.model, r.variant) for r in values.values()):
        cells = []
        for _, part, figure, form in COLUMNS:
            record = values.get((model, variant, part, figure))
            cells.append(_cell(record, form) if record else _EMPTY)
        if any(cell != _EMPTY for cell in cells):
            rows.append([model, variant, *cells])
    rows = _without_empty_columns(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index < 2 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    answers = [record.note for record in records if record.part == "rtx" and record.note]
    if answers:
        lines += ["", "TensorRT for RTX, asked directly:", *(f"  {line}" for line in answers)]
    missing = _missing(records)
    if missing:
        lines += ["", "Not measured:", *(f"  {line}" for line in missing)]
    return "\n".join(lines) + "\n"


def _missing(records: Sequence[Record]) -> list[str]:
    """Each reason once, with everything that it kept from being measured."""
    places: dict[tuple[str, str], list[str]] = {}
    for record in records:
        if record.value is None:
            place = f"{record.model} {record.part}"
            known = places.setdefault((record.variant, record.note), [])
            if place not in known:
                known.append(place)
    return [
        f"{variant} ({', '.join(where)}): {reason}" for (variant, reason), where in places.items()
    ]


def _cell(record: Record, form: str) -> str:
    assert record.value is not None
    text = form.format(record.value)
    # Of ratios the spread belongs to the figure.
    return f"{text} ({record.note})" if record.figure == "ratio" and record.note else text


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    kept = [
        index
        for index in range(len(rows[0]))
        if index < 2 or any(row[index] != _EMPTY for row in rows[1:])
    ]
    return [[row[index] for index in kept] for row in rows]
