"""What a cycle takes beside its stages: `python -m tests.runtime.measure_overhead`.

A server with the demonstration's bundle at r = 0.25, in a process of its own, in which another
thread computes: a loop of Python, numpy in small pieces, or nothing. The client is another process,
so that both ends are seen: `outside` is the time from its last packet out to the first stem packet
in, less the stages. Steps come every `--pace` seconds. The three are measured by turns, and so are
several switch intervals (`--switch 0.1 0.05`) and timer slacks (`--slack 50 1`).
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.playing.profile import OVERHEAD, STAGES
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.client import MultiTrackClient
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.performance import Performance, set_up
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.server.cycle_log import CycleLog
from sideman.runtime.server.server import Server
from sideman.runtime.system.machine import describe_machine
from sideman.runtime.system.threads import let_packets_in

WARM_UP = 3


def rest(ending: threading.Event) -> None:
    ending.wait()


def python(ending: threading.Event) -> None:
    """What never lets go of the lock by itself."""
    number = 0
    while not ending.is_set():
        for each in range(10_000):
            number = (number * 31 + each) % 1_000_003


def small(ending: threading.Event) -> None:
    """Many calls on arrays of a step's size, as a cycle's own arithmetic."""
    a = np.random.default_rng(0).uniform(size=16_384).astype(np.float32)
    while not ending.is_set():
        np.abs(a * 0.5 + a).max()


WORKS: dict[str, Callable[[threading.Event], None]] = {
    "nothing": rest,
    "a loop of Python": python,
    "numpy in small pieces": small,
}


def serve(
    work: str, port: int, reply: int, threads: int, switch: float | None, slack: float | None
) -> None:
    """The server, until its standard input ends; then its cycles as JSON on standard output."""
    let_packets_in()
    if switch is not None:
        sys.setswitchinterval(switch / 1000)
    if slack is not None:
        ctypes.CDLL(None).prctl(29, ctypes.c_ulong(round(slack * 1000)))
    ending = threading.Event()
    worker = threading.Thread(target=WORKS[work], args=(ending,))
    worker.start()
    cycles = CycleLog()
    choice = BackendChoice(threads=threads)
    with Server(
        lambda: Session.open(demo_bundle(), backend=choice, seed=0),
        multi_track(),
        ("127.0.0.1", port),
        ("127.0.0.1", reply),
        cycle_log=cycles,
    ):
        sys.stdin.read()
        ending.set()
    worker.join()
    print(json.dumps(cycles.cycles))


def measure(
    work: str, switch: float | None, slack: float | None, options: argparse.Namespace
) -> dict[str, list[float]]:
    """Seconds of every span that is no stage, and `outside`."""
    setup = set_up(Performance(r=0.25), Bundle.open(demo_bundle(), check=False).manifest)
    placement = setup.placement(WARM_UP + options.cycles)
    server = "127.0.0.1", free_port()
    with MultiTrackClient(setup.settings, placement) as client:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.runtime.measure_overhead", "--serve", work,
                "--ports", str(server[1]), str(client.address[1]),
                "--threads", str(options.threads),
                *(() if switch is None else ("--switch", str(switch))),
                *(() if slack is None else ("--slack", str(slack))),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        client.wait_ready(60)
        client.shake_hands(server, 600)
        rng = np.random.default_rng(0)
        for _ in range(placement.steps):
            began = time.perf_counter()
            client.send_step(
                server, began, 0.1 * rng.standard_normal((1, placement.step), dtype=np.float32)
            )
            client.wait_answered(60)
            time.sleep(max(0.0, options.pace - (time.perf_counter() - began)))
        out, _ = process.communicate()
    found: dict[str, list[float]] = {}
    for cycle in json.loads(out)[WARM_UP:]:
        seconds, step = cycle["seconds"], client.steps[cycle["batch_id"]]
        for span in (*OVERHEAD, "queue", "pace", "lock", "overhead"):
            found.setdefault(span, []).append(seconds[span])
        stages = sum(seconds[stage] for stage in STAGES)
        found.setdefault("outside", []).append(step.first - step.sent - stages)
        found.setdefault("stages", []).append(stages)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cycles", type=int, default=50)
    parser.add_argument("--pace", type=float, default=0.4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--switch", type=float, nargs="+", default=[None], help="in ms, instead of ours"
    )
    parser.add_argument(
        "--slack", type=float, nargs="+", default=[None], help="timer slack in µs (Linux)"
    )
    parser.add_argument("--work", choices=WORKS, help="one alone, instead of all by turns")
    parser.add_argument("--serve", choices=WORKS)
    parser.add_argument("--ports", type=int, nargs=2)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, *options.ports, options.threads, options.switch[0], options.slack[0])
        return
    works = [options.work] if options.work else list(WORKS)
    variants = list(itertools.product(works, options.switch, options.slack))
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(options.rounds):
        for work, switch, slack in variants:
            name = (
                work
                + (f", switch {switch}" if switch else "")
                + (f", slack {slack}" if slack else "")
            )
            for span, seconds in measure(work, switch, slack, options).items():
                found.setdefault(name, {}).setdefault(span, []).extend(seconds)
    data: dict[str, object] = {
        work: {
            span: {
                "p50_ms": round(1e3 * float(np.percentile(seconds, 50)), 3),
                "p99_ms": round(1e3 * float(np.percentile(seconds, 99)), 3),
                "max_ms": round(1e3 * max(seconds), 3),
                "cycles": len(seconds),
            }
            for span, seconds in spans.items()
        }
        for work, spans in found.items()
    }
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    print(json.dumps(data | {"load": load, "machine": describe_machine()}, indent=1))


if __name__ == "__main__":
    main()
