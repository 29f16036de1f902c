"""Figures of a benchmark for people and for machines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sideman.runtime.bench.measure import Result
from sideman.runtime.machine import describe_machine
from sideman.runtime.profile import MEANING, spreads

if TYPE_CHECKING:
    from rich.table import Table

_MEANING = {**MEANING, "round trip": "first packet sent to last stem packet back, at the client"}


def table(result: Result) -> Table:
    """p50, p95, p99 and maximum of every stage, in milliseconds."""
    from rich.table import Table

    plan = result.plan
    pace = "paced" if plan.paced else "back to back"
    memory = f", peak {result.peak_bytes / 2**20:,.0f} MiB" if result.peak_bytes else ""
    found = Table(
        title=f"{result.bundle}: {result.kind}, {result.evaluations} evaluations, "
        f"{', '.join(result.stems)}, r = {plan.r:g}, w = {plan.w}",
        caption=f"{result.engine}; {plan.cycles} cycles {pace}; a step lasts "
        f"{1000 * result.step_seconds:.0f} ms; loaded in {result.load_seconds:.1f} s{memory}",
    )
    found.add_column("ms")
    for name in ("p50", "p95", "p99", "max"):
        found.add_column(name, justify="right")
    found.add_column("from … to")
    for stage, spread in spreads(result.cycles).items():
        values = (spread.p50, spread.p95, spread.p99, spread.max)
        found.add_row(stage, *(f"{1000 * v:.1f}" for v in values), _MEANING[stage])
    return found


def as_json(result: Result) -> dict[str, Any]:
    """Everything that was measured, with machine, versions and git revision.

    Times are in seconds. `cycles` holds every single cycle.
    """
    plan = dataclasses.asdict(result.plan) | {"bundle": result.bundle}
    stages = {name: dataclasses.asdict(s) for name, s in spreads(result.cycles).items()}
    return {
        "bundle": result.bundle,
        "kind": result.kind,
        "stems": result.stems,
        "engine": result.engine,
        "evaluations": result.evaluations,
        "plan": plan,
        "load_seconds": result.load_seconds,
        "step_seconds": result.step_seconds,
        "peak_bytes": result.peak_bytes,
        "stages": stages,
        "cycles": [dict(cycle) for cycle in result.cycles],
        "machine": describe_machine(),
    }
