"""A trace of every cycle in the Trace Event Format, for ui.perfetto.dev and chrome://tracing.

The format: "Trace Event Format", Google, 2016. Complete events ("X") on one thread nest by their
times alone, so spans that may overlap lie on threads of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sideman.engine.disk import naming_a_full_disk, why_not_written
from sideman.engine.errors import SidemanError
from sideman.engine.files import write_whole
from sideman.runtime.playing.profile import MEANING

#: A cycle as `sideman.runtime.server.cycle_log.CycleLog.cycles` has it, or its JSON.
LoggedCycle = Mapping[str, Any]

_PROCESS = 1
#: Rows of the trace and the spans in them; the cycle itself contains those of its thread.
_ROWS = {
    1: ("context packets", ("receive",)),
    2: ("before the cycle", ("queue", "wake")),
    3: ("cycle thread", ("window", "encode", "step", "decode", "store", "send", "pace")),
}
_CYCLE_ROW = 3
#: What stands in place of stages that were replayed as one graph.
_GRAPH = "graph"


def write_trace(file: Path, cycles: Iterable[LoggedCycle], about: Mapping[str, Any]) -> None:
    """Write the trace of these cycles; the file is whole or absent.

    Args:
        file: where to, usually `.json`.
        cycles: in order; those whose times are not known are left out.
        about: what ran, for people.

    Raises:
        SidemanError: it cannot be written.
    """
    text = json.dumps(trace(cycles, about), separators=(",", ":")) + "\n"
    try:
        with naming_a_full_disk():
            write_whole(file, text)
    except OSError as error:
        raise SidemanError(
            f"--trace {file} cannot be written: {why_not_written(error)}."
        ) from error


def trace(cycles: Iterable[LoggedCycle], about: Mapping[str, Any]) -> dict[str, Any]:
    """The trace as JSON: times in microseconds since the first packet of the first cycle.

    Args:
        cycles: as `write_trace`.
        about: likewise.
    """
    placed = [cycle for cycle in cycles if {"wake", "pace"} <= set(cycle.get("begins", ()))]
    begin = min((min(cycle["begins"].values()) for cycle in placed), default=0)
    events = [_name("process_name", 0, "sideman")]
    events += [_name("thread_name", row, name) for row, (name, _) in _ROWS.items()]
    late = 0
    for cycle in placed:
        late += cycle["late"] > 0
        events += _events(cycle, begin, late)
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": dict(about)}


def _name(what: str, row: int, name: str) -> dict[str, Any]:
    return {"name": what, "ph": "M", "ts": 0, "pid": _PROCESS, "tid": row, "args": {"name": name}}


def _events(cycle: LoggedCycle, origin: int, late: int) -> list[dict[str, Any]]:
    """One cycle: itself, its spans, and two counters at its end."""
    seconds, begins = cycle["seconds"], cycle["begins"]
    bounds = {span: (begin, begin + round(1e9 * seconds[span])) for span, begin in begins.items()}
    taken, done = bounds["wake"][1], bounds["pace"][1]
    spent = {f"{span}_ms": round(1e3 * value, 3) for span, value in seconds.items()}
    about = {"step": cycle["batch_id"], "late_ms": round(1e3 * cycle["late"], 3), **spent}
    events = [_complete(f"step {cycle['batch_id']}", _CYCLE_ROW, taken, done, origin, about)]
    for row, (_, spans) in _ROWS.items():
        found = {span: bounds[span] for span in spans if span in bounds}
        if row == _CYCLE_ROW and {"window", "store"} <= set(found) and "step" not in found:
            found[_GRAPH] = bounds["window"][1], bounds["store"][0]
        limit = done if row == _CYCLE_ROW else bounds["pace"][0]
        # From the last to the first: none reaches into the one behind it, which it would by what
        # a device's clock differs from the processor's.
        for span, (begin, end) in sorted(found.items(), key=lambda item: item[1], reverse=True):
            ends, limit = min(end, limit), min(begin, limit)
            what = {"what": MEANING.get(span, "encode, step and decode, replayed as one graph")}
            events.append(_complete(span, row, limit, ends, origin, what))
    left = 1e3 * (cycle["deadline"] - (done - bounds["receive"][1]) / 1e9)
    for name, value in (("ms left to the deadline", round(left, 3)), ("late", late)):
        events.append(
            {
                "name": name,
                "ph": "C",
                "ts": (done - origin) / 1e3,
                "pid": _PROCESS,
                "tid": _CYCLE_ROW,
                "args": {name: value},
            }
        )
    return events


def _complete(
    name: str, row: int, begin: int, end: int, origin: int, about: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "cat": "cycle",
        "ph": "X",
        "ts": (begin - origin) / 1e3,
        "dur": max(0, end - begin) / 1e3,
        "pid": _PROCESS,
        "tid": row,
        "args": about,
    }
