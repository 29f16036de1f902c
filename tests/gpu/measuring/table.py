"""The short table that a run ends with."""

from __future__ import annotations

from collections.abc import Sequence

from tests.gpu.measuring.records import BEYOND, Record

#: Columns: heading, part, figures that stand in one cell, how each is written.
COLUMNS = (
    ("parity e/s/d", "parity", ("encode", "step", "decode"), "{:.0e}"),
    ("cycle p50/p99 ms", "cycles", ("p50_ms", "p99_ms"), "{:.2f}"),
    ("encode", "cycles", ("encode_p50_ms", "encode_p99_ms"), "{:.2f}"),
    ("step", "cycles", ("step_p50_ms", "step_p99_ms"), "{:.2f}"),
    ("decode", "cycles", ("decode_p50_ms", "decode_p99_ms"), "{:.2f}"),
    ("x ours", "cycles", ("ratio",), "{:.2f}"),
    ("GPU MB", "cycles", ("gpu_mb",), "{:.0f}"),
    ("paused", "pauses", ("p50_ms", "p99_ms"), "{:.2f}"),
    ("path p50", "path", ("p50_ms",), "{:.2f}"),
    ("cold s", "start", ("cold_s",), "{:.1f}"),
    ("warm s", "start", ("warm_s",), "{:.1f}"),
)
_EMPTY = "-"


def table(records: Sequence[Record]) -> str:
    """One line for each model and variant with figures, then why others are missing."""
    values = {(r.model, r.variant, r.part, r.figure): r for r in records if r.value is not None}
    rows = [["model", "variant", *(heading for heading, *_ in COLUMNS)]]
    for model, variant in dict.fromkeys((r.model, r.variant) for r in values.values()):
        cells = []
        for _, part, figures, form in COLUMNS:
            found = [values.get((model, variant, part, figure)) for figure in figures]
            there = any(record is not None for record in found)
            cells.append("/".join(_cell(r, form) for r in found) if there else _EMPTY)
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
    wrong = [r for r in records if r.note.startswith(BEYOND)]
    if wrong:
        lines += ["", f"! {BEYOND}:"]
        lines += [f"  {r.model} {r.variant} {r.figure}{r.note.removeprefix(BEYOND)}" for r in wrong]
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


def _cell(record: Record | None, form: str) -> str:
    if record is None or record.value is None:
        return _EMPTY
    text = form.format(record.value)
    if record.note.startswith(BEYOND):
        return f"{text}!"
    # Of ratios the spread belongs to the figure.
    return f"{text} ({record.note})" if record.figure == "ratio" and record.note else text


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    kept = [
        index
        for index in range(len(rows[0]))
        if index < 2 or any(row[index] != _EMPTY for row in rows[1:])
    ]
    return [[row[index] for index in kept] for row in rows]
