"""A client that comes and goes: `python -m tests.runtime.measure_reconnects`.

A thousand times, a client says hello to one server, plays until its stem is heard at its place, and
leaves. Prints how many did, and the process's memory, descriptors and threads after the first
hundred and at the end.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from pathlib import Path

import numpy as np

from sideman.runtime.client import Client
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession, Host

BLOCK, STEP, LEAD = 512, 1, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1_000)
    options = parser.parse_args()
    echo, heard, kept = EchoSession(), 0, []
    begun = time.perf_counter()
    with Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    ) as server:
        for number in range(options.times):
            with Client(server.address[:2], ("bass",), step=STEP, lead=LEAD) as client:
                while client.status.state != "playing":
                    time.sleep(0.001)
                host = Host(client, BLOCK)
                host.play(np.full(24_576, 0.25, np.float32))
                heard += bool((host.heard[0] == np.float32(0.25)).any())
            if number in (options.times // 10, options.times - 1):
                kept.append(resources())
    print(
        json.dumps(
            {
                "times": options.times,
                "heard": heard,
                "after_a_tenth": kept[0],
                "at_the_end": kept[1],
                "seconds": round(time.perf_counter() - begun, 1),
            }
        )
    )


def resources() -> dict[str, float]:
    """What the process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "resident_mb": round(pages * 4_096 / 2**20, 1),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
    }


if __name__ == "__main__":
    main()
