"""A million bad datagrams at the native protocol: `python -m tests.runtime.measure_native_fuzz`.

They are noise, and true packets and messages cut short, lengthened or altered. Each goes to the
endpoint of a server whose client plays, from that client's address and from a stranger's, and what
is understood of them must be exactly what it says: written again, it gives the same bytes. Bad ones
must change nothing: epoch, boundary, counts and what is heard are compared each time. Prints how
many were understood, and the process's memory at the beginning and at the end.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import random
import socket
import time
from pathlib import Path

from sideman.engine.errors import ProtocolError
from sideman.runtime.native.endpoint import NativeEndpoint
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.protocol import Access
from sideman.runtime.streaming.control import read_control, write_control
from sideman.runtime.streaming.packets import is_audio, read_packet, write_packet
from tests.runtime.native.echo import EchoSession
from tests.runtime.native.test_sessions import HELLO
from tests.runtime.streaming.documented import examples

CLIENT, STRANGER = ("127.0.0.1", 9), ("127.0.0.1", 10)


def bad(rng: random.Random, wholes: list[bytes]) -> bytes:
    """One datagram that no client means."""
    whole = rng.choice(wholes)
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(1_300))
    if kind == 1:
        return whole[: rng.randrange(len(whole))]
    if kind == 2:
        return whole + rng.randbytes(rng.randrange(1, 40))
    altered = bytearray(whole)
    for _ in range(rng.randrange(1, 6)):
        values = (0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256))
        altered[rng.randrange(len(whole))] = rng.choice(values)
    return bytes(altered)


def understood(data: bytes) -> bool:
    """Whether a datagram is one; then, written again, it gives the same bytes."""
    try:
        if is_audio(data, len(data)):
            packet = read_packet(data, len(data))
            assert write_packet(packet) == data
        else:
            message = read_control(data, len(data))
            assert write_control(message) == data
    except ProtocolError:
        return False
    return True


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 2**20


def playing() -> NativeEndpoint:
    """An endpoint whose client plays."""
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    queue = EventQueue()
    access = Access(
        queue, port, port, CLIENT, Counters(), time.perf_counter, lambda: None, lambda: "", False
    )
    endpoint = NativeEndpoint(access)
    session = EchoSession()
    endpoint.settings.adopt_model(session.grid, session.stems, lambda: None, session.check)
    hello = write_control(HELLO)
    endpoint.handle(hello, len(hello), CLIENT, time.perf_counter())
    assert endpoint.playing
    return endpoint


def state(endpoint: NativeEndpoint) -> tuple:
    session = endpoint._session
    assert session is not None
    epochs = session.epochs
    return (
        session.number, epochs.setting.epoch, epochs.boundary, epochs.end,
        dataclasses.astuple(session.heard),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datagrams", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.getLogger("sideman").setLevel(logging.CRITICAL)
    rng = random.Random(options.seed)
    endpoint = playing()
    wholes = list(examples().values())
    before, good, begun = state(endpoint), 0, time.perf_counter()
    memory = [resident_mb()]
    for number in range(options.datagrams):
        data = bad(rng, wholes)
        if understood(data):
            good += 1
            continue
        sender = STRANGER if number % 2 else CLIENT
        endpoint.handle(data, len(data), sender, time.perf_counter())
        assert state(endpoint) == before, data.hex()
        if number == options.datagrams // 10:
            memory.append(resident_mb())
    memory.append(resident_mb())
    found = {
        "datagrams": options.datagrams,
        "understood": good,
        "seconds": round(time.perf_counter() - begun, 1),
        "resident_mb": [round(each, 1) for each in memory],
        "counted": {k: v for k, v in endpoint._access.counters.as_dict().items() if v},
    }
    endpoint.replies.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
