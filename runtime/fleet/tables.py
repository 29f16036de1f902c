"""A fleet's figures on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType


def tables(told: dict[str, Any], width: int) -> Iterator[RenderableType]:
    """What `sideman fleet status` prints.

    Args:
        told: as `figures.figures` makes it. Late and dropped steps are both missed.
        width: columns of the terminal.
    """
    wide = width >= 100
    leases, refused = told["leases"], dict(told["refused"])
    if there := sum(player["refused"] for player in told["players"]):
        refused["by players"] = there
    declined = sum(player["declined"] for player in told["players"])
    ignored = told["ignored"] + sum(player["ignored"] for player in told["players"])
    yield (
        f"Front door {told['listen']}, for {told['uptime']:.0f} s. "
        f"{len(told['sessions'])} sessions, {leases['waiting']} on their way; "
        f"{leases['granted']} granted, "
        f"{sum(refused.values())} refused"
        + (f" ({', '.join(f'{n} {code}' for code, n in refused.items())})" if refused else "")
        + f", {declined} declined, {ignored} datagrams ignored, {told['restarts']} restarts."
    )
    for node in told["nodes"]:
        yield f"Node {node['node']}: {node['players']} players, {node['sessions']} sessions."
    for bundle in told["bundles"]:
        line = f"{bundle['name']}: {bundle['sessions']} sessions, {bundle['folder']}"
        if bundle["changing"]:
            line += f"; still to change: {', '.join(bundle['changing'])}"
        yield line
    rows = [
        (
            player["player"],
            player["state"],
            f"{player['used']:.0%}",
            f"{player['sessions']}+{player['room']}",
            _both(player, "cycle"),
            _both(player, "wait"),
            player["late"] + player["dropped"],
            player["restarts"],
            *([player["node"]] if wide else []),
        )
        for player in told["players"]
    ]
    names = ["player", "state", "taken", "sessions", "cycle ms", "wait ms", "missed", "restarts"]
    yield _table([*names, *(["node"] if wide else [])], rows)
    if told["sessions"]:
        yield _table(
            [
                *("client", "player"),
                *(["step ms"] if wide else []),
                *("cycle ms", "wait ms", "of ms", "missed", "silent s"),
            ],
            [
                (
                    session["client"],
                    session["player"],
                    *([_ms(session["step"])] if wide else []),
                    _both(session, "cycle"),
                    _both(session, "wait"),
                    _deadline(session),
                    session["late"] + session["dropped"],
                    f"{session['quiet']:.1f}",
                )
                for session in told["sessions"]
            ],
        )
    for line in told["warnings"]:
        yield f"! {line}"


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    texts = ("player", "state", "client", "node")
    for name in names:
        table.add_column(name, justify="left" if name in texts else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(each)) for each in row))
    return table


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}" if seconds else "–"


def _deadline(session: dict[str, Any]) -> str:
    """What a reply may take, and what part of it 99 of 100 cycles take."""
    if not session["deadline"]:
        return "–"
    return f"{_ms(session['deadline'])} {session['cycle_p99'] / session['deadline']:.0%}"


def _both(values: dict[str, Any], key: str) -> str:
    return f"{_ms(values[f'{key}_p50'])}/{_ms(values[f'{key}_p99'])}"
