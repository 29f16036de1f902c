"""Figures of a made-up measurement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from sideman.runtime.bench.measure import Benchmark, Result
from sideman.runtime.bench.report import as_json, show
from sideman.runtime.playing.profile import SPANS


def made(**fields) -> Result:
    cycles = tuple(
        {**dict.fromkeys(SPANS, 0.010 * number), "round trip": 0.020 * number}
        for number in range(1, 102)
    )
    defaults = {
        "benchmark": Benchmark(Path("some/bundle"), cycles=101),
        "bundle": "tiny [x]",
        "kind": "diffusion",
        "trained": True,
        "stems": ("bass",),
        "engine": "a library, 3 threads",
        "execution": "",
        "stages": (),
        "evaluations": 16,
        "load_seconds": 4.25,
        "step_seconds": 1.5,
        "deadline_seconds": 1.48,
        "cycles": cycles,
        "late": 7,
        "peak_bytes": 2**30,
    }
    return Result(**(defaults | fields))


def printed(result: Result, width: int = 160) -> str:
    console = Console(width=width, record=True, highlight=False)
    show(result, console)
    return console.export_text()


def test_the_table_has_every_stage_and_what_it_was_measured_with() -> None:
    text = printed(made())
    for name in (*SPANS, "round trip", "p50", "p95", "p99", "max"):
        assert name in text
    row = next(line.split() for line in text.splitlines() if line.split()[:1] == ["encode"])
    assert row[1:7] == ["510.00", "960.00", "1000.00", "1010.00", "101", "67.6%"]
    for said in ("tiny [x]", "diffusion", "16 evaluations", "a library, 3 threads", "1,024 MiB"):
        assert said in text
    assert "7 of them later" in text
    assert "untrained" not in text
    assert "untrained" in printed(made(trained=False))


def test_stages_that_were_timed_apart_have_a_table_of_their_own() -> None:
    whole = tuple({"cycle": 0.020, "path": 0.021} for _ in range(3))
    apart = tuple({"encode": 0.002, "step": 0.011, "decode": 0.004} for _ in range(3))
    result = made(cycles=whole, stages=apart, execution="the whole cycle as one CUDA graph")
    text = printed(result)
    assert "Each cycle: the whole cycle as one CUDA graph." in text
    first, second = text.split("in separate cycles without a graph:")
    assert not [line for line in first.splitlines() if line.split()[:1] == ["encode"]]
    rows = {line.split()[0]: line.split() for line in second.splitlines() if line.strip()}
    assert "path" not in rows
    assert rows["step"][1:6] == ["11.00", "11.00", "11.00", "11.00", "3"]
    data = as_json(result)
    assert data["separate_stages"]["decode"]["p50"] == pytest.approx(0.004)
    assert data["execution"] == "the whole cycle as one CUDA graph"
    assert "separate cycles" not in printed(made())


def test_a_narrow_terminal_breaks_no_row() -> None:
    lines = printed(made(), width=70).splitlines()
    table = lines[next(i for i, line in enumerate(lines) if "p50" in line) :]
    assert all(any(stage in "\n".join(table) for stage in [s]) for s in SPANS)
    assert max(map(len, table[: len(SPANS) + 3])) <= 70


def test_the_json_has_figures_machine_versions_and_revision() -> None:
    data = json.loads(json.dumps(as_json(made()), allow_nan=False))
    assert data["stages"]["path"] == {
        "p50": pytest.approx(0.51),
        "p95": pytest.approx(0.96),
        "p99": pytest.approx(1.0),
        "max": pytest.approx(1.01),
        "count": 101,
    }
    assert set(data["stages"]) == {*SPANS, "round trip"}
    assert len(data["cycles"]) == 101
    assert data["plan"]["bundle"] == str(Path("some/bundle"))
    assert (data["late"], data["trained"], data["peak_bytes"]) == (7, True, 2**30)
    assert {"system", "processor", "cores", "python", "versions", "git"} <= set(data["machine"])
    assert "numpy" in data["machine"]["versions"]
