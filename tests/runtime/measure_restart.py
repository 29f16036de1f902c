"""A server that is killed under a playing client: `python -m tests.runtime.measure_restart`.

A real server with the demonstration's bundle and a native client in real time. The server is ended
by SIGKILL and started again; counted is the time from the moment at which it is ready to the first
sound of the band. Then the client vanishes without a word, and another one comes from the same
machine: counted from the server's answer. Prints seconds for each round.
"""

from __future__ import annotations

import argparse
import json
import threading
import time

import numpy as np
import soundfile

from sideman.runtime.client import Client
from sideman.runtime.rehearse.demo import demo_bundle, demo_loop
from sideman.runtime.rehearse.native.play import BLOCK, connect
from sideman.runtime.rehearse.process import ServerProcess, free_port
from sideman.runtime.system.machine import describe_machine
from sideman.runtime.system.threads import let_packets_in

RATE = 44_100
PATIENCE = 60.0
#: Of a stem's sample that counts as sound.
AUDIBLE = 1e-3


class Card(threading.Thread):
    """A sound card on a thread of its own; notes when the band was heard last.

    Attributes:
        client: that it drives.
        sounds: when the latest audible block was played, on `time.monotonic`.
    """

    def __init__(self, client: Client, loop: np.ndarray) -> None:
        super().__init__(daemon=True)
        self.client, self.sounds, self.ending = client, 0.0, False
        self._loop = loop

    def run(self) -> None:
        begun, at = time.monotonic(), 0
        out = np.zeros((1, BLOCK), np.float32)
        while not self.ending:
            time.sleep(max(0.0, begun + (at + BLOCK) / RATE - time.monotonic()))
            where = np.arange(at, at + BLOCK) % len(self._loop)
            self.client.process(self._loop[where], out)
            if np.abs(out).max() > AUDIBLE:
                self.sounds = time.monotonic()
            at += BLOCK


def until(reached, what: str) -> float:
    """Wait; tells when it was so."""
    end = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(0.002)
    return time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--lead", type=int, default=8)
    options = parser.parse_args()
    let_packets_in()
    loop, _ = soundfile.read(demo_loop(), dtype="float32")
    address = ("127.0.0.1", free_port())
    command = [str(demo_bundle()), "--listen", f"{address[0]}:{address[1]}"]
    data: dict = {"step_seconds": options.columns * 4_096 / RATE, "server": [], "client": []}

    def join() -> tuple[Client, Card]:
        client = Client(address, ("bass",), step=options.columns, lead=options.lead)
        card = Card(client, loop)
        card.start()
        client.start()
        return client, card

    client, card = join()
    server = ServerProcess(command)
    try:
        server.__enter__()
        until(lambda: card.sounds > 0, "the band")
        data["ahead_seconds"] = client.status.ahead
        for _ in range(options.rounds):
            server._process.kill()
            killed = time.monotonic()
            missed = until(lambda: client.status.state != "playing", "missing it")
            server.__exit__(None, None, None)
            server = ServerProcess(command)
            server.__enter__()
            ready = until(lambda: client.status.state == "playing", "a session")
            card.sounds = 0.0
            heard = until(lambda: card.sounds > 0, "the band again")
            times = {"missed_after": missed - killed, "sound_after_ready": heard - ready}
            data["server"].append(times)
            time.sleep(2)
        for _ in range(options.rounds):
            # As when its process dies: nothing is said, and its port is another one then.
            card.ending = True
            card.join()
            client._network._session = None
            client.close()
            gone = time.monotonic()
            client, card = join()
            connect(client, server.check_alive)
            ready = time.monotonic()
            heard = until(lambda card=card: card.sounds > 0, "the band again")
            data["client"].append({"session_after": ready - gone, "sound_after": heard - ready})
    finally:
        card.ending = True
        card.join()
        client.close()
        server.__exit__(None, None, None)
    print(json.dumps(data | {"machine": describe_machine()}))


if __name__ == "__main__":
    main()
