"""Bad datagrams at a real server: `python -m tests.runtime.measure_fuzz`.

Sends 300,000 datagrams that are none, cut short, altered or hostile to a `sideman serve` of its
own, in portions; after each one a step, which must be answered as if nothing had been. Prints what
the server counted, and its memory after the first portion and at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import struct
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.fakes.manifest import STEMS
from tests.runtime.fakes.client import Client
from tests.runtime.fakes.external import External
from tests.runtime.fakes.real_server import RealServer
from tests.runtime.measure_loss import STEP

ADDRESSES = (
    *(f"/{stem}" for stem in STEMS), "/context", "/update_r", "/w", "/update_fade", "/predict",
    "/update_package_size", "/predict_instruments", "/verbose", "/reset", "/print", "/packet_test",
    "/error", "/ready", "/nobody",
)  # fmt: skip


def bad(rng: random.Random, whole: bytes) -> bytes:
    """One datagram that no client means."""
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(rng.randrange(200))
    if kind == 1:
        return whole[: rng.randrange(len(whole))]
    if kind == 2:
        altered = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            altered[rng.randrange(24 if rng.random() < 0.5 else len(whole))] = rng.randrange(256)
        return bytes(altered)
    address = rng.choice(ADDRESSES).encode()
    head = address + b"\0" * (4 - len(address) % 4)
    if kind == 3:
        tags = "".join(rng.choice("ifhdsbTFNIt[]x") for _ in range(rng.randrange(9))).encode()
        tags = b"," + tags
        return head + tags + b"\0" * (4 - len(tags) % 4) + rng.randbytes(4 * rng.randrange(12))
    if kind == 4:
        value = rng.choice([float("nan"), float("inf"), -1e38, 1e38, 0.0, -7.0])
        return head + b",d\0\0" + struct.pack(">d", value)
    inner = head + b",i\0\0" + struct.pack(">i", rng.randrange(-(2**31), 2**31))
    size = rng.choice([len(inner), 0, -1, 2**31 - 1, 7])
    return b"#bundle\0" + rng.randbytes(8) + struct.pack(">i", size) + inner


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datagrams", type=int, default=300_000)
    parser.add_argument("--portion", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    server = RealServer(Path(tempfile.mkdtemp()))
    speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    whole = Client.chunk("/context", 1, 0, 33, np.full(2_048, 0.25, np.float32))
    memory, answered, portions = [], 0, options.datagrams // options.portion
    audio = {stem: np.full(STEP, 0.1, np.float32) for stem in STEMS}
    for portion in range(portions):
        for number in range(options.portion):
            speaking.sendto(bad(rng, whole), server.address)
            if number % 64 == 0:
                time.sleep(0.002)  # a socket's buffer holds so many
        time.sleep(1.0)
        client = External(server.address, server.replies, ["bass"])
        client.start()  # what a datagram may have set by chance is set again
        time.sleep(1.0)
        server.replies.setblocking(False)
        while _waiting(server.replies):
            pass
        client.send(portion, audio)
        answered += client.hear(time.perf_counter() + 20)
        client.close()
        if portion in (0, portions - 1):
            memory.append(server.resident_mb())
    alive, code = server.alive, server.end()
    log = server.log.read_text(errors="replace")
    found = {
        "datagrams": portions * options.portion,
        "steps_answered": f"{answered} of {portions}",
        "alive": alive,
        "exit": code,
        "resident_mb": memory,
        "server": server.counters(),
        "log_bytes": server.log.stat().st_size,
        "tracebacks": log.count("Traceback"),
    }
    print(json.dumps(found))


def _waiting(replies: socket.socket) -> bool:
    try:
        replies.recv(65_536)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    main()
