"""Forty players on two Ray nodes of one machine: `python -m tests.runtime.measure_fleet OUT`.

Echo engines with a given cycle time behind a front door; clients over UDP, at the pace of a sound
card, that compare every sample with what they played. In the middle one client too many says hello,
a player is killed, then a node is removed. Writes a JSON file, and prints it without the clients:

- samples that were exact, soft (on a ramp beside a silence), and wrong, and of the wrong ones where
  they stood and whose they were (`fleet/comparing.py`);
- how long each client was silent in each part;
- for each player the waits that were measured beside those by arithmetic, and, because that reckons
  with a thread that is given a core at once, how long its threads waited for one (`schedstat`), how
  loaded the machine was, and what clients took of it.

With as many seats as sessions a killed player's clients have nowhere to go until it is back;
`--spare 10` lets the others take them at once.

The clients are real, in processes of ten: by default those in C++, which play in Max and Pure Data
and take least from the players (build them first: `cmake --preset linux && cmake --build --preset
linux --target crowd`); with `--clients python` those of `sideman.runtime.client`. Either plays
noise of its own, by which another one's sound is known. Of a client in C++ at most so many blocks
(`fleet/crowds.py`, MOST) are judged that hold other samples than right ones and zeros; what is
beyond is counted (`samples_unjudged`) and said. `--step` and `--lead` are what clients ask for, in
columns. `--int16` asks for stems in half the bytes, which are no fewer datagrams: each then repeats
what the one before it brought.

`--simulate` does another thing: the director alone, at the size of 10,000 sessions, as fast as it
goes (`fleet/simulation.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from sideman.runtime.client import Client
from sideman.runtime.fleet.desk import Plan
from sideman.runtime.fleet.planning import Fleets
from sideman.runtime.fleet.report import BEGINNING
from sideman.runtime.rehearse.process import free_port
from tests.runtime.fleet.crowds import Crowd, native_tool, start_crowds
from tests.runtime.fleet.fakes import echo_server, plan_of
from tests.runtime.fleet.listeners import Listening
from tests.runtime.fleet.scheduling import (
    Scheduled,
    all_threads,
    machine,
    scheduled,
    threads_of,
)
from tests.runtime.fleet.simulation import simulate

ROOT = Path(__file__).parents[2]
#: Seconds until all have begun.
BEGIN = 20.0
#: Clients of a process.
_EACH = 10
#: Threads of a player that are watched, by how their names begin.
_KINDS = ("sideman-cycle", "sideman-receive")
#: Places of wrong samples that are told.
_PLACES = 40
#: As docs/fleet.md advises: Ray's own takes 16 s to miss a node.
HEALTH = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="JSON file")
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--players", type=int, default=4)
    parser.add_argument("--spare", type=int, default=0, help="seats in all beyond the sessions")
    parser.add_argument("--cycle", type=float, default=20.0, help="milliseconds")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--clients", choices=("cpp", "python"), default="cpp")
    parser.add_argument("--step", type=int, default=4, help="columns")
    parser.add_argument("--lead", type=int, default=4, help="columns")
    parser.add_argument("--int16", action="store_true", help="stems in int16")
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--ray-as-it-is", action="store_true", help="its own health checks")
    parser.add_argument("--simulate", action="store_true")
    options = parser.parse_args()
    if not options.simulate and options.clients == "cpp":
        native_tool()  # before anything is started
    data = simulate() if options.simulate else measure(options)
    options.out.write_text(json.dumps(data, indent=1) + "\n")
    print(json.dumps({k: v for k, v in data.items() if k != "clients"}, indent=1))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    from sideman.runtime.fleet.actors import Cluster, Fleet, load_ray

    load_ray(loopback=True)
    if not options.ray_as_it_is:
        os.environ.update(HEALTH)
    from ray.cluster_utils import Cluster as Nodes

    cores = {"num_cpus": options.players, "object_store_memory": 80 << 20}
    nodes = Nodes(initialize_head=True, head_node_args={**cores, "include_dashboard": False})
    second = nodes.add_node(**cores)
    names = [f"echo-{i + 1}" for i in range(options.players)]
    seats = -(-(options.sessions + options.spare) // options.players)
    folder = f"echo:{options.cycle}"
    players = {name: plan_of(name, folder, seats) for name in names}
    plan = Plan({"echo": folder}, dict.fromkeys(names, "echo"), ("127.0.0.1", free_port()))
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    begun = time.perf_counter()
    try:
        with (
            Cluster(nodes.address) as cluster,
            Fleet(
                cluster,
                Fleets(plan, players, 1, 0, reserved=1),
                make=echo_server,
                environment=environment,
            ) as f,
        ):
            while {p["state"] for p in f.figures()["players"]} != {"ready"}:
                time.sleep(0.1)
            ready = time.perf_counter() - begun
            with ExitStack() as ending:
                return _play(options, f, nodes, second, ending) | {"ready_seconds": ready}
    finally:
        nodes.shutdown()


def _play(
    options: argparse.Namespace, fleet: Any, nodes: Any, second: Any, ending: ExitStack
) -> dict[str, Any]:
    begin = time.time() + BEGIN
    listening = Listening(
        fleet.address,
        begin,
        options.seconds,
        options.step,
        options.lead,
        options.int16,
        options.sessions,
    )
    crowds: list[Crowd] = []
    for crowd in start_crowds(options.clients, listening, _EACH):
        ending.callback(crowd.close)  # whatever is met here
        crowds.append(crowd)
    part = options.seconds / 5
    told: dict[str, Any] = {"options": {k: str(v) for k, v in vars(options).items()}}
    told["machine"] = {"idle": machine()}
    _until(begin)
    told["machine"]["begin"] = machine()
    started = time.perf_counter()
    watched = _watched(fleet, crowds)
    counted = {name: scheduled(paths) for name, paths in watched.items()}
    _until(begin + part)
    before = fleet.figures()
    told["before"] = _waits(before, watched, counted, time.perf_counter() - started)
    told["machine"]["before"] = machine()
    told["placed"] = len(before["sessions"])
    # One more than fits, unless there are spare seats.
    told["one_more"] = _one_more(listening)
    events = {"one_more": part}
    if not options.no_faults:
        _until(begin + 2 * part)
        by_node = {p["player"]: p["node"] for p in before["players"]}
        here = next(p["node"] for p in before["players"] if p["node"] not in _second(nodes, second))
        player = next(name for name, node in by_node.items() if node == here)
        pid, *_ = fleet._ray.get(fleet.players[player].process.remote())
        events["killed"] = time.time() - begin
        told["killed"] = player
        os.kill(pid, signal.SIGKILL)
        _until(begin + 3 * part)
        events["removed"] = time.time() - begin
        nodes.remove_node(second, allow_graceful=False)
    _until(begin + 4 * part)
    # A player that died has other threads now.
    watched = _watched(fleet, crowds)
    counted = {name: scheduled(paths) for name, paths in watched.items()}
    started = time.perf_counter()
    _until(begin + 4.9 * part)
    told["after"] = _waits(fleet.figures(), watched, counted, time.perf_counter() - started)
    told["machine"]["after"] = machine()
    found = [each for crowd in crowds for each in crowd.results()]
    told["events"] = events
    for kind in ("compared", "exact", "soft", "silent", "wrong", "unjudged"):
        told[f"samples_{kind}"] = sum(c["samples"][kind] for c in found)
    if told["samples_unjudged"]:
        print(f"{told['samples_unjudged']} samples were not judged.", file=sys.stderr)
    told["wrong_places"] = [place for c in found for place in c.pop("wrong_places")][:_PLACES]
    told["cpu_per_client"] = float(np.mean([c["cpu"] for c in found]))
    told["card_behind_s"] = float(np.max([c["card_behind_s"] for c in found]))
    ends = [*sorted(events.values()), options.seconds]
    for event, at in events.items():
        end = ends[ends.index(at) + 1]
        silent = [_silent(c["silent"], at, end) for c in found]
        told[f"silent_after_{event}"] = _spread([s for s in silent if s])
        told[f"clients_silent_after_{event}"] = sum(s > 0 for s in silent)
    told["news"] = [line for _, line in fleet.news(BEGINNING)][-60:]
    told["clients"] = found
    return told


def _watched(fleet: Any, crowds: list[Crowd]) -> dict[str, list[Path]]:
    """Threads by what they do: each player's, and those of all clients."""
    found: dict[str, list[Path]] = {}
    for name, actor in fleet.players.items():
        try:
            pid, *_ = fleet._ray.get(actor.process.remote(), timeout=10)
            threads = fleet._ray.get(actor.threads.remote(), timeout=10)
        except fleet._ray.exceptions.RayError as error:
            print(f"{name} is not there to be watched: {type(error).__name__}", file=sys.stderr)
            pid, threads = 0, {}
        for kind in _KINDS:
            found[f"{name} {kind}"] = threads_of(pid, threads, kind)
    found["clients"] = [path for each in crowds for path in all_threads(each.pid)]
    return found


