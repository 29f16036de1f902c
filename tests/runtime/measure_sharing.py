"""How many sessions one shared server holds, against as many separate servers on the same cores.

    python -m tests.runtime.measure_sharing --sessions 4,6,8 --seconds 60 --rounds 2

Every round plays each number of sessions with one process of N seats, then with N processes, in
real time, with the demonstration's bundle. A number is held where no stem was silent after its
first step. Admission lets everybody in, so that the limit is the machine's; what it would have let
in is told beside it. The clients run in this process in both cases.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from sideman.runtime.client import Client

_BLOCK, _RATE = 512, 44_100
_PATIENCE = 180.0


def child(sessions: int, port: int) -> None:
    """A shared server that lets everybody in."""
    from sideman.engine.backends.choice import BackendChoice
    from sideman.runtime.rehearse.demo import demo_bundle
    from sideman.runtime.sharing import gate, server
    from sideman.runtime.sharing.engine import BundleEngine, side_by_side
    from sideman.runtime.system.threads import let_packets_in

    let_packets_in()
    gate.refusal = lambda playing, wanted, workers=1: ""
    choice, workers = side_by_side(BackendChoice())
    bundle = demo_bundle()
    with server.SharedServer(
        lambda: BundleEngine(bundle, backend=choice),
        sessions,
        ("127.0.0.1", port),
        workers=workers,
    ) as shared:
        for line in sys.stdin:
            del line
            load = shared.load()
            cycles = [each.cycle_p50 for each in shared.sessions()]
            waits = [each.wait_p99 for each in shared.sessions()]
            usual = float(np.median(cycles)) if cycles else 0.0
            print(load.share, load.worst_wait, usual, max(waits, default=0.0), flush=True)


class Servers:
    """One process of N seats, or N processes."""

    def __init__(self, sessions: int, port: int, *, shared: bool) -> None:
        self.shared = shared
        if shared:
            commands = [["-m", "tests.runtime.measure_sharing", "--child", f"{sessions},{port}"]]
            self.ports = [port] * sessions
        else:
            self.ports = [port + i for i in range(sessions)]
            commands = [
                ["-m", "sideman.runtime", "serve", "--listen", f"127.0.0.1:{each}"]
                for each in self.ports
            ]
        self.processes = [
            subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for command in commands
        ]

    def memory(self) -> float:
        """Megabytes that are theirs alone, or their part of what several have (PSS)."""
        return sum(_proportional(process.pid) for process in self.processes) / 1024

    def figures(self) -> str:
        """What the shared server says of itself."""
        if not self.shared:
            return ""
        process = self.processes[0]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        share, worst, cycle, wait = map(float, process.stdout.readline().split())
        return (
            f"; cycle {1e3 * cycle:.0f} ms, {share:.0%} of the time, p99 of waiting "
            f"{1e3 * wait:.0f} ms, {1e3 * worst:.0f} by the arithmetic"
        )

    def close(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.communicate()


def _proportional(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def play(client: Client, seconds: float, offset: float, result: list[float]) -> None:
    """Play noise in real time; notes how many seconds of stems were silent after the first step."""
    draw = np.random.default_rng(1)
    out = np.zeros((len(client.stems), _BLOCK), np.float32)
    time.sleep(offset)
    begun = time.perf_counter()
    before = None
    for count in range(int(seconds * _RATE / _BLOCK)):
        time.sleep(max(0.0, begun + count * _BLOCK / _RATE - time.perf_counter()))
        client.process(draw.uniform(-0.2, 0.2, _BLOCK).astype(np.float32), out)
        if before is None and count * _BLOCK / _RATE > 6:
            before = client.status.lost + client.status.late
    status = client.status
    silent = status.lost + status.late - (before or 0)
    result.append(silent / _RATE if status.state == "playing" else float("inf"))


def trial(sessions: int, options: argparse.Namespace, *, shared: bool) -> bool:
    """Whether so many sessions are held."""
    servers = Servers(sessions, options.port, shared=shared)
    clients = [
        Client(("127.0.0.1", port), ("bass",), step=options.step, lead=options.lead)
        for port in servers.ports
    ]
    try:
        for client in clients:
            client.start()
        end = time.monotonic() + _PATIENCE
        while any(client.status.state != "playing" for client in clients):
            if time.monotonic() > end:
                print(f"  {sessions}: not all played", {c.status.text for c in clients})
                return False
            time.sleep(0.1)
        silent: list[float] = []
        step = options.step * 4096 / _RATE
        threads = [
            threading.Thread(
                target=play, args=(client, options.seconds, i * step / sessions, silent)
            )
            for i, client in enumerate(clients)
        ]
        load = os.getloadavg()[0]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held = not any(silent)
        what = "one process" if shared else f"{sessions} processes"
        print(
            f"  {sessions} sessions in {what}: {'held' if held else 'NOT held'}, "
            f"{sum(s > 0 for s in silent)} with gaps of {max(silent):.2f} s at the most, "
            f"{servers.memory():.0f} MB{servers.figures()} (load before {load:.1f})",
            flush=True,
        )
        return held
    finally:
        for client in clients:
            client.close()
        servers.close()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", default="4,6,8")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--step", type=int, default=16)
    parser.add_argument("--lead", type=int, default=16)
    parser.add_argument("--port", type=int, default=7400)
    parser.add_argument("--child")
    options = parser.parse_args()
    if options.child:
        child(*map(int, options.child.split(",")))
        return
    counts = [int(each) for each in options.sessions.split(",")]
    held: dict[tuple[int, bool], int] = {}
    for number in range(options.rounds):
        print(f"round {number + 1}, steps and lead of {options.step} and {options.lead} columns")
        for count in counts:
            for shared in (True, False):
                held[count, shared] = held.get((count, shared), 0) + trial(
                    count, options, shared=shared
                )
    for shared in (True, False):
        always = [count for count in counts if held[count, shared] == options.rounds]
        print("shared" if shared else "separate", "holds", max(always, default=0))


if __name__ == "__main__":
    main()
