"""Percentiles as a table on the terminal, the same for every command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sideman.runtime.playing.profile import MEANING, Spread

if TYPE_CHECKING:
    from rich.table import Table

#: Narrower than this the explanations would break every row into five lines.
_WIDE = 110


def stage_table(spreads: Mapping[str, Spread], meaning: Mapping[str, str], width: int) -> Table:
    """Percentiles, maximum and number of cycles of every span, in milliseconds.

    Args:
        spreads: seconds, by span.
        meaning: of spans that `profile.MEANING` does not know.
        width: columns of the terminal.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    explained = width >= _WIDE
    table = Table(title="milliseconds", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("stage")
    for name in ("p50", "p95", "p99", "max", "cycles"):
        table.add_column(name, justify="right")
    if explained:
        table.add_column("from … to")
    for span, spread in spreads.items():
        values = (spread.p50, spread.p95, spread.p99, spread.max)
        said = [(MEANING | dict(meaning))[span]] if explained else []
        table.add_row(span, *(f"{1000 * v:.2f}" for v in values), str(spread.count), *said)
    return table
