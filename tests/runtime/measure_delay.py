"""From the boundary sample to the cycle: `python -m tests.runtime.measure_delay OUT`.

One server with the demonstration's bundle; by turns a native client (k = 8 columns, following the
server's advice) and one that behaves as the published Max external (r = 0.25, w = 1), both in real
time. Counts the time from the moment at which the sound card has handed over the last sample of a
step to the beginning of its cycle, and how old the newest sample that the model knew is when a
sample of a stem sounds. Writes delay.json.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from sideman.runtime.client import Client
from sideman.runtime.rehearse.demo import demo_loop
from sideman.runtime.rehearse.native.play import BLOCK, connect, play
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.system.machine import describe_machine
from sideman.runtime.system.threads import let_packets_in
from tests.fakes.manifest import STEMS
from tests.runtime.fakes.external import External
from tests.runtime.native.proxy import Impairment, Proxy

RATE, LEGACY_STEP, FADE = 44_100, 66_150, 882
#: Seconds after which a native session may begin behind a client of the other protocol.
RESTING = 10.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for delay.json")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10, help="of the Max external, each round")
    parser.add_argument("--package", type=int, default=4_410)
    parser.add_argument("--rate", type=float, default=0.0, help="megabits a second; 0 for any")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    let_packets_in()
    loop, _ = soundfile.read(demo_loop(), dtype="float32")
    replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    replies.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    replies.bind(("127.0.0.1", 0))
    replies.settimeout(60)
    port, noted = free_port(), options.out / "begins.json"
    command = [sys.executable, "-m", "tests.runtime.timed_server"]
    command += [str(port), str(replies.getsockname()[1]), str(noted)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE)
    while not replies.recv(65_536).startswith(b"/loaded"):
        pass
    address, proxy = ("127.0.0.1", port), None
    if options.rate:
        proxy = Proxy(address, Impairment(rate=options.rate * 1e6 / 8))
        address = proxy.address
    native: list[tuple[float, int]] = []
    legacy: list[float] = []
    ages: dict[str, Any] = {}
    try:
        for _ in range(options.rounds):
            ages = play_native(address, loop, options.steps * LEGACY_STEP, native)
            play_legacy(address, replies, loop, options, legacy)
            time.sleep(RESTING)
    finally:
        server.communicate()
        if proxy is not None:
            proxy.close()
    begins = json.loads(noted.read_text())
    data = {
        "package": options.package,
        "megabits": options.rate,
        "native_ms": spread(delays(native, begins, lambda samples: samples != LEGACY_STEP)),
        "legacy_ms": spread(
            delays([(at, 0) for at in legacy], begins, lambda samples: samples == LEGACY_STEP)
        ),
        "age_seconds": ages,
        "machine": describe_machine(),
    }
    data["ratio_of_medians"] = data["legacy_ms"]["p50"] / data["native_ms"]["p50"]
    noted.unlink()
    (options.out / "delay.json").write_text(json.dumps(data, indent=1) + "\n")
    print(json.dumps(data))


def play_native(
    address: tuple, loop: np.ndarray, samples: int, handed: list[tuple[float, int]]
) -> dict[str, Any]:
    """Play, and note when each boundary was handed over; tells how old what is known becomes."""
    context = loop[np.arange(samples) % len(loop)]
    with Client(address, ("bass",), step=8) as client:
        connect(client, lambda: None)
        played = play(client, context, RATE)
        place = client._network._session.placement
    for step in range(samples // place.step_samples):
        block = (place.boundary(step) - 1) // BLOCK
        if place.boundary(step) <= samples and block < len(played.behind):
            due = played.begun + min((block + 1) * BLOCK, samples) / RATE
            handed.append((due + played.behind[block], step))
    first, step = place.ahead / RATE, place.step_samples / RATE
    old = {"first": first, "mean": first + step / 2, "last": first + step}
    wait = (LEGACY_STEP - FADE) / RATE
    whole = LEGACY_STEP / RATE
    return {
        "native": old | {"step_columns": place.step, "lead_columns": place.lead},
        "legacy": {"first": wait, "mean": wait + whole / 2, "last": wait + whole},
    }


def play_legacy(
    address: tuple,
    replies: socket.socket,
    loop: np.ndarray,
    options: argparse.Namespace,
    handed: list[float],
) -> None:
    """Play as the Max external, and note when each step was whole."""
    client = External(address, replies, ["bass"], package=options.package)
    client.start()
    time.sleep(1)
    begun = time.monotonic()
    for number in range(options.steps):
        due = begun + number * LEGACY_STEP / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        at = np.arange(number * LEGACY_STEP, (number + 1) * LEGACY_STEP) % len(loop)
        silence = np.zeros(LEGACY_STEP, np.float32)
        planes = {stem: loop[at] if stem == "piano" else silence for stem in STEMS}
        handed.append(time.monotonic())
        client.send(number, planes)
        client.hear(due + 1.4)
    client.close()


def delays(handed: list[tuple[float, int]], begins: list[dict], kind: Any) -> list[float]:
    """Seconds from each boundary to the cycle that follows it."""
    times = np.array([each["begin"] for each in begins if kind(each["samples"])])
    found = []
    for at, _ in handed:
        after = times[times >= at]
        if len(after) and after[0] - at < 1.4:
            found.append(float(after[0] - at))
    return found


def spread(seconds: list[float]) -> dict[str, float]:
    """Of some times, in milliseconds."""
    p10, p50, p90 = np.percentile(seconds, (10, 50, 90)) * 1e3
    return {"count": len(seconds), "p10": p10, "p50": p50, "p90": p90}


if __name__ == "__main__":
    main()
