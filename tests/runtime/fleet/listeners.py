"""Real clients of a fleet that measure: each plays noise of its own and compares every sample."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from sideman.runtime.client import Client
from sideman.runtime.system.threads import let_packets_in
from tests.runtime.fleet.comparing import Comparison, whose

RATE, BLOCK = 44_100, 1_024
_SAMPLES = 1 << 20
#: Of a block; less is a ramp.
_SILENT_SHARE = 0.02


def run_clients(
    address: tuple[str, int],
    seeds: list[int],
    everybody: int,
    begin: float,
    seconds: float,
    results: Any,
) -> None:
    """Some clients in a process of their own; one thread is the sound card of all.

    Args:
        address: of the front door.
        seeds: of their noise, which are their numbers, too.
        everybody: how many clients there are in all processes.
        begin: when silence begins to count, in seconds of `time.time`.
        seconds: from then on.
        results: a queue that takes each client's figures.
    """
    let_packets_in()
    players = [Listener(address, seed) for seed in seeds]
    cpu, start, turn, behind = time.process_time(), time.time(), 0, 0.0
    while time.time() < begin + seconds:
        due = start + turn * BLOCK / RATE
        time.sleep(max(0.0, due - time.time()))
        behind = max(behind, time.time() - due)
        for player in players:
            player.turn(time.time() - begin)
        turn += 1
    used = (time.process_time() - cpu) / (time.time() - start) / len(players)
    for player in players:
        player.client.close()
        found = player.result() | {"cpu": used, "card_behind_s": behind}
        for place in found["wrong_places"][:3]:
            sounds = ((other, sound_of(other)) for other in range(everybody))
            place["whose"] = whose(place["heard"], sounds)
        results.put(found)


def sound_of(seed: int) -> np.ndarray:
    """Noise that tells a client from all others, float32."""
    return np.random.default_rng(seed).uniform(-0.4, 0.4, _SAMPLES).astype(np.float32)


class Listener:
    """A client that knows what it has to hear: itself, later by the echo's delay.

    Args:
        address: of the front door.
        seed: of its noise.
    """

    def __init__(self, address: tuple[str, int], seed: int) -> None:
        self.client = Client(address, ("bass",), step=4, lead=4)
        self.client.start()
        self.seed = seed
        self.sound = sound_of(seed)
        self.comparison = Comparison(self._at)
        self.silent: list[tuple[float, float]] = []
        self.sessions: list[tuple[float, int]] = []
        self._out = np.zeros((1, BLOCK), np.float32)
        self._delay: int | None = None

    def turn(self, now: float) -> None:
        """One block of the sound card, so many seconds after the begin."""
        at = self.client.position
        self.client.process(self._at(np.arange(at, at + BLOCK)), self._out)
        session = self.client._network._session
        if session is not None:
            place = session.placement
            delay = place.reply_samples + place.ahead
            assert self._delay in (None, delay), "nobody has asked for another step or lead"
            self._delay = delay
            if not self.sessions or self.sessions[-1][1] != session.number:
                self.sessions.append((round(now, 3), session.number))
        if self._delay is None:
            return
        number = self.sessions[-1][1]
        share = self.comparison.take(
            at, self._out[0], self._delay, seed=self.seed, now=round(now, 3), session=number
        )
        if now >= 0 and share > _SILENT_SHARE:
            self.silent.append((round(now, 3), round(share * BLOCK / RATE, 4)))

    def result(self) -> dict[str, Any]:
        """Its figures."""
        return {
            "seed": self.seed,
            "silent": self.silent,
            "sessions": self.sessions,
            "samples": self.comparison.counts(),
            "wrong_places": self.comparison.places,
        }

    def _at(self, positions: np.ndarray) -> np.ndarray:
        sound = self.sound[positions % _SAMPLES]
        return sound if positions[0] >= 0 else np.where(positions >= 0, sound, 0).astype(np.float32)
