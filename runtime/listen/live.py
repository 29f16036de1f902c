"""The page's first table: who could play live here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from sideman.engine.loading.registry import ON_THE_CPU
from sideman.runtime.listen.regimes import NAMES
from sideman.runtime.playing.profile import Spread
from sideman.runtime.system.waiting import MUCH

#: Where waiting is not known: who is not disturbed works for at least this share of the time that
#: the same player worked when it worked most, and of one processor's.
_AT_WORK = 0.7
#: So many times the work of the same player's easiest cell: its processor was slowed down, or given
#: to others by the host of a virtual machine, which counts as work.
_HARDER = 1.25


def busy(cell: Mapping[str, Any], others: Iterable[Mapping[str, Any]] = ()) -> bool:
    """Whether others kept the processor from a sound's cycles for so long that these say little.

    On a GPU, the processor waits: nothing is known then.

    Args:
        cell: of the record.
        others: of the same player. A cycle is the same work every time, so the one that took least
            tells what it takes; and where the system does not tell who waited, the one at which
            most was worked tells what could be.
    """
    if cell["backend"] not in ON_THE_CPU:
        return False
    alike = [_work(each) for each in others if _comparable(each, cell)]
    if alike and _work(cell) > _HARDER * min(alike):
        return True
    if cell.get("waited") is not None:
        return bool(cell["waited"] > MUCH * cell["worked"])
    most = max([1.0, *(each["worked"] / sum(each["cycles"]) for each in others)])
    return bool(cell["worked"] < _AT_WORK * most * sum(cell["cycles"]))


def _work(cell: Mapping[str, Any]) -> float:
    """Seconds of all threads together, a cycle."""
    return float(cell["worked"]) / len(cell["cycles"])


def _comparable(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether cycles are equally much work: the published regimes' are, those of two leads not."""
    regimes = {one["regime"], other["regime"]}
    published = regimes <= set(NAMES.values())
    return one["setting"] == other["setting"] and (published or len(regimes) == 1)


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
    took = f"95 of 100 within {took}"
    slow, late = spread.p95 > regime["step"], spread.p95 > regime["deadline"]
    aside = " on a busy machine" if disturbed else ""
    if not regime["live"]:
        if not slow:
            return "never", f"{took}: shorter than a step, but due at once"
        if disturbed:
            return "never", f"{took}{aside}: whether it is shorter than a step is not known"
        return "never", f"{took}, which does not even keep the pace of {pace}"
    if not (slow or late):
        return "yes", took
    why = f"{took}{aside}" + (f", and a step lasts {pace}" if slow else "")
    return ("unsure" if disturbed else "no"), why


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


_WORDS = {"yes": "live", "no": "too slow", "never": "not live", "unsure": "not known"}


def player_table(record: Mapping[str, Any]) -> str:
    """Every player with its cycle time here, and every regime's deadline."""
    regimes = record["regimes"]
    # On narrow screens its cells stand below each other, where browsers take it for no table.
    head = '<th scope="col" role="columnheader">'
    heads = "".join(f"{head}{_regime_head(regime)}</th>" for regime in regimes)
    rows = []
    for player in record["players"]:
        cells = "".join(_live_cell(record, player, regime) for regime in regimes)
        trained = "" if player["trained"] else ", random weights: noise, not music"
        rows.append(
            f'<tr role="row"><th scope="row" role="rowheader">{escape(player["name"])}<br>'
            '<span class="small">'
            f"{escape(player['kind'])}, {escape(player['precision'])}, "
            f"{player['evaluations']} evaluations{trained}<br>{escape(player['runs_on'])}</span>"
            f"{_mixed(record, player)}</th>"
            f'<td role="cell" data-label="cycle, one stem">{_cycle_time(record, player)}</td>'
            f"{cells}</tr>"
        )
    machines = sorted({cell["setting"]["processor"] for cell in record["cells"]})
    where = " and ".join(machines) or record["machine"]["processor"]
    steps = " or ".join(sorted({_milliseconds(regime["step"]) for regime in regimes}))
    return f"""<section aria-labelledby="live-title">
<h2 id="live-title">What could be played live here</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="live-title">
<table class="live" role="table">
<thead role="rowgroup"><tr role="row">{head}model</th>{head}cycle, one stem</th>{heads}</tr></thead>
<tbody role="rowgroup">{"".join(rows)}</tbody></table></div>
<p class="small">A step lasts {steps}, and each step is answered by a cycle. Live means that 95 of
100 cycles end before their sound is due, and none of these is longer than a step. Measured while
this page was made, {escape(_when(record))}on {escape(where)}, one stem at a time: more stems take
longer, and network and client come on top. Sounds that other programs disturbed count only where
there are no others.</p>
</section>
"""


def _when(record: Mapping[str, Any]) -> str:
    """The days on which it was measured, where they are several."""
    days = sorted({cell["made"][:10] for cell in record["cells"]})
    return f"from {days[0]} to {days[-1]}, " if len(days) > 1 else ""


def _mixed(record: Mapping[str, Any], player: Mapping[str, Any]) -> str:
    """A warning where a player's times are of several settings."""
    own = [cell for cell in record["cells"] if cell["player"] == player["id"]]
    if not any(cell["setting"] != own[0]["setting"] for cell in own):
        return ""
    told = " and ".join(sorted({cell["version"] for cell in own}))
    return (
        '<br><span class="small warn">measured with several threads, machines or versions (sideman '
        f"{escape(told)}): its times are mixed</span>"
    )


def _regime_head(regime: Mapping[str, Any]) -> str:
    return (
        f'{escape(regime["name"])}<br><span class="small">{escape(regime["meaning"])}<br>'
        f"{_due(regime)}</span>"
    )


def _due(regime: Mapping[str, Any]) -> str:
    if not regime["live"]:
        return "due at once: what it answers sounds already"
    return f"due within {_milliseconds(regime['deadline'])}"


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
    label = f"{escape(regime['name'])}, {_due(regime)}"
    if spread is None:
        return f'<td role="cell" data-label="{label}">–</td>'
    word, why = verdict(spread, regime, disturbed)
    return (
        f'<td role="cell" data-label="{label}" class="{word}"><strong>{_WORDS[word]}</strong><br>'
        f'<span class="small">{escape(why)}</span></td>'
    )
