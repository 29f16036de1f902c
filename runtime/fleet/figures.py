"""How a fleet does, as plain values: for a table, a page, and whoever measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from sideman.runtime.fleet.director import Director
from sideman.runtime.fleet.leases import Need
from sideman.runtime.fleet.report import SessionReport
from sideman.runtime.fleet.state import PlayerState
from sideman.runtime.native.endpoint import GIVEN_UP_SECONDS
from sideman.runtime.sharing.admission import MOST_SHARE
from sideman.runtime.system.hosts import Address, shown_address


def figures(
    director: Director, now: float, *, uptime: float, listen: Address, ignored: int
) -> dict[str, Any]:
    """A fleet at one moment; the director's thread.

    Args:
        director: of the fleet.
        now: seconds.
        uptime: seconds since the director's process started.
        listen: address of the front door.
        ignored: datagrams that were none of the protocol's, or not allowed.

    Returns:
        JSON-serialisable values; times in seconds, shares from 0 to 1. `refused` are hellos that
        the front door refused, a player's `refused` those that it refused itself; `ignored` are
        datagrams that meant nothing or came from hosts that may not speak, likewise; `most` is the
        share of a player's time that admission gives away.
    """
    on_their_way = director.leases.on_their_way
    players = [
        _player(state, now, director.leases.waiting(state.name))
        for state in director.players.values()
    ]
    sessions = [
        {"player": state.name, "bundle": state.bundle, **_session(session)}
        for state in director.players.values()
        for session in state.sessions
    ]
    nodes: dict[str, dict[str, Any]] = {}
    for player in players:
        if player["node"]:
            node = nodes.setdefault(
                player["node"], {"node": player["node"], "players": 0, "sessions": 0}
            )
            node["players"] += 1
            node["sessions"] += player["sessions"]
    return {
        "listen": shown_address(listen),
        "uptime": uptime,
        "bundles": [
            {
                "name": name,
                "folder": assignment.folder,
                "players": sum(s.bundle == name for s in director.players.values()),
                "sessions": sum(s["bundle"] == name for s in sessions),
                "changing": director.changing(name),
            }
            for name, assignment in director.assignments.items()
        ],
        "nodes": list(nodes.values()),
        "players": players,
        "sessions": sessions,
        "leases": {
            "granted": director.leases.granted,
            "waiting": on_their_way,
            "playing": len(director.leases) - on_their_way,
            "lapsed": director.leases.lapsed,
        },
        "refused": dict(director.refused),
        "restarts": sum(player["restarts"] for player in players),
        "ignored": ignored,
        "most": MOST_SHARE,
        "warnings": warnings(players, sessions),
    }


def warnings(players: Iterable[dict[str, Any]], sessions: Iterable[dict[str, Any]]) -> list[str]:
    """What an operator should look at, each as a sentence."""
    found: list[str] = []
    for player in players:
        name = player["player"]
        if player["state"] in ("absent", "silent", "failed"):
            why = f": {player['detail']}" if player["detail"] else "."
            found.append(f"{name} is {player['state']}{why}")
        found += [f"{name}: {line}" for line in player["warnings"]]
    for session in sessions:
        where = f"{session['client']} at {session['player']}"
        if session["cycle_p99"] > session["deadline"] > 0:
            found.append(
                f"{where}: 1 % of its cycles take longer than {1e3 * session['cycle_p99']:.0f} ms, "
                f"and {1e3 * session['deadline']:.0f} ms are left."
            )
        if session["quiet"] > GIVEN_UP_SECONDS:
            found.append(f"{where} has been silent for {session['quiet']:.0f} s.")
    return found


def _player(state: PlayerState, now: float, waiting: Mapping[Need, int]) -> dict[str, Any]:
    report = state.report
    sessions = state.sessions
    return {
        "player": state.name,
        "bundle": state.bundle,
        "node": report.node if report else "",
        "state": state.state(now),
        "detail": report.detail if report else state.trouble,
        "draining": state.draining,
        "playing": PurePath(report.folder).name if report else "",
        "address": f"{report.host}:{report.port}" if report and report.host else "",
        "used": report.used if report else 0.0,
        "worst": report.worst if report else 0.0,
        "room": state.room(now, waiting),
        "waiting": sum(waiting.values()),
        "sessions": len(sessions),
        "cycle_p50": _middle(s.cycle_p50 for s in sessions),
        "cycle_p99": max((s.cycle_p99 for s in sessions), default=0.0),
        "wait_p50": _middle(s.wait_p50 for s in sessions),
        "wait_p99": max((s.wait_p99 for s in sessions), default=0.0),
        "restarts": state.restarts,
        "declined": state.refused,
        **state.counts(),
        "warnings": list(report.warnings) if report else [],
    }


def _session(session: SessionReport) -> dict[str, Any]:
    values = asdict(session)
    del values["token"]  # whoever has it could take its place
    return values


def _middle(values: Iterable[float]) -> float:
    found = sorted(values)
    return found[len(found) // 2] if found else 0.0
