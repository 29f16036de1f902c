"""Percentiles as a table on the terminal, the same for every command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sideman.runtime.playing.profile import MEANING, Spread

if TYPE_CHECKING:
    from rich.table import Table

#: Narrower than this the explanations would break every row into five lines.
_WIDE = 110


def stage_table(
    spreads: Mapping[str, Spread],
    meaning: Mapping[str, str],
    width: int,
    deadline: float | None = None,
) -> Table:
    """Percentiles, maximum and number of cycles of every span, in milliseconds.

    Args:
        spreads: seconds, by span.
        meaning: of spans that `profile.MEANING` does not know.
        width: columns of the terminal.
        deadline: seconds that a reply may take; the share of it that p99 is has a column then.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    explained = width >= _WIDE
    title = "milliseconds"
    if deadline is not None:
        title += f"; share: p99 of the deadline of {1000 * deadline:.0f} ms"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("stage")
    for name in ("p50", "p95", "p99", "max", "cycles"):
        table.add_column(name, justify="right")
    if deadline is not None:
        table.add_column("share", justify="right")
    if explained:
        table.add_column("from … to")
    for span, spread in spreads.items():
        values = (spread.p50, spread.p95, spread.p99, spread.max)
        said = [(MEANING | dict(meaning))[span]] if explained else []
        figures = [f"{1000 * value:.2f}" for value in values]
        share = [] if deadline is None else [f"{100 * spread.p99 / deadline:.1f}%"]
        table.add_row(span, *figures, str(spread.count), *share, *said)
    return table
