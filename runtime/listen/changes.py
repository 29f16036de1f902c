"""The page's second table: what changed since an earlier page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from statistics import fmean
from typing import Any

from sideman.runtime.listen.cards import NAMES, format_figure, format_time
from sideman.runtime.listen.figures import FIGURES
from sideman.runtime.listen.live import busy
from sideman.runtime.playing.profile import Spread


def against_table(record: Mapping[str, Any]) -> str:
    """What changed since an earlier page; empty where none is compared."""
    against = record.get("against")
    if not against:
        return ""
    cells = [cell for cell in record["cells"] if "earlier" in cell]
    # Nobody wants columns of chords where none are known.
    told = [name for name in FIGURES if any(_both(name, cell) for cell in cells)]
    heads = "".join(f'<th scope="col">{NAMES[name][0]}</th>' for name in told)
    rows = "".join(_row(record, cell, told) for cell in cells)
    new, lost = against["new"], against["lost"]
    rest = f" {new} of this page's sounds have no counterpart there." if new else ""
    rest += f" {lost} of that page's sounds have none here." if lost else ""
    unlike = "".join(f"<li>{escape(each)}</li>" for each in against["differences"])
    table = f"""<div class="scroll" tabindex="0" role="region" aria-labelledby="against-title">
<table class="changes"><thead><tr><th scope="col">sound</th><th scope="col">model</th>{heads}
<th scope="col">cycle</th></tr></thead>
<tbody>{rows}</tbody>
<tfoot>{_means(cells, told)}</tfoot></table></div>
"""
    return f"""<section aria-labelledby="against-title">
<h2 id="against-title">Against an earlier page</h2>
<p>{against["paired"]} sounds are compared with those of “{escape(against["folder"])}”, made on
{escape(format_time(against["made"]))} on {escape(str(against["processor"]))}.{rest} The earlier
ones are on the cards of the new ones.</p>
{f"<p>Beside the models, this differs:</p><ul>{unlike}</ul>" if unlike else ""}
{table if cells else ""}</section>
"""


def _row(record: Mapping[str, Any], cell: Mapping[str, Any], told: Sequence[str]) -> str:
    row = next(row for row in record["rows"] if row["id"] == cell["row"])
    title = next(take["title"] for take in record["takes"] if take["id"] == row["take"])
    regime = next(each["name"] for each in record["regimes"] if each["id"] == cell["regime"])
    before = cell["earlier"]
    name = before["change"] or next(
        each["name"] for each in record["players"] if each["id"] == cell["player"]
    )
    own = [each for each in record["cells"] if each["player"] == cell["player"]]
    disturbed = before["disturbed"] or busy(cell, own)
    where = f'<br><span class="small">{escape(title)}</span>' if len(record["takes"]) > 1 else ""
    figures = "".join(_change(name, _both(name, cell)) for name in told)
    return (
        f'<tr><th scope="row">{escape(row["stem"])}, {escape(regime)}{where}</th>'
        f"<td>{escape(name)}</td>{figures}{_cycles(before, cell, disturbed)}</tr>"
    )


def _both(name: str, cell: Mapping[str, Any]) -> tuple[float, float] | None:
    """A figure before and now, where both are known."""
    before, after = cell["earlier"]["figures"], cell["figures"]
    return (before[name], after[name]) if name in before and name in after else None


def _change(name: str, both: tuple[float, float] | None) -> str:
    if both is None:
        return "<td>–</td>"
    was, now = (format_figure(name, each) for each in both)
    if was == now:
        return f'<td class="same">{now}</td>'
    # Both have the same unit: once is enough.
    unit = f" {FIGURES[name]}"
    return f"<td>{was.removesuffix(unit)} → {now}</td>"


def _cycles(before: Mapping[str, Any], cell: Mapping[str, Any], disturbed: bool) -> str:
    was, now = Spread.of(before["cycles"]), Spread.of(cell["cycles"])
    if not was or not now:
        return "<td>–</td>"
    told = ' <span class="small warn">on a busy machine</span>' if disturbed else ""
    return f"<td>{1000 * was.p50:,.0f} → {1000 * now.p50:,.0f} ms{told}</td>"


def _means(cells: Sequence[Mapping[str, Any]], told: Sequence[str]) -> str:
    figures = []
    for name in told:
        pairs = [both for cell in cells if (both := _both(name, cell))]
        was, now = (fmean(each) for each in zip(*pairs, strict=True))
        figures.append(_change(name, (was, now)))
    return (
        f'<tr><th scope="row">mean of all</th><td></td>{"".join(figures)}<td></td></tr>'
        if len(cells) > 1
        else ""
    )
