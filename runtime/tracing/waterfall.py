"""A picture of the usual cycle: one row a span, from the last context packet on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.playing.profile import SPANS, STAGES, SUMS
from sideman.runtime.tracing.trace import LoggedCycle

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STAGE, _OWN, _LATE, _INK = "#4e79a7", "#f28e2b", "#c0392b", "#333333"


@dataclass(frozen=True)
class Row:
    """One span over all cycles, in milliseconds.

    Attributes:
        span: its name.
        begin: median, counted from the last context packet; negative before it.
        lengths: of every cycle.
    """

    span: str
    begin: float
    lengths: NDArray[np.float64]

    @property
    def usual(self) -> float:
        """The median length."""
        return float(np.median(self.lengths))

    @property
    def most(self) -> float:
        """The length that 1 % exceed."""
        return float(np.percentile(self.lengths, 99))


def rows(cycles: Iterable[LoggedCycle]) -> tuple[Row, ...]:
    """The spans of these cycles in order; those whose place in time is not known are left out.

    Args:
        cycles: as a server's log has them.
    """
    placed = [cycle for cycle in cycles if "receive" in cycle.get("begins", ())]
    lasts = [1e-6 * c["begins"]["receive"] + 1e3 * c["seconds"]["receive"] for c in placed]
    found = []
    for span in SPANS:
        having = [
            (1e-6 * cycle["begins"][span] - last, 1e3 * cycle["seconds"][span])
            for cycle, last in zip(placed, lasts, strict=True)
            if span in cycle["begins"] and span not in SUMS
        ]
        if having:
            begins, lengths = np.array(having).T
            found.append(Row(span, float(np.median(begins)), lengths))
    return tuple(found)


def draw_waterfall(cycles: Sequence[LoggedCycle], file: Path, title: str) -> None:
    """Write the picture as PNG.

    A bar begins and ends where it does in the median; a line behind it tells how much longer it was
    in the slowest of 100 cycles. Nothing is drawn but the title where no cycle has times.

    Args:
        cycles: as a server's log has them.
        file: to write.
        title: what was measured.
    """
    # The object interface chooses no window system: pyplot would.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = rows(cycles)
    figure = Figure(figsize=(11, 1.9 + 0.4 * len(shown)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=10, color=_INK)
    axes = figure.subplots()
    if shown:
        _draw(axes, shown, len(cycles), min(cycle["deadline"] for cycle in cycles))
    else:
        axes.set_axis_off()
    figure.savefig(file)


def _figures(axes: Axes, place: float, usual: str, most: str) -> None:
    """Two figures at the right of a row, one below the other over all rows."""
    for at, text in ((1.07, usual), (1.16, most)):
        axes.annotate(
            text, (at, place), xycoords=("axes fraction", "data"), va="center", ha="right",
            fontsize=8.5, color=_INK, annotation_clip=False,
        )  # fmt: skip


def _draw(axes: Axes, shown: Sequence[Row], count: int, deadline: float) -> None:
    right = max(row.begin + max(row.usual, row.most) for row in shown)
    left = min(0.0, *(row.begin for row in shown))
    for place, row in enumerate(shown):
        colour = _STAGE if row.span in STAGES else _OWN
        end = row.begin + row.usual
        # At least a hair wide, so that a span of microseconds has its place, too.
        axes.barh(place, max(row.usual, 0.002 * right), 0.62, row.begin, color=colour, zorder=3)
        if row.most > row.usual:
            worst = row.begin + row.most
            axes.plot([end, worst], [place, place], color=colour, lw=1.6, alpha=0.6, zorder=2)
            axes.plot([worst], [place], "|", color=colour, ms=9, mew=1.6, zorder=2)
        _figures(axes, place, f"{row.usual:,.2f}", f"{row.most:,.2f}")
    _figures(axes, -0.75, "median", "p99 [ms]")
    axes.axvline(0, color=_INK, lw=0.8, zorder=1)
    told = f"deadline {1e3 * deadline:.0f} ms"
    if 1e3 * deadline <= 1.5 * right:
        axes.axvline(1e3 * deadline, color=_LATE, lw=1.4, zorder=4)
        right = max(right, 1e3 * deadline)
        told += " (red)"
    else:
        # With all of the axis up to there, bars would be too short to be seen.
        told += ", which is beyond the right edge"
    axes.set_xlim(left - 0.02 * right, 1.02 * right)
    axes.set_yticks(range(len(shown)), [row.span for row in shown])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.grid(axis="x", color="#dddddd", lw=0.7, zorder=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("milliseconds since the last context packet")
    axes.set_title(
        f"median of {count} cycles, line to p99; blue: stages, orange: all else; {told}",
        loc="left", fontsize=9, color=_INK,
    )  # fmt: skip
