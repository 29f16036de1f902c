"""What a listener hears of a network that loses packets: `python -m tests.runtime.measure_loss`.

Plays the demonstration's loop in real time into a `sideman serve` of its own, as the Max external
would, through a network that loses packets both ways and delays those to the server. Counts steps
whose reply came whole, with a hole, or not at all, and keeps the sound. Any version's `sideman` can
be named, so that two can be compared.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import soundfile

from tests.fakes.manifest import STEMS
from tests.runtime.fakes.external import External, Link
from tests.runtime.fakes.real_server import DEMO, RealServer

STEP, RATE, DEADLINE = 66_150, 44_100, 1.45


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for loss.json and bass.flac")
    parser.add_argument("--sideman", default="sideman", help="the program")
    parser.add_argument("--steps", type=int, default=133)
    parser.add_argument("--loss", type=float, default=0.05)
    parser.add_argument("--jitter", type=float, default=0.02, help="seconds")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    loop, _ = soundfile.read(DEMO / "loop.flac", dtype="float32")
    server = RealServer(options.out, options.sideman)
    try:
        links = Link(options.loss, options.jitter), Link(options.loss, seed=1)
        client = External(
            server.address, server.replies, ["bass"], link=links[0], way_back=links[1]
        )
        client.start()
        time.sleep(1)
        counts, heard = play(client, loop, options.steps, server)
    finally:
        server.end()
    counts["server"] = server.counters()
    counts |= {"steps": options.steps, "loss": options.loss, "jitter": options.jitter}
    (options.out / "loss.json").write_text(json.dumps(counts, indent=1) + "\n")
    soundfile.write(options.out / "bass.flac", heard, RATE)
    print(json.dumps(counts))


def play(
    client: External, loop: np.ndarray, steps: int, server: RealServer
) -> tuple[dict, np.ndarray]:
    """Steps in real time; how many came whole, with a hole, or not, and what was heard."""
    counts: dict = {"whole": 0, "hole": 0, "silent": 0}
    whole = -(-(STEP + 882) // client.package)
    heard = []
    begun = time.perf_counter()
    for number in range(steps):
        due = begun + number * STEP / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        at = np.arange(number * STEP, (number + 1) * STEP) % len(loop)
        silence = np.zeros(STEP, np.float32)
        client.send(number, {stem: loop[at] if stem == "piano" else silence for stem in STEMS})
        client.hear(due + DEADLINE)
        placed = len(client.placed["bass"])
        counts["silent" if not placed else "hole" if placed < whole else "whole"] += 1
        heard.append(client.zones["bass"][:STEP].copy())
        if number in (9, steps - 1):
            counts.setdefault("resident_mb", []).append(server.resident_mb())
    return counts, np.concatenate(heard)


if __name__ == "__main__":
    main()
