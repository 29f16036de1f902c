"""What was measured: flat records, one JSON object a line, written as soon as they are there."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

#: Begins the note of an error that is larger than may be.
BEYOND = "beyond the tolerance"


@dataclass(frozen=True)
class Record:
    """One figure, or why there is none.

    Attributes:
        part: which part of the run.
        model: which model.
        variant: what ran it.
        figure: what was measured, with its unit in the name ("p50_ms").
        value: None where it could not be measured.
        note: what is to be said of it; the reason where there is no value.
    """

    part: str
    model: str
    variant: str
    figure: str
    value: float | None
    note: str = ""


class Journal:
    """Appends records to a file, so that what is measured survives a crash.

    Args:
        path: of the file; its folder exists.
        part: of all records.
        model: of all records.
    """

    def __init__(self, path: Path, part: str, model: str) -> None:
        self._path = path
        self._part = part
        self._model = model

    def note(self, variant: str, figure: str, value: float | None, note: str = "") -> None:
        """Write a record to disk."""
        record = Record(self._part, self._model, variant, figure, value, note)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(record)) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def miss(self, variant: str, reason: str) -> None:
        """Write that there is no figure, and why."""
        self.note(variant, "", None, " ".join(reason.split()))


def read_records(path: Path) -> list[Record]:
    """All whole records of a file; a line that a crash cut short is left out."""
    records = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            records.append(Record(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return records


def latest(records: Sequence[Record]) -> list[Record]:
    """The last record of each figure; every reason for one that is missing."""
    found = {
        (r.part, r.model, r.variant, r.figure, "" if r.value is not None else r.note): r
        for r in records
    }
    return list(found.values())


def spread_ms(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and largest of seconds, in milliseconds, by name of figure.

    With fewer than 100 values the p99 lies between the two largest.
    """
    values = 1000 * np.asarray(seconds, np.float64)
    p50, p99 = np.percentile(values, (50, 99))
    return {"p50_ms": float(p50), "p99_ms": float(p99), "max_ms": float(values.max())}


def ratios(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> list[float]:
    """How many times as long as ours theirs took, in each round: medians of the same round.

    Args:
        ours: seconds of cycles, by round.
        theirs: likewise; the rounds alternated with ours.

    Raises:
        ValueError: the numbers of rounds differ, or there is none.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"{len(ours)} and {len(theirs)} rounds cannot be paired")
    return [float(np.median(b) / np.median(a)) for a, b in zip(ours, theirs, strict=True)]


def as_json(records: Sequence[Record], about: dict[str, Any]) -> str:
    """Everything as one JSON text.

    Args:
        records: what was measured.
        about: machine, versions and options.
    """
    return json.dumps(
        {"about": about, "records": [dataclasses.asdict(record) for record in records]}, indent=1
    )
