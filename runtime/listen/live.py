"""The page's first table: who could play live here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from sideman.engine.loading.registry import ON_THE_CPU
from sideman.runtime.playing.profile import Spread
from sideman.runtime.system.waiting import MUCH

#: Where waiting is not known: who is not disturbed works for at least this share of the time that
#: the same player worked when it worked most, and of one processor's.
_AT_WORK = 0.7


def busy(cell: Mapping[str, Any], others: Iterable[Mapping[str, Any]] = ()) -> bool:
    """Whether others kept the processor from a sound's cycles for so long that these say little.

    On a GPU, the processor waits: nothing is known then.

    Args:
        cell: of the record.
        others: of the same player, to compare with where the system does not tell who waited.
    """
    if cell["backend"] not in ON_THE_CPU:
        return False
    if cell.get("waited") is not None:
        return bool(cell["waited"] > MUCH * cell["worked"])
    most = max([1.0, *(each["worked"] / sum(each["cycles"]) for each in others)])
    return bool(cell["worked"] < _AT_WORK * most * sum(cell["cycles"]))


def measured(
    record: Mapping[str, Any], player: str, regime: str | None = None
) -> tuple[Spread | None, bool]:
    """Seconds of a player's cycles, in one regime or in all.

    Those that others disturbed do not count where there are some that nobody did.

    Args:
        record: of the page.
        player: its id.
        regime: its id; None takes all.

    Returns:
        None where nothing was played; and whether all were disturbed.
    """
    own = [cell for cell in record["cells"] if cell["player"] == player]
    cells = [cell for cell in own if regime in (None, cell["regime"])]
    fair = [cell for cell in cells if not busy(cell, own)]
    spread = Spread.of(seconds for cell in fair or cells for seconds in cell["cycles"])
    return spread, bool(cells) and not fair


def verdict(spread: Spread, regime: Mapping[str, Any], disturbed: bool = False) -> tuple[str, str]:
    """Whether a player could play live in a regime, on the machine that was measured.

    Args:
        spread: of its cycles there.
        regime: of the record.
        disturbed: whether they were measured on a busy machine, which proves nobody too slow.

    Returns:
        "yes", "no", "never" or "unsure", and a sentence's worth of reasons.
    """
    took, pace = _milliseconds(spread.p95), _milliseconds(regime["step"])
    slow, late = spread.p95 > regime["step"], spread.p95 > regime["deadline"]
    aside = " on a busy machine" if disturbed else ""
    if not regime["live"]:
        if not slow:
            return "never", f"{took} a cycle, which keeps the pace"
        if disturbed:
            return "never", f"{took} a cycle{aside}: whether it keeps the pace is not known"
        return "never", f"{took} a cycle, which does not even keep the pace of {pace}"
    if not (slow or late):
        return "yes", f"{took} a cycle"
    why = f"{took} a cycle{aside}" + (f", and a step lasts {pace}" if slow else "")
    return ("unsure" if disturbed else "no"), why


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


_WORDS = {"yes": "live", "no": "too slow", "never": "not live", "unsure": "not known"}


def player_table(record: Mapping[str, Any]) -> str:
    """Every player with its cycle time here, and every regime's deadline."""
    regimes = record["regimes"]
    heads = "".join(f'<th scope="col">{_regime_head(regime)}</th>' for regime in regimes)
    rows = []
    for player in record["players"]:
        cells = "".join(_live_cell(record, player, regime) for regime in regimes)
        trained = "" if player["trained"] else ", random weights: noise, not music"
        rows.append(
            f'<tr><th scope="row">{escape(player["name"])}<br><span class="small">'
            f"{escape(player['kind'])}, {escape(player['precision'])}, "
            f"{player['evaluations']} evaluations{trained}<br>{escape(player['runs_on'])}</span>"
            f"</th><td>{_cycle_time(record, player)}</td>{cells}</tr>"
        )
    machines = sorted({cell["processor"] for cell in record["cells"]})
    where = " and ".join(machines) or record["machine"]["processor"]
    steps = " or ".join(sorted({_milliseconds(regime["step"]) for regime in regimes}))
    return f"""<section aria-labelledby="live-title">
<h2 id="live-title">What could be played live here</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="live-title"><table class="live">
<thead><tr><th scope="col">model</th><th scope="col">cycle, one stem</th>{heads}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></div>
<p class="small">A step lasts {steps}, and each step is answered by a cycle. Live means that 95 of
100 cycles end before their sound is due, and none of these is longer than a step. Measured while
this page was made, on {escape(where)}, one stem at a time: more stems take longer, and network and
client come on top. Sounds that other programs disturbed count only where there are no others.</p>
</section>
"""


def _regime_head(regime: Mapping[str, Any]) -> str:
    due = (
        f"due within {_milliseconds(regime['deadline'])}"
        if regime["live"]
        else "due at once: what it answers sounds already"
    )
    return (
        f'{escape(regime["name"])}<br><span class="small">{escape(regime["meaning"])}<br>{due}'
        "</span>"
    )


def _cycle_time(record: Mapping[str, Any], player: Mapping[str, Any]) -> str:
    spread, disturbed = measured(record, player["id"])
    if spread is None:
        return "not played yet"
    told = (
        f"{_milliseconds(spread.p50)}<br>"
        f'<span class="small">95 of 100 within {_milliseconds(spread.p95)}</span>'
    )
    if disturbed:
        told += '<br><span class="small warn">measured on a busy machine: too long</span>'
    return told


def _live_cell(
    record: Mapping[str, Any], player: Mapping[str, Any], regime: Mapping[str, Any]
) -> str:
    spread, disturbed = measured(record, player["id"], regime["id"])
    if spread is None:
        return "<td>–</td>"
    word, why = verdict(spread, regime, disturbed)
    return (
        f'<td class="{word}"><strong>{_WORDS[word]}</strong><br>'
        f'<span class="small">{escape(why)}</span></td>'
    )
