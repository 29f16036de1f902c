"""The page's tables: who could play live here, and what changed since an earlier page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from sideman.engine.loading.registry import ON_THE_CPU
from sideman.runtime.listen.cards import format_figure
from sideman.runtime.listen.figures import FIGURES
from sideman.runtime.playing.profile import Spread


def spread_of(record: Mapping[str, Any], player: str, regime: str | None = None) -> Spread | None:
    """Seconds of a player's cycles, of one regime or of all; None where none was played."""
    return Spread.of(
        seconds
        for cell in record["cells"]
        if cell["player"] == player and regime in (None, cell["regime"])
        for seconds in cell["cycles"]
    )


def verdict(spread: Spread, regime: Mapping[str, Any]) -> tuple[str, str]:
    """Whether a player could play live in a regime, on the machine that was measured.

    Args:
        spread: of its cycles there.
        regime: of the record.

    Returns:
        "yes", "no" or "never", and a sentence's worth of reasons.
    """
    took, pace = 1000 * spread.p95, 1000 * regime["step"]
    due = 1000 * regime["deadline"]
    if not regime["live"]:
        keeps = "keeps the pace" if took <= pace else "does not even keep the pace"
        return (
            "never",
            f"what it answers has begun to sound already; {took:.0f} ms {keeps} of {pace:.0f}",
        )
    if took > pace:
        return "no", f"{took:.0f} ms a cycle, a step lasts {pace:.0f}"
    return ("yes" if took <= due else "no"), f"{took:.0f} of {due:.0f} ms"


#: A process on the CPU works for at least this share of the time of its cycles, if it is let.
_AT_WORK = 0.7


def busy(record: Mapping[str, Any], player: str) -> bool:
    """Whether others kept the processor from a player for so long that its times say little.

    On a GPU, the processor waits: nothing is known then.
    """
    cells = [
        cell
        for cell in record["cells"]
        if cell["player"] == player and cell["backend"] in ON_THE_CPU
    ]
    took = sum(sum(cell["cycles"]) for cell in cells)
    return took > 0 and sum(cell["worked"] for cell in cells) < _AT_WORK * took


_WORDS = {"yes": "live", "no": "too slow", "never": "not live", "unsure": "not known"}


def player_table(record: Mapping[str, Any]) -> str:
    """Every player with its cycle time here, and every regime's deadline."""
    regimes = record["regimes"]
    heads = "".join(
        f'<th scope="col">{escape(r["name"])}<br><span class="small">{escape(r["meaning"])}</span>'
        "</th>"
        for r in regimes
    )
    rows = []
    for player in record["players"]:
        whole, disturbed = spread_of(record, player["id"]), busy(record, player["id"])
        cycle = "not played yet"
        if whole is not None:
            cycle = (
                f'{1000 * whole.p50:.0f} ms<br><span class="small">95 of 100 within '
                f"{1000 * whole.p95:.0f}</span>"
            )
            if disturbed:
                cycle += '<br><span class="small warn">measured on a busy machine: too long</span>'
        cells = []
        for regime in regimes:
            spread = spread_of(record, player["id"], regime["id"])
            if spread is None:
                cells.append("<td>–</td>")
                continue
            word, why = verdict(spread, regime)
            if word == "no" and disturbed:
                word, why = "unsure", f"{why}, on a busy machine"
            cells.append(
                f'<td class="{word}"><strong>{_WORDS[word]}</strong><br>'
                f'<span class="small">{escape(why)}</span></td>'
            )
        trained = "" if player["trained"] else ", random weights: noise, not music"
        rows.append(
            f'<tr><th scope="row">{escape(player["name"])}<br><span class="small">'
            f"{escape(player['kind'])}, {escape(player['precision'])}, "
            f"{player['evaluations']} evaluations{trained}<br>{escape(player['runs_on'])}</span>"
            f"</th><td>{cycle}</td>{''.join(cells)}</tr>"
        )
    machines = sorted({cell["processor"] for cell in record["cells"]})
    where = " and ".join(machines) or record["machine"]["processor"]
    return f"""<section aria-labelledby="live-title">
<h2 id="live-title">What could be played live here</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="live-title"><table>
<thead><tr><th scope="col">model</th><th scope="col">cycle, one stem</th>{heads}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></div>
<p class="small">Measured while this page was made, on {escape(where)}, one stem at a time: more
stems take longer, and network and client come on top. Live means that 95 of 100 cycles end before
their sound is due, and that a cycle is no longer than a step.</p></section>
"""


def against_table(record: Mapping[str, Any]) -> str:
    """What changed since an earlier page; empty where none is compared."""
    against = record.get("against")
    if not against:
        return ""
    players = {player["id"]: player["name"] for player in record["players"]}
    regimes = {regime["id"]: regime["name"] for regime in record["regimes"]}
    stems = {row["id"]: row["stem"] for row in record["rows"]}
    titles = {take["id"]: take["title"] for take in record["takes"]}
    takes = {row["id"]: titles[row["take"]] for row in record["rows"]}
    rows = []
    for cell in record["cells"]:
        if "earlier" not in cell:
            continue
        before = cell["earlier"]
        changes = "".join(
            f"<td>{_change(name, before['figures'], cell['figures'])}</td>" for name in FIGURES
        )
        was, now = Spread.of(before["cycles"]), Spread.of(cell["cycles"])
        cycle = f"{1000 * was.p50:.0f} → {1000 * now.p50:.0f} ms" if was and now else "–"
        name = players[cell["player"]]
        if before["name"] != name:
            name = f"{before['name']} → {name}"
        rows.append(
            f'<tr><th scope="row">{escape(takes[cell["row"]])}: {escape(stems[cell["row"]])}, '
            f"{escape(name)}, {escape(regimes[cell['regime']])}</th>{changes}<td>{cycle}</td></tr>"
        )
    left = len(record["cells"]) - against["paired"]
    rest = f" {left} of this page's sounds have no counterpart there." if left else ""
    lost = against["there"] - against["paired"]
    rest += f" {lost} of that page's have none here." if lost else ""
    return f"""<section aria-labelledby="against-title">
<h2 id="against-title">Against an earlier page</h2>
<p>{against["paired"]} sounds are compared with those of {escape(against["folder"])}, made on
{escape(against["made"])} on {escape(str(against["processor"]))}.{rest}</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="against-title"><table>
<thead><tr><th scope="col">sound</th><th scope="col">level</th><th scope="col">distance</th>
<th scope="col">chord fit</th><th scope="col">onset F</th><th scope="col">cycle</th></tr></thead>
<tbody>{"".join(rows)}</tbody></table></div></section>
"""


def _change(name: str, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    if name not in before or name not in after:
        return "–"
    was, now = (format_figure(name, each[name]) for each in (before, after))
    return now if was == now else f"{was} → {now}"
