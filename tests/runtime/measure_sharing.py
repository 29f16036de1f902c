"""How many sessions one shared server holds, against as many separate servers on the same cores.

    python -m tests.runtime.measure_sharing --sessions 4,5,6 --seconds 60 --rounds 3

Every round plays each number of sessions with one process of N seats, then with N processes, in
real time, with the demonstration's bundle. Performers begin whenever they like: each round draws
their moments anew, the same ones for both. A number is held where no stem was silent after the
first seconds. Admission lets everybody in, so that the limit is the machine's; what it would have
let in is told beside it. Each client is a process of its own in C++, which costs little
(`fleet/crowds.py` tells how to build it). Beside the counts stands what the servers' processes took
of the cores, for a cycle.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.cores import available_cores
from tests.runtime.fleet.crowds import native_tool

_BLOCK, _RATE, _COLUMN = 512, 44_100, 4_096
#: Seconds until a server answers, and from the first hello until all play and have settled.
_PATIENCE, _SETTLE = 180.0, 8.0


def child(sessions: int, port: int, backend: BackendChoice) -> None:
    """A shared server that lets everybody in."""
    from sideman.runtime.rehearse.demo import demo_bundle
    from sideman.runtime.sharing import gate, server
    from sideman.runtime.sharing.engine import BundleEngine, side_by_side
    from sideman.runtime.system.threads import let_packets_in

    let_packets_in()
    gate.refusal = lambda playing, wanted, workers=1: ""
    choice, workers = side_by_side(backend)
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
    """One process of N seats, or N processes; all answer once this is made."""

    def __init__(self, sessions: int, options: argparse.Namespace, *, shared: bool) -> None:
        self.shared = shared
        port, backend = options.port, ["--backend", options.backend]
        backend += ["--precision", options.precision] if options.precision else []
        if shared:
            own = ["-m", "tests.runtime.measure_sharing", "--child", str(sessions)]
            commands = [[*own, "--port", str(port), *backend]]
            self.ports = [port] * sessions
        else:
            self.ports = [port + i for i in range(sessions)]
            serve = ["-m", "sideman.runtime", "serve", *backend, "--listen"]
            commands = [[*serve, f"127.0.0.1:{each}"] for each in self.ports]
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

    def seconds(self) -> float:
        """Of the cores, that their processes have taken."""
        return sum(_taken(process.pid) for process in self.processes)

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


def _taken(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait_until_loaded(ports: list[int]) -> None:
    """Let one client after the other play a moment with each server."""
    from sideman.runtime.client import Client

    end = time.monotonic() + _PATIENCE
    for port in sorted(set(ports)):
        with Client(("127.0.0.1", port), ("bass",)) as client:
            while client.status.state != "playing":
                if time.monotonic() > end:
                    raise TimeoutError(f"{port}: {client.status.text}")
                time.sleep(0.05)


def trial(sessions: int, options: argparse.Namespace, moments: np.ndarray, *, shared: bool) -> bool:
    """Whether so many sessions are held.

    Args:
        sessions: how many.
        options: of the command line.
        moments: when each client comes, in seconds.
        shared: with one process.
    """
    with ExitStack() as stack:
        servers = Servers(sessions, options, shared=shared)
        stack.callback(servers.close)
        _wait_until_loaded(servers.ports)
        load = os.getloadavg()[0]
        start = time.time()
        begin = start + moments.max() + _SETTLE
        clients = []
        for number in np.argsort(moments):
            time.sleep(max(0.0, start + moments[number] - time.time()))
            told = [native_tool(), "127.0.0.1", servers.ports[number], number, 1, _BLOCK]
            told += [options.step, options.lead, "float32", f"{begin:.6f}", options.seconds, 0]
            clients.append(
                subprocess.Popen([str(each) for each in told], stdout=subprocess.PIPE, text=True)
            )
            stack.callback(clients[-1].kill)
        time.sleep(max(0.0, begin - time.time()))
        before = servers.seconds()
        time.sleep(options.seconds - 0.5)
        taken = (servers.seconds() - before) / (options.seconds - 0.5)
        memory, figures = servers.memory(), servers.figures()
        found = [json.loads(client.communicate()[0]) for client in clients]
    silent = [sum(seconds for _, seconds in each["silent"]) for each in found]
    held = not any(silent) and all(len(each["sessions"]) == 1 for each in found)
    what = "one process" if shared else f"{sessions} processes"
    cycle = taken * options.step * _COLUMN / _RATE / sessions
    print(
        f"  {sessions} sessions in {what}: {'held' if held else 'NOT held'}, "
        f"{sum(s > 0 for s in silent)} with gaps of {max(silent):.2f} s at the most; "
        f"{taken / available_cores():.0%} of the cores, {1e3 * cycle:.0f} ms for a cycle if all "
        f"were played; clients {sum(each['cpu'] for each in found) / available_cores():.1%}; "
        f"{memory:.0f} MB{figures} (load before {load:.1f})",
        flush=True,
    )
    return held


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", default="4,5,6")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--step", type=int, default=16)
    parser.add_argument("--lead", type=int, default=16)
    parser.add_argument("--backend", default="onnxruntime")
    parser.add_argument("--precision")
    parser.add_argument("--port", type=int, default=7400)
    parser.add_argument("--child", type=int)
    options = parser.parse_args()
    if options.child:
        choice = BackendChoice(options.backend, precision=options.precision)
        child(options.child, options.port, choice)
        return
    counts = [int(each) for each in options.sessions.split(",")]
    held: dict[tuple[int, bool], int] = {}
    for number in range(options.rounds):
        print(f"round {number + 1}, steps and lead of {options.step} and {options.lead} columns")
        draw = np.random.default_rng(number)
        for count in counts:
            moments = draw.uniform(0, 4, count)
            for shared in (True, False) if number % 2 else (False, True):
                ok = trial(count, options, moments, shared=shared)
                held[count, shared] = held.get((count, shared), 0) + ok
    for shared in (True, False):
        each = (f"{count}: {held[count, shared]} of {options.rounds}" for count in counts)
        print("shared" if shared else "separate", "holds", ", ".join(each))


if __name__ == "__main__":
    main()
