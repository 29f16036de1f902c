"""The picture of a rehearsal: every cycle against its deadline, and what it spent its time on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sideman.runtime.playing.profile import SPANS, Spread
from sideman.runtime.rehearse.record import Rehearsal
from sideman.runtime.rehearse.report import describe_deadline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Spans that follow each other inside a step, from the bottom of the stack up.
_STACK = {"receive": "#bab0ac", "queue": "#76b7b2", "wake": "#e15759", "window": "#edc948",
          "encode": "#4e79a7", "step": "#f28e2b", "decode": "#59a14f", "store": "#9c755f",
          "send": "#b07aa1", "pace": "#d4b8cc"}  # fmt: skip


def draw(rehearsal: Rehearsal, path: Path) -> None:
    """Write the picture as PNG.

    The upper part shows each step's round trip and the server's path against the deadline; without
    a clock there is no deadline, and this part is left out. The lower part shows the spans of each
    cycle, stacked.

    Args:
        rehearsal: what happened.
        path: file to write.
    """
    # The object interface chooses no window system: pyplot would.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5 if rehearsal.offline else 9), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title(rehearsal), fontsize=10)
    if rehearsal.offline:
        _draw_stages(figure.subplots(), rehearsal, "cycle (no clock: steps follow each other)")
    else:
        above, below = figure.subplots(2, 1, sharex=True)
        _draw_deadline(above, rehearsal)
        _draw_stages(below, rehearsal, "step")
    figure.savefig(path)


def title(rehearsal: Rehearsal) -> str:
    """What was played and by what, for people; every option is in the JSON."""
    options, place = rehearsal.options, rehearsal.placement
    weights = "" if rehearsal.trained else " (untrained)"
    said = (
        f"{rehearsal.bundle}{weights} plays {', '.join(rehearsal.stems) or 'nothing'}: "
        f"{place.steps} steps of {place.step / rehearsal.sample_rate:.2f} s"
    )
    if "w" in options:
        said += f", w = {options['w']}"
    if "backend" in options:
        said += f", with {options['backend']}"
        # "auto" tells nobody anything.
        precision = options.get("precision", "auto")
        said += "" if precision == "auto" else f" in {precision}"
    if "shortcuts" in options:
        said += f", {options['shortcuts']}"
    return said


def _draw_deadline(axes: Axes, rehearsal: Rehearsal) -> None:
    numbers = np.arange(len(rehearsal.steps))
    round_trip = np.array([step.round_trip for step in rehearsal.steps])
    path = rehearsal.stages[:, SPANS.index("path")]
    limit = 1000 * rehearsal.deadline
    axes.axhline(limit, color="#e15759", label=describe_deadline(rehearsal))
    for values, colour, marker, name in (
        (round_trip, "#1f3d5c", "o", "round trip: end of step → last stem packet"),
        (path, "#f28e2b", ".", "path: last packet in → first packet out"),
    ):
        spread = Spread.of(values)
        label = f"{name}\n{spread or 'none'}"
        axes.plot(numbers, 1000 * values, marker=marker, color=colour, lw=0.8, label=label)
    unanswered = [i for i, step in enumerate(rehearsal.steps) if not step.complete]
    if unanswered:
        label = f"{len(unanswered)} dropped or lost"
        places = np.full(len(unanswered), limit)
        axes.plot(unanswered, places, "x", color="#e15759", ms=9, mew=2, label=label)
    axes.set_ylim(bottom=0, top=1.15 * max(limit, 1000 * np.nanmax([*round_trip, *path, 0.0])))
    axes.set_ylabel("time [ms]")
    axes.set_title("Every answer against its deadline", loc="left", fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False)


def _draw_stages(axes: Axes, rehearsal: Rehearsal, label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    places = np.arange(len(rehearsal.stages))
    bottom = np.zeros(len(places))
    for span, colour in _STACK.items():
        values = 1000 * np.nan_to_num(rehearsal.stages[:, SPANS.index(span)])
        spread = Spread.of(rehearsal.stages[:, SPANS.index(span)])
        if spread is None:
            continue
        axes.bar(places, values, 0.8, bottom, color=colour, label=f"{span}\n{spread}")
        bottom += values
    axes.set_xlabel(label)
    axes.set_ylabel("time [ms]")
    axes.set_title("What each cycle spent its time on", loc="left", fontsize=10)
    axes.grid(alpha=0.3, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if bottom.any():
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False, reverse=True
        )