def _waits(
    figures: dict[str, Any],
    watched: dict[str, list[Path]],
    counted: dict[str, Scheduled],
    seconds: float,
) -> dict[str, Any]:
    """Waits by arithmetic and as measured, and what the machine had to do with them."""
    sessions, players = figures["sessions"], figures["players"]
    table = []
    for player in players:
        own = [s for s in sessions if s["player"] == player["player"]]
        slow = max((s["cycle_p99"] for s in own), default=0.0)
        row = {
            "player": player["player"],
            "sessions": len(own),
            "used": round(player["used"], 3),
            "wait_by_arithmetic": player["worst"],
            # The same sum with cycles as slow as one in a hundred was.
            "wait_by_slow_cycles": slow * max(0, len(own) - 1),
            **{k: player[k] for k in ("wait_p50", "wait_p99", "cycle_p50", "cycle_p99")},
        }
        for kind in _KINDS:
            name = f"{player['player']} {kind}"
            row[kind] = scheduled(watched[name]).since(counted[name], seconds)
        table.append(row)
    clients = scheduled(watched["clients"]).since(counted["clients"], seconds)
    return {
        "sessions": len(sessions),
        "wait_p99_worst": max((s["wait_p99"] for s in sessions), default=0.0),
        "wait_by_arithmetic": max((p["worst"] for p in players), default=0.0),
        "late": sum(p["late"] for p in players),
        "dropped": sum(p["dropped"] for p in players),
        "refused": figures["refused"],
        "players": table,
        "clients": clients,
    }


def _second(nodes: Any, second: Any) -> set[str]:
    """Nodes as players name them, of those that belong to the second one."""
    import ray

    found = {n["NodeID"]: n["NodeManagerAddress"] for n in ray.nodes()}
    return {f"{at} ({i[:6]})" for i, at in found.items() if i == second.node_id}


def _one_more(told: Listening) -> dict[str, Any]:
    with Client(told.address, ("bass",), step=told.step, lead=told.lead) as client:
        time.sleep(3.0)
        status = client.status
    return {"state": status.state, "refused": status.refused, "text": status.text}


def _silent(silences: list[tuple[float, float]], first: float, last: float) -> float:
    return sum(seconds for at, seconds in silences if first <= at < last)


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {
        "median": float(np.median(values)),
        "p90": float(np.percentile(values, 90)),
        "max": float(np.max(values)),
    }


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


if __name__ == "__main__":
    main()
