"""A client that comes and goes: `python -m tests.runtime.measure_reconnects`.

A thousand times, a client says hello to one server, plays until its stem is heard at its place, and
leaves. Prints how many did, and memory, descriptors and threads of the server's process and of the
clients' after a tenth, a half and all of it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from sideman.runtime.client import Client
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession, Host

BLOCK, STEP, LEAD = 512, 1, 2


class Forgetful(EchoSession):
    """An echo that notes nothing of what was asked of it."""

    def _take(self, what: str, audio: np.ndarray) -> None:
        super()._take(what, audio)
        self.calls.clear()


def serve(pipe: Connection) -> None:
    """Serve in a process of its own until the other end of the pipe is closed."""
    echo = Forgetful()
    with Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    ) as server:
        pipe.send(server.address[:2])
        pipe.recv()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1_000)
    options = parser.parse_args()
    pipe, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(other,))
    process.start()
    address, heard, kept = pipe.recv(), 0, {}
    begun = time.perf_counter()
    for number in range(1, options.times + 1):
        with Client(address, ("bass",), step=STEP, lead=LEAD) as client:
            while client.status.state != "playing":
                time.sleep(0.001)
            host = Host(client, BLOCK)
            host.play(np.full(24_576, 0.25, np.float32))
            heard += bool((host.heard[0] == np.float32(0.25)).any())
        if number in (options.times // 10, options.times // 2, options.times):
            kept[number] = {
                "server": resources(process.pid or 0),
                "clients": resources(os.getpid()),
            }
    pipe.send("enough")
    process.join()
    seconds = round(time.perf_counter() - begun, 1)
    print(json.dumps({"times": options.times, "heard": heard, "after": kept, "seconds": seconds}))


def resources(pid: int) -> dict[str, float]:
    """What a process holds."""
    folder = Path(f"/proc/{pid}")
    pages = int((folder / "statm").read_text().split()[1])
    return {
        "resident_mb": round(pages * 4_096 / 2**20, 1),
        "descriptors": len(list((folder / "fd").iterdir())),
        "threads": len(list((folder / "task").iterdir())),
    }


if __name__ == "__main__":
    main()
