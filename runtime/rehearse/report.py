"""Figures of a rehearsal: tables on the terminal, and everything in latency.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from sideman.runtime.commandline.tables import stage_table
from sideman.runtime.playing import profile
from sideman.runtime.playing.profile import SPANS, Spread
from sideman.runtime.rehearse.judging import show_scores
from sideman.runtime.rehearse.record import ROUND_TRIP, Rehearsal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from sideman.runtime.listening.judge import Score
    from sideman.runtime.listening.truth import Chance

_MEANING = {ROUND_TRIP: "end of the step to last stem packet, as the client sees it"}


def spreads(rehearsal: Rehearsal) -> dict[str, Spread]:
    """Percentiles of every span that was measured, and of the round trip."""
    stages = [dict(zip(SPANS, row, strict=True)) for row in rehearsal.stages]
    trips = [{ROUND_TRIP: step.round_trip} for step in rehearsal.steps]
    return profile.spreads([*stages, *trips])


def describe_deadline(rehearsal: Rehearsal) -> str:
    """What the deadline of this regime is, in one line."""
    milliseconds = 1000 * rehearsal.deadline
    if rehearsal.placement.lead == 1:
        return f"deadline {milliseconds:.0f} ms: the answer's fade begins to play"
    return f"pace {milliseconds:.0f} ms: one answer a step (w ≤ 0 leaves no time to play in)"


def to_json(rehearsal: Rehearsal, machine: dict[str, object]) -> str:
    """All numbers, as JSON text.

    Args:
        rehearsal: what happened.
        machine: machine and versions.
    """
    clock_start = rehearsal.steps[0].due if rehearsal.steps else 0.0
    figures = {name: asdict(spread) for name, spread in spreads(rehearsal).items()}
    data = {
        "bundle": rehearsal.bundle,
        "trained": rehearsal.trained,
        "offline": rehearsal.offline,
        "options": rehearsal.options,
        "step_seconds": rehearsal.placement.step / rehearsal.sample_rate,
        "deadline_seconds": None if rehearsal.offline else rehearsal.deadline,
        "deadline": None if rehearsal.offline else describe_deadline(rehearsal),
        "counts": {"steps": rehearsal.placement.steps} if rehearsal.offline else rehearsal.counts,
        "seconds": figures,
        "cycles": [
            {span: number(value) for span, value in zip(SPANS, row, strict=True)}
            for row in rehearsal.stages
        ],
        "steps": [
            {
                "outcome": step.outcome(rehearsal.deadline),
                "due": number(step.due - clock_start),
                "burst": number(step.sent - step.due),
                "first_packet": number(step.first - step.due),
                "round_trip": number(step.round_trip),
            }
            for step in rehearsal.steps
        ],
        "late_seconds": rehearsal.late,
        "scores": _by_stem(rehearsal.scores),
        "chance": _by_stem(rehearsal.chance),
        "messages": dict(rehearsal.messages),
        "errors": rehearsal.errors,
        "stale_packets": rehearsal.stale_packets,
        "notes": rehearsal.notes,
        "machine": machine,
    }
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def _by_stem(scores: Mapping[str, Score | Chance]) -> dict[str, dict[str, float | None]]:
    return {
        stem: {name: number(value) for name, value in asdict(score).items()}
        for stem, score in scores.items()
    }


def number(value: float) -> float | None:
    """A figure for JSON, which knows no NaN and no infinity."""
    return float(value) if np.isfinite(value) else None


def show(rehearsal: Rehearsal, console: Console) -> None:
    """Print the table of stages, the counts, and how well it was played."""
    _show_figures(rehearsal, console)
    show_scores(rehearsal, console)


def _show_figures(rehearsal: Rehearsal, console: Console) -> None:
    deadline = None if rehearsal.offline else rehearsal.deadline
    console.print(stage_table(spreads(rehearsal), _MEANING, console.width, deadline))
    if rehearsal.offline:
        seconds = rehearsal.placement.step / rehearsal.sample_rate
        console.print(
            f"{rehearsal.placement.steps} steps of {seconds:.3f} s, without a clock: "
            "these figures say nothing about playing in time."
        )
        return
    console.print(f"{describe_deadline(rehearsal)}, counted from the end of the step.")
    counts = rehearsal.counts
    console.print(
        f"{counts['steps']} steps: "
        + ", ".join(f"{counts[name]} {name}" for name in counts if name != "steps")
        + "."
    )
    if counts["late"]:
        console.print(
            "A late answer stands at its place in the WAV; played live, that part was silent."
        )
    if rehearsal.stale_packets:
        console.print(
            f"{rehearsal.stale_packets} packets answered a step older than the one before the "
            "newest; clients ignore these."
        )
    for error in dict.fromkeys(rehearsal.errors):
        console.print(f"The server said: {error}", markup=False)
