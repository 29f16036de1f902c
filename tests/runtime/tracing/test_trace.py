"""What is written is read by a reader of the format that knows nothing of the writer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.tracing.trace import trace, write_trace
from tests.runtime.tracing.cycles import made_cycles


def read(text: str) -> dict[int, list[dict]]:
    """Complete events by thread, in order, after every rule of the format has been checked."""
    document = json.loads(text)
    named, threads = set(), {}
    for event in document["traceEvents"]:
        assert {"name", "ph", "ts", "pid", "tid"} <= set(event)
        assert isinstance(event["ts"], (int, float))
        assert event["ts"] >= 0
        match event["ph"]:
            case "M":
                assert isinstance(event["args"]["name"], str)
                if event["name"] == "thread_name":
                    named.add(event["tid"])
            case "C":
                assert all(isinstance(value, (int, float)) for value in event["args"].values())
            case "X":
                assert event["dur"] >= 0
                threads.setdefault(event["tid"], []).append(event)
            case other:
                pytest.fail(f"no phase of this format: {other}")
    assert set(threads) <= named, "every thread has a name"
    for events in threads.values():
        check_nesting(events)
    return threads


def check_nesting(events: list[dict]) -> None:
    """On one thread, an event lies within another, or outside of it."""
    open_until: list[float] = []
    for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
        end = event["ts"] + event["dur"]
        while open_until and open_until[-1] <= event["ts"] + 1e-6:
            open_until.pop()
        assert not open_until or end <= open_until[-1] + 1e-6, event
        open_until.append(end)


def test_every_cycle_holds_its_spans_in_order(tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    write_trace(file, made_cycles(4), {"bundle": "made"})
    threads = read(file.read_text())
    assert len(threads) == 3
    steps = [event for event in threads[3] if event["name"].startswith("step ")]
    assert [event["name"] for event in steps] == [f"step {n}" for n in range(4)]
    first = [e["name"] for e in sorted(threads[3], key=lambda e: (e["ts"], -e["dur"]))][:8]
    assert first == ["step 0", "window", "encode", "step", "decode", "store", "send", "pace"]
    inner = next(event for event in threads[3] if event["name"] == "decode")
    assert inner["dur"] == pytest.approx(30_000)  # microseconds
    assert steps[0]["args"]["lock_ms"] == pytest.approx(0.2)
    assert list(tmp_path.iterdir()) == [file]


def test_counters_tell_the_deadline_and_what_was_late() -> None:
    cycles = made_cycles(2)
    cycles[1]["late"] = 0.25
    events = trace(cycles, {})["traceEvents"]
    counted = [event["args"] for event in events if event["ph"] == "C"]
    assert [value["late"] for value in counted if "late" in value] == [0, 1]
    left = next(value for value in counted if "late" not in value)
    assert left == {"ms left to the deadline": pytest.approx(1_480 - 67.3, abs=0.01)}


def test_a_device_whose_clock_runs_ahead_breaks_no_nesting() -> None:
    cycles = made_cycles(1)
    cycles[0]["seconds"]["decode"] += 0.001  # one more millisecond than there was
    read(json.dumps(trace(cycles, {})))


def test_stages_that_were_replayed_as_a_whole_are_one_span() -> None:
    cycles = made_cycles(1)
    for stage in ("encode", "step", "decode"):
        del cycles[0]["seconds"][stage], cycles[0]["begins"][stage]
    threads = read(json.dumps(trace(cycles, {})))
    graph = next(event for event in threads[3] if event["name"] == "graph")
    assert graph["dur"] == pytest.approx(60_000)


def test_cycles_without_times_are_left_out() -> None:
    cycle = {"batch_id": 1, "seconds": {"path": 0.1}, "late": 0.0}
    assert not [e for e in trace([cycle], {})["traceEvents"] if e["ph"] == "X"]


def test_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SidemanError, match=r"--trace .*cannot be written"):
        write_trace(tmp_path, made_cycles(1), {})
