"""Tables and picture of what `measure_lead` found."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sideman.runtime.listening.truth import SAMPLE_RATE
from tests.runtime.lead_play import placed

LEADS = (1, 2, 4, 8, 16)
#: Masks that the published models were trained with.
PUBLISHED = (0, 16, 32)
#: How many other songs give the score of chance.
CHANCE_OTHERS = 32
#: Plays for which nothing was decoded before what is needed.
BEFORE = "nothing decoded before"
#: Names of `score_bounds`.
_CHANCE = "other songs' stems"
_SCORES = (
    ("bass", "chord_fit", "bass: share of beats that fit the chord"),
    ("bass", "onset_f", "bass: notes struck in time (onset F, 50 ms)"),
    ("drums", "onset_f", "drums: strokes in time (onset F, 50 ms)"),
)
_LEVELS = tuple(
    (stem, "level_over_own", f"{stem}: level over its own") for stem in ("bass", "drums")
)
_COLOURS = {1: "#b07aa1", 2: "#4e79a7", 4: "#59a14f", 8: "#f28e2b", 16: "#e15759"}

#: By mask (or `BEFORE`), stem, step and lead, the plays of all songs.
Points = dict[tuple[str, str, int, int], list[dict[str, Any]]]


def write_report(
    out: Path, lines: list[dict[str, Any]], bounds: dict[str, Any], machine: dict[str, object]
) -> None:
    """Write scores.json, table.md and look-ahead.png.

    Args:
        out: folder.
        lines: of plays.jsonl.
        bounds: scores by who plays and stem; levels are over the stem's own.
        machine: that it was measured on.
    """
    points: Points = defaultdict(list)
    for line in lines:
        play = line["play"]
        kind = BEFORE if play.get("before") else play["mask"]
        points[kind, play["stem"], play["step"], play["lead"]].append(line)
    data = {
        "overlap_samples": placed(1, 1).overlap,
        "bounds": bounds,
        "points": [
            dict(zip(("kind", "stem", "step", "lead"), key, strict=True))
            | {"ahead_ms": ahead_ms(key[3]), "hidden_columns": rows[0]["hidden_columns"]}
            | {"songs": sorted(row["play"]["song"] for row in rows)}
            | {"seconds_judged": sum(row["seconds_judged"] for row in rows)}
            | {
                name: spread(rows, name)
                for name in ("chord_fit", "onset_f", "level_over_own", "step_and_decode_ms")
            }
            for key, rows in sorted(points.items())
        ],
        "machine": machine,
    }
    (out / "scores.json").write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", "utf-8")
    (out / "table.md").write_text(to_markdown(points, bounds), "utf-8")
    draw(points, bounds, out / "look-ahead.png")


def ahead_ms(lead: int) -> float:
    """Milliseconds from the end of what is known to the first sample of its answer."""
    return 1e3 * placed(1, lead).ahead / SAMPLE_RATE


def step_ms(step: int) -> float:
    """Milliseconds of a step."""
    return 1e3 * placed(step, 1).step_samples / SAMPLE_RATE


def longest_cycle_ms(step: int, lead: int) -> float:
    """Milliseconds in which a cycle has to be computed and sent: in time, and keeping pace."""
    return min(ahead_ms(lead), step_ms(step))


def longest_wait_ms(step: int, lead: int) -> float:
    """Milliseconds until what is played just after a boundary can be answered."""
    return step_ms(step) + ahead_ms(lead)


def spread(rows: list[dict[str, Any]], name: str) -> dict[str, float] | None:
    """Mean over songs, lowest and highest; None where the score does not apply."""
    values = [row[name] for row in rows]
    if None in values:
        return None
    return {"mean": float(np.mean(values)), "lowest": min(values), "highest": max(values)}


def to_markdown(points: Points, bounds: dict[str, Any]) -> str:
    """A table of each score, and of what each step takes."""
    steps = sorted({key[2] for key in points})
    lines = ["| step | ms | cycles a second |", "| --- | --- | --- |"]
    lines += [f"| {k} | {step_ms(k):.0f} | {1e3 / step_ms(k):.1f} |" for k in steps]
    for title, figure in (
        ("A cycle, with the network, may take at most so many ms", longest_cycle_ms),
        ("What is played is answered after at most so many ms", longest_wait_ms),
    ):
        lines += ["", f"{title}:", "", *_head(steps)]
        for lead in LEADS:
            cells = [f"{figure(k, lead):.0f}" for k in steps]
            lines.append(f"| {lead} | {ahead_ms(lead):.0f} ms | {' | '.join(cells)} |")
    for stem, name, title in (*_SCORES, *_LEVELS):
        lines += ["", f"{title}{_by_chance(bounds, stem, name)}:", ""]
        lines += _head(steps)
        for lead in LEADS:
            cells = [_cell(whole(points, stem, k, lead), name) for k in steps]
            lines.append(f"| {lead} | {ahead_ms(lead):.0f} ms | {' | '.join(cells)} |")
    lines += ["", *_fewer(points, steps)]
    lines += ["", *_compare(points, "published", ("chord_fit", "onset_f"))]
    lines += ["", *_compare(points, BEFORE, ("onset_f", "level_over_own"))]
    return "\n".join(lines) + "\n"


def whole(points: Points, stem: str, step: int, lead: int) -> list[dict[str, Any]]:
    """Plays of a point, if it has all songs that any has: means of other songs say nothing."""
    rows = points.get(("exact", stem, step, lead), [])
    return rows if len(rows) == max(map(len, points.values())) else []


def _fewer(points: Points, steps: list[int]) -> list[str]:
    """Points with fewer songs, beside the other steps with the same songs."""
    columns = ("stem", "lead", "songs", "score", *(f"step {k}" for k in steps))
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for kind, stem, step, lead in sorted(points):
        if kind != "exact" or whole(points, stem, step, lead):
            continue
        songs = {row["play"]["song"] for row in points[kind, stem, step, lead]}
        for _, name, _ in (each for each in _SCORES if each[0] == stem):
            cells = [str(each) for each in (stem, lead, len(songs), name)]
            for k in steps:
                rows = points.get((kind, stem, k, lead), [])
                cells.append(_cell([r for r in rows if r["play"]["song"] in songs], name))
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _compare(points: Points, kind: str, names: tuple[str, ...]) -> list[str]:
    """What is usual beside what is not, with the same songs on both sides."""
    columns = ["stem", "step", "lead", "songs", "not known", "hidden"]
    columns += [f"{name}{side}" for name in names for side in ("", f", {kind}")]
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for key in sorted(key for key in points if key[0] == kind):
        rows, usual = points[key], points["exact", *key[1:]]
        songs = {row["play"]["song"] for row in rows}
        usual = [row for row in usual if row["play"]["song"] in songs]
        cells = [*map(str, (*key[1:], len(songs)))]
        cells += [*(str(side[0]["hidden_columns"]) for side in (usual, rows))]
        cells += [_cell(side, name) for name in names for side in (usual, rows)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _head(steps: list[int]) -> list[str]:
    columns = ("lead", "ahead", *(f"step {k}" for k in steps))
    return [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]


def _by_chance(bounds: dict[str, Any], stem: str, name: str) -> str:
    return f" (by chance {bounds[_CHANCE][stem][name]:.2f})" if name in _bounded() else ""


def _bounded() -> set[str]:
    return {name for _, name, _ in _SCORES}


def _cell(rows: list[dict[str, Any]] | None, name: str) -> str:
    if not rows:
        return ""
    found = spread(rows, name)
    assert found is not None
    if name not in _bounded():
        return f"{found['mean']:+.1f} dB"
    if len(rows) == 1:
        return f"{found['mean']:.2f}"
    low, high = (f"{found[end]:.2f}" for end in ("lowest", "highest"))
    return f"{found['mean']:.2f} ({low} to {high})"


def draw(points: Points, bounds: dict[str, Any], path: Path) -> None:
    """Scores over how far ahead the band plays, a line for each step."""
    figure = Figure(figsize=(13, 5.2), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        "How well the demonstration's model plays, by how far ahead of what it knows it plays",
        fontsize=12,
    )
    steps = sorted({key[2] for key in points})
    for axes, (stem, name, title) in zip(figure.subplots(1, 3, sharey=True), _SCORES, strict=True):
        for k in steps:
            leads = [lead for lead in LEADS if whole(points, stem, k, lead)]
            if not leads:
                continue
            found = [spread(whole(points, stem, k, lead), name) for lead in leads]
            songs = len(whole(points, stem, k, leads[0]))
            axes.plot(
                [ahead_ms(lead) for lead in leads],
                [score["mean"] for score in found if score is not None],
                marker="o",
                ms=5,
                lw=1.6,
                color=_COLOURS[k],
                label=f"step {k}: {step_ms(k):.0f} ms, {1e3 / step_ms(k):.1f} cycles a second "
                f"({songs} songs)",
            )
        chance = bounds[_CHANCE][stem][name]
        axes.axhline(chance, color="#555555", ls="--", lw=1)
        axes.annotate(
            f"by chance {chance:.2f}", (ahead_ms(LEADS[-1]), chance), (0, 4),
            textcoords="offset points", ha="right", fontsize=8, color="#555555",
        )  # fmt: skip
        axes.set_xscale("log")
        axes.set_xticks(
            [ahead_ms(lead) for lead in LEADS],
            [f"{ahead_ms(lead):.0f} ms\nlead {lead}" for lead in LEADS],
        )
        axes.minorticks_off()
        axes.set_ylim(0.2, 1.02)
        axes.grid(alpha=0.3)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("← closer: answers sooner     further ahead: more time →", fontsize=9)
    figure.axes[0].set_ylabel("score (1 is perfect)")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    figure.savefig(path)
