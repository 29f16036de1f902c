"""Figures of a benchmark for people and for machines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sideman.engine.cores import available_cores
from sideman.runtime.bench.advice import cores_needed, smallest_step
from sideman.runtime.bench.measure import Result
from sideman.runtime.commandline.tables import stage_table
from sideman.runtime.playing.profile import STAGES, spreads
from sideman.runtime.rehearse.record import ROUND_TRIP
from sideman.runtime.system.machine import describe_machine

if TYPE_CHECKING:
    from rich.console import Console

#: Backends that compute on the processor's cores.
_ON_CORES = ("onnxruntime", "openvino")
_MEANING = {ROUND_TRIP: "first packet sent to last stem packet back, at the client"}


def show(result: Result, console: Console) -> None:
    """Print what was measured, and percentiles of every stage in milliseconds."""
    asked = result.benchmark
    pace = "paced" if asked.paced else "back to back"
    memory = f", peak {result.peak_bytes / 2**20:,.0f} MiB" if result.peak_bytes else ""
    console.print(
        headline(result),
        markup=False,
    )
    for note in result.notes:
        console.print(note, markup=False)
    console.print(
        f"{result.engine}; loaded in {result.load_seconds:.1f} s{memory}",
        markup=False,
    )
    if result.execution:
        console.print(f"Each cycle: {result.execution}.", markup=False)
    console.print(
        stage_table(spreads(result.cycles), _MEANING, console.width, result.deadline_seconds)
    )
    if result.stages:
        console.print("The stages, timed on the device in separate cycles without a graph:")
        console.print(stage_table(spreads(result.stages), _MEANING, console.width))
    console.print(
        f"{asked.cycles} cycles {pace}, {result.late} of them later than a performance allows: "
        f"a step lasts {1000 * result.step_seconds:.0f} ms."
    )
    for line in advice(result):
        console.print(line, markup=False)


def advice(result: Result) -> list[str]:
    """What holds on this machine, in sentences; none where no step was tried."""
    if not result.tried:
        return []
    asked, found = result.benchmark, spreads(result.cycles)
    lines = [smallest_step(result.tried, found["overhead"].p99 + found["pace"].p99)]
    if asked.backend.name not in _ON_CORES or (result.published and not result.late):
        return lines
    measured = None
    if result.published:
        measured = {
            "seconds": sum(found[stage].p50 for stage in STAGES),
            "cores": asked.backend.threads or available_cores(),
            "evaluations": result.evaluations,
        }
    stems = len(result.stems)
    lines.append(
        cores_needed(r=asked.r, w=asked.w, fade=asked.fade, stems=stems, measured=measured)
    )
    return lines


def headline(result: Result) -> str:
    """What was measured, as one line."""
    untrained = "" if result.trained else ", untrained"
    return (
        f"{result.bundle}: {result.kind}{untrained}, {result.evaluations} evaluations, "
        f"{', '.join(result.stems)} (r = {result.benchmark.r:g}, w = {result.benchmark.w})"
    )


def about(result: Result) -> dict[str, Any]:
    """What was measured on what, for a trace: values that JSON knows."""
    return {
        "bundle": result.bundle,
        "stems": list(result.stems),
        "engine": result.engine,
        "r": result.benchmark.r,
        "w": result.benchmark.w,
        "machine": describe_machine(),
    }


def as_json(result: Result) -> dict[str, Any]:
    """Everything that was measured, with machine, versions and git revision.

    Times are in seconds. `cycles` holds every single cycle.
    """
    stages = {name: dataclasses.asdict(s) for name, s in spreads(result.cycles).items()}
    return {
        "bundle": result.bundle,
        "kind": result.kind,
        "trained": result.trained,
        "stems": result.stems,
        "engine": result.engine,
        "execution": result.execution,
        "evaluations": result.evaluations,
        "plan": dataclasses.asdict(result.benchmark) | {"bundle": str(result.benchmark.folder)},
        "load_seconds": result.load_seconds,
        "step_seconds": result.step_seconds,
        "deadline_seconds": result.deadline_seconds,
        "peak_bytes": result.peak_bytes,
        "late": result.late,
        "stages": stages,
        "separate_stages": {
            name: dataclasses.asdict(s) for name, s in spreads(result.stages).items()
        },
        "tried": [dataclasses.asdict(each) for each in result.tried],
        "cycles": [dict(cycle) for cycle in result.cycles],
        "machine": describe_machine(),
    }
