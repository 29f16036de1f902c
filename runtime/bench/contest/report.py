"""A contest's figures for people and for machines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sideman.runtime.bench.contest.figures import CYCLE, MANY, Absent, Figures, Outcome
from sideman.runtime.bench.contest.rounds import Contest
from sideman.runtime.bench.contest.verdict import judge, names
from sideman.runtime.playing.profile import STAGES, spreads
from sideman.runtime.system.machine import describe_machine

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

#: Columns that the table may take, however narrow the terminal is.
_WIDE = 160


def show(contest: Contest, outcome: Outcome, console: Console) -> None:
    """Print who was timed, the table, who was not there, and which to use."""
    for each in _by_bundle(outcome):
        console.print(
            f"{each.bundle} ({each.contestant.bundle}): {each.evaluations} evaluations, "
            f"{', '.join(each.stems)} (r = {contest.r:g}, w = {contest.w})",
            markup=False,
        )
    for each in outcome.figures:
        grown = "" if each.grown_bytes is None else f", {each.grown_bytes / 2**20:,.0f} MiB more"
        console.print(
            f"  {each.name}: {each.line}; loaded in {each.load_seconds[0]:.1f} s{grown}",
            markup=False,
        )
    # A narrow terminal breaks the lines; figures that are cut off would tell nothing.
    console.width = max(console.width, _WIDE)
    console.print(_table(outcome))
    first = outcome.figures[0]
    pace = "paced" if contest.paced else "back to back"
    console.print(
        f"{len(first.cycles)} cycles of each, {pace}, in turn in one process, without a server. "
        f"Ratio: its cycle to that of {names(outcome.figures)[id(first)]} in the same round, "
        f"median (quartiles; the extremes of fewer than {MANY} rounds).{_compared(outcome)}",
        markup=False,
    )
    if any(each.yardstick for each in outcome.figures):
        console.print(
            "PyTorch runs the networks as they were trained, from the files that the bundle was "
            "exported from.",
            markup=False,
        )
    if any(each.tolerance is None for each in outcome.figures):
        console.print(
            "What 8 bits cost depends on the music: they are judged by their calibration "
            "('sideman inspect'), not by this noise.",
            markup=False,
        )
    for line in absent_lines(outcome.absent):
        console.print(f"Not here: {line}", markup=False)
    console.print(judge(outcome.figures).text, markup=False)


def _compared(outcome: Outcome) -> str:
    """What latents and sound are compared with; empty where nothing was."""
    named = names(outcome.figures)
    references = {each.reference for each in outcome.figures if each.compared}
    told = [
        f"{named[id(each)]} (computed in {each.precision})"
        for each in outcome.figures
        if each.contestant in references
    ]
    if not told:
        return ""
    return (
        f" Latents and sound: norm of the difference to those of {' or '.join(told)}, over that "
        "one's norm, in the worst cycle"
        + ("; the one of the same weights counts." if len(told) > 1 else ".")
    )


def absent_lines(absent: tuple[Absent, ...]) -> list[str]:
    """Who could not be timed and why; those with the same reason in one line."""
    reasons: dict[str, list[str]] = {}
    for each in absent:
        names = reasons.setdefault(" ".join(each.reason.split()), [])
        if each.contestant.runs_on not in names:
            names.append(each.contestant.runs_on)
    return [f"{', '.join(names)}: {reason}" for reason, names in reasons.items()]


def as_json(contest: Contest, outcome: Outcome) -> dict[str, Any]:
    """Everything that was measured, with machine, versions and git revision; times in seconds."""
    verdict = judge(outcome.figures)
    return {
        "contestants": [_figures_as_json(each) for each in outcome.figures],
        "absent": [
            {
                "bundle": str(each.contestant.bundle),
                "name": each.contestant.runs_on,
                "reason": each.reason,
            }
            for each in outcome.absent
        ],
        "verdict": {
            "bundle": str(verdict.chosen.contestant.bundle),
            "name": verdict.chosen.name,
            "text": verdict.text,
        },
        "plan": {
            "cycles": contest.cycles,
            "warm_up": contest.warm_up,
            "paced": contest.paced,
            "reloaded": outcome.reloaded,
            "r": contest.r,
            "w": contest.w,
            "fade": contest.fade,
            "seed": contest.seed,
        },
        "machine": describe_machine(),
    }


def _figures_as_json(each: Figures) -> dict[str, Any]:
    return {
        "bundle": str(each.contestant.bundle),
        "bundle_name": each.bundle,
        "name": each.name,
        "backend": None if each.yardstick else each.contestant.choice.name,
        "precision": each.precision,
        "engine": each.line,
        "yardstick": each.yardstick,
        "stems": each.stems,
        "evaluations": each.evaluations,
        "shortcuts": dataclasses.asdict(each.contestant.shortcuts),
        "load_seconds": each.load_seconds,
        "grown_bytes": each.grown_bytes,
        "deadline_seconds": each.deadline_seconds,
        "ratio": dataclasses.asdict(each.ratio),
        "compared": each.compared,
        "latent_error": each.latent_error,
        "sound_error": each.sound_error,
        "tolerance": each.tolerance,
        "keeps_bound": each.keeps_bound,
        "passed": each.passed,
        "stages": {name: dataclasses.asdict(s) for name, s in spreads(each.cycles).items()},
        "rounds": each.times,
        "cycles": [dict(cycle) for cycle in each.cycles],
    }


def _by_bundle(outcome: Outcome) -> list[Figures]:
    found: dict[object, Figures] = {}
    for each in outcome.figures:
        found.setdefault(each.contestant.bundle, each)
    return list(found.values())


def _table(outcome: Outcome) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    several = len(_by_bundle(outcome)) > 1
    table = Table(title="median milliseconds", title_justify="left", box=SIMPLE_HEAD)
    if several:
        table.add_column("bundle")
    table.add_column("with")
    for name in (*STAGES, CYCLE, "ratio", "latents", "sound"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in outcome.figures:
        cells = [each.contestant.bundle.name] if several else []
        cells.append(each.name)
        for span in (*STAGES, CYCLE):
            seconds = each.median(span)
            cells.append("" if seconds is None else f"{1000 * seconds:.1f}")
        cells.append(str(each.ratio))
        errors = (each.latent_error, each.sound_error)
        cells += [f"{error:.1e}" if each.compared else "" for error in errors]
        table.add_row(*cells)
    return table
