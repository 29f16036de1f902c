"""How long a packet waits while Python computes: `python -m tests.runtime.measure_wait`.

A server in this process, with a session that does nothing, and another process that sends it the
context of a native client. The kernel stamps each datagram when it arrives; the wait ends when the
receive thread has read it. Meanwhile a thread of this process works with numpy: in small pieces, in
products of matrices, or not at all. The three are measured by turns, in one process and run. Linux
only.
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np

from sideman.runtime.server.counters import Counters
from sideman.runtime.server.protocol import Endpoint
from sideman.runtime.server.receiver import Receiver
from sideman.runtime.system.hosts import Guard
from sideman.runtime.system.machine import describe_machine
from sideman.runtime.system.threads import let_packets_in

#: SO_TIMESTAMPNS, which Python does not name.
TIMESTAMP = 35
#: Blocks of 512 samples in a second, two packets each.
BLOCKS = 86
SENDER = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", int(sys.argv[1])))
begun = time.monotonic()
for i in range(int(float(sys.argv[2]) * 86)):
    time.sleep(max(0.0, begun + i / 86 - time.monotonic()))
    s.send(bytes(1200)); s.send(bytes(1200))
"""


class Stamped:
    """A socket that notes how long each datagram has waited when it is read."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, TIMESTAMP, 1)
        self.waits: list[float] = []

    def recvfrom_into(self, buffer: bytearray) -> tuple[int, tuple]:
        size, more, _, sender = self._socket.recvmsg_into([buffer], 64)
        now = time.time()
        seconds, nano = struct.unpack("qq", more[0][2])
        self.waits.append(now - seconds - nano * 1e-9)
        return size, sender

    def __getattr__(self, name: str) -> object:
        return getattr(self._socket, name)


def rest(ending: threading.Event) -> None:
    ending.wait()


def small(ending: threading.Event) -> None:
    """Many calls on arrays of a step's size, as a cycle's own arithmetic."""
    a = np.random.default_rng(0).uniform(size=16_384).astype(np.float32)
    while not ending.is_set():
        np.abs(a * 0.5 + a).max()


def products(ending: threading.Event) -> None:
    """Calls that each take some milliseconds and leave the interpreter to others."""
    a = np.random.default_rng(0).uniform(size=(500, 500)).astype(np.float32)
    while not ending.is_set():
        a @ a


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    let_packets_in()
    works: dict[str, Callable[[threading.Event], None]] = {
        "nothing": rest,
        "numpy in small pieces": small,
        "numpy's products": products,
    }
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(options.rounds):
        for name, work in works.items():
            found[name] += measure(work, options.seconds)
    data = {
        name: {
            "packets": len(waits),
            **{f"p{p}_ms": 1e3 * float(np.percentile(waits, p)) for p in (50, 99, 99.9)},
        }
        for name, waits in found.items()
    }
    print(json.dumps(data | {"machine": describe_machine()}, indent=1))


def measure(work: Callable[[threading.Event], None], seconds: float) -> list[float]:
    """Seconds that each packet waited while this was done."""
    listener, counters = Stamped(), Counters()
    endpoint = Endpoint(
        lambda *_: None, lambda now: None, None, None, frozenset(), lambda samples: 0
    )
    guard = Guard(("127.0.0.1", 0))
    receiver = Receiver(listener, guard, endpoint, counters, time.perf_counter)
    receiver.start()
    ending = threading.Event()
    worker = threading.Thread(target=work, args=(ending,))
    worker.start()
    port = listener.getsockname()[1]
    subprocess.run([sys.executable, "-c", SENDER, str(port), str(seconds)], check=True)
    ending.set()
    worker.join()
    receiver.stop()
    receiver.close()
    return listener.waits


if __name__ == "__main__":
    main()
