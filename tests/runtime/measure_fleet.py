"""Forty players on two Ray nodes of one machine: `python -m tests.runtime.measure_fleet OUT`.

Echo engines with a given cycle time behind a front door; clients over UDP, at the pace of a sound
card, that compare every sample with what they played. In the middle a player is killed, then a node
is removed, then one client too many says hello. Writes a JSON file: samples compared and wrong, how
long each client was silent in each part, waits against the arithmetic, what the last one was told.

The clients are the real one (`sideman.runtime.client`), in processes of ten; what one of them costs
is measured besides. `--simulate` does another thing: the director alone, at the size of 10,000
sessions, as fast as it goes (`fleet/simulation.py`).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from sideman.runtime.client import Client
from sideman.runtime.fleet.desk import Plan
from sideman.runtime.fleet.planning import Fleets
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.system.threads import let_packets_in
from tests.runtime.fleet.fakes import echo_server, plan_of
from tests.runtime.fleet.simulation import simulate

RATE, BLOCK = 44_100, 1_024
ROOT = Path(__file__).parents[2]
#: Seconds until all have begun.
BEGIN = 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="JSON file")
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--players", type=int, default=4)
    parser.add_argument("--cycle", type=float, default=20.0, help="milliseconds")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--simulate", action="store_true")
    options = parser.parse_args()
    data = simulate() if options.simulate else measure(options)
    options.out.write_text(json.dumps(data, indent=1) + "\n")
    print(json.dumps({k: v for k, v in data.items() if k != "clients"}, indent=1))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    from sideman.runtime.fleet.actors import Cluster, Fleet, load_ray

    load_ray(loopback=True)
    from ray.cluster_utils import Cluster as Nodes

    cores = {"num_cpus": options.players, "object_store_memory": 80 << 20}
    nodes = Nodes(initialize_head=True, head_node_args={**cores, "include_dashboard": False})
    second = nodes.add_node(**cores)
    names = [f"echo-{i + 1}" for i in range(options.players)]
    seats = -(-options.sessions // options.players)
    folder = f"echo:{options.cycle}"
    players = {name: plan_of(name, folder, seats) for name in names}
    plan = Plan({"echo": folder}, dict.fromkeys(names, "echo"), ("127.0.0.1", free_port()))
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    begun = time.perf_counter()
    try:
        with (
            Cluster(nodes.address) as cluster,
            Fleet(
                cluster, Fleets(plan, players, 1, 0), make=echo_server, environment=environment
            ) as f,
        ):
            while {p["state"] for p in f.figures()["players"]} != {"ready"}:
                time.sleep(0.1)
            return _play(options, f, nodes, second) | {"ready_seconds": time.perf_counter() - begun}
    finally:
        nodes.shutdown()


def _play(options: argparse.Namespace, fleet: Any, nodes: Any, second: Any) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    each = 10
    begin = time.time() + BEGIN
    processes = []
    for first in range(0, options.sessions, each):
        seeds = list(range(first, min(first + each, options.sessions)))
        processes.append(
            context.Process(
                target=_clients, args=(fleet.address, seeds, begin, options.seconds, results)
            )
        )
        processes[-1].start()
    part = options.seconds / 5
    _until(begin + part)
    before = fleet.figures()
    told: dict[str, Any] = {"before": _waits(before), "placed": len(before["sessions"])}
    # One more than fits.
    told["one_more"] = _one_more(fleet.address)
    events = {"one_more": part}
    if not options.no_faults:
        _until(begin + 2 * part)
        by_node = {p["player"]: p["node"] for p in before["players"]}
        here = min(by_node.values())
        player = next(name for name, node in by_node.items() if node == here)
        pid, *_ = fleet._ray.get(fleet.players[player].process.remote())
        events["killed"] = time.time() - begin
        os.kill(pid, signal.SIGKILL)
        _until(begin + 3 * part)
        events["removed"] = time.time() - begin
        nodes.remove_node(second, allow_graceful=False)
    _until(begin + 4.9 * part)
    told["after"] = _waits(fleet.figures())
    found = [results.get(timeout=options.seconds + 60) for _ in range(options.sessions)]
    for process in processes:
        process.join()
    told["events"] = events
    told["load"] = os.getloadavg()
    told["samples_compared"] = sum(c["compared"] for c in found)
    told["samples_wrong"] = sum(c["wrong"] for c in found)
    told["cpu_per_client"] = float(np.mean([c["cpu"] for c in found]))
    for event, at in events.items():
        silent = [_silent(c["silent"], at, at + part - 0.5) for c in found]
        told[f"silent_after_{event}"] = _spread(silent)
        told[f"clients_silent_after_{event}"] = sum(s > 0 for s in silent)
    told["news"] = [line for _, line in fleet.news(0)][-60:]
    told["clients"] = found
    return told


def _waits(figures: dict[str, Any]) -> dict[str, Any]:
    sessions, players = figures["sessions"], figures["players"]
    return {
        "sessions": len(sessions),
        "wait_p99_worst": max((s["wait_p99"] for s in sessions), default=0.0),
        "wait_by_arithmetic": max((p["worst"] for p in players), default=0.0),
        "used": [round(p["used"], 3) for p in players],
        "late": sum(p["late"] for p in players),
        "dropped": sum(p["dropped"] for p in players),
        "refused": figures["refused"],
    }


def _one_more(address: tuple[str, int]) -> dict[str, Any]:
    with Client(address, ("bass",), step=4, lead=4) as client:
        time.sleep(3.0)
        status = client.status
    return {"state": status.state, "refused": status.refused, "text": status.text}


def _clients(
    address: tuple[str, int], seeds: list[int], begin: float, seconds: float, results: Any
) -> None:
    """Some clients in a process of their own; one thread is the sound card of all."""
    let_packets_in()
    players = [_Player(address, seed) for seed in seeds]
    cpu = time.process_time()
    start = time.time()
    turn = 0
    while time.time() < begin + seconds:
        time.sleep(max(0.0, start + turn * BLOCK / RATE - time.time()))
        for player in players:
            player.turn(time.time() - begin)
        turn += 1
    used = (time.process_time() - cpu) / (time.time() - start) / len(players)
    for player in players:
        player.client.close()
        results.put(player.result() | {"cpu": used})


class _Player:
    """A client that knows what it has to hear: itself, later by the echo's delay."""

    def __init__(self, address: tuple[str, int], seed: int) -> None:
        self.client = Client(address, ("bass",), step=4, lead=4)
        self.client.start()
        # Own noise, which tells it from all others; long enough to find it again.
        sound = np.random.default_rng(seed).uniform(-0.4, 0.4, 1 << 20)
        self.sound = sound.astype(np.float32)
        self.out = np.zeros((1, BLOCK), np.float32)
        self.compared = self.wrong = 0
        self.silent: list[tuple[float, float]] = []
        self.playing = False
        self.seed = seed

    def turn(self, now: float) -> None:
        at = self.client.position
        self.client.process(self._at(at), self.out)
        session = self.client._network._session
        heard = self.out[0]
        # Silence, or ramps beside it, is no wrong sample; it is counted as silence.
        there = np.abs(heard) > 0
        share = float(1 - there.mean())
        if now >= 0 and share > 0.02:
            self.silent.append((round(now, 3), round(share * BLOCK / RATE, 4)))
        if session is None or share > 0:
            self.since = at + BLOCK + RATE // 2
            return
        if at < self.since:
            return  # fades in and out are over
        place = session.placement
        delay = place.reply_samples + place.ahead
        wanted = self._at(at - delay)
        wrong = np.abs(heard - wanted) > 1e-4
        self.compared += BLOCK
        self.wrong += int(wrong.sum())

    since = 0

    def _at(self, position: int) -> np.ndarray:
        index = np.arange(position, position + BLOCK) % len(self.sound)
        return self.sound[index]

    def result(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "compared": self.compared,
            "wrong": self.wrong,
            "silent": self.silent,
        }


def _silent(silences: list[tuple[float, float]], first: float, last: float) -> float:
    return sum(seconds for at, seconds in silences if first <= at < last)


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": float(np.median(values)),
        "p90": float(np.percentile(values, 90)),
        "max": float(np.max(values)),
    }


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


if __name__ == "__main__":
    main()
