"""Clocks that differ, for an hour of music: `python -m tests.runtime.measure_drift`.

A client whose sound card runs 1,000 ppm fast, then one that runs 1,000 ppm slow, each against an
echo, faster than real time: the clocks of both ends are made of the position. What comes back is
compared sample by sample. Prints the worst difference, where packets landed against the playhead,
and the process's memory and descriptors after a minute and at the end.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from sideman.runtime.client import Client, network
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native import endpoint
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession, Host

RATE, BLOCK = 44_100, 512
STEP = LEAD = 4
#: Seconds of silence that end a session: those that it has would pass here in some milliseconds.
PATIENCE = 3_600.0


class LongHost(Host):
    """Keeps a minute of what it played and heard."""

    def __init__(self, client: Client, block: int) -> None:
        super().__init__(client, block)
        self._kept = 60 * RATE
        self.played = np.zeros(self._kept, np.float32)
        self.heard = np.zeros((1, self._kept), np.float32)

    def _process(self, part: np.ndarray) -> None:
        at = np.arange(self.client.position, self.client.position + len(part)) % self._kept
        out = np.ones((1, len(part)), np.float32)
        self.client.process(part, out)
        self.played[at], self.heard[:, at] = part, out

    def worst(self, delay: int, seconds: int) -> float:
        """The largest difference between the last seconds and what was played so long before."""
        at = np.arange(self.client.position - seconds * RATE, self.client.position)
        was = self.played[(at - delay) % self._kept]
        return float(np.abs(self.heard[0, at % self._kept] - was).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    options = parser.parse_args()
    network._SILENT_SECONDS = endpoint.SILENT_SECONDS = PATIENCE
    for ppm in (1_000, -1_000):
        print(json.dumps({"ppm": ppm, **drift(ppm, options.minutes * 60)}), flush=True)


def drift(ppm: float, seconds: int) -> dict:
    """Play so many seconds; what was measured."""
    clock, fast = [0.0], 1 + ppm * 1e-6
    echo = EchoSession()
    random = np.random.default_rng(0)
    found: dict = {"seconds": seconds, "worst": 0.0}
    landings = []
    server = Server(
        lambda: echo,
        beside(multi_track()),
        listen=("127.0.0.1", 0),
        reply=("127.0.0.1", 9),
        clock=lambda: clock[0],
    )
    with server:
        address, fast_clock = server.address[:2], lambda: clock[0] * fast
        with Client(address, ("bass",), step=STEP, lead=LEAD, clock=fast_clock) as client:
            host = LongHost(client, BLOCK)
            while client.status.state != "playing":
                clock[0] += 0.01
                time.sleep(0.002)
            number = client._network._session.number
            for second in range(1, seconds + 1):
                play_a_second(host, random, clock, fast)
                echo.calls.clear()
                place = client._network._session.placement
                if second > 2:
                    worst = host.worst(place.ahead + place.reply_samples, 1)
                    found["worst"] = max(found["worst"], worst)
                if second in (60, seconds):
                    found.setdefault("resident_mb", []).append(resident_mb())
                    descriptors = len(list(Path("/proc/self/fd").iterdir()))
                    found.setdefault("descriptors", []).append(descriptors)
                landings.append(1e3 * client.status.landing)
            status = client.status
            assert client._network._session.number == number, "it is still the same session"
        echo.let_go()
    assert status.state == "playing", status
    found |= {"lead": status.lead, "landing_ms": [min(landings[10:]), max(landings[10:])]}
    return found | {"lost": status.lost, "late": status.late, "context_lost": status.context_lost}


def play_a_second(
    host: LongHost, random: np.random.Generator, clock: list[float], fast: float
) -> None:
    """Play noise, wait at every boundary until its stems are there, and let time pass."""
    sound = random.uniform(-0.5, 0.5, RATE).astype(np.float32)
    for at in range(0, RATE, BLOCK):
        part = sound[at : at + BLOCK]
        clock[0] += len(part) / RATE / fast
        host._process(part)
        host._wait_for_stems()


def resident_mb() -> float:
    """This process's memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
