"""Real clients of a fleet that measure: each plays noise of its own and compares every sample."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from sideman.runtime.client import Client
from sideman.runtime.system.threads import let_packets_in
from tests.runtime.fleet.comparing import Comparison, whose
from tests.runtime.fleet.sounds import played, sound_of

RATE, BLOCK = 44_100, 1_024
#: Of a block; less is a ramp.
_SILENT_SHARE = 0.02
#: Of a client's wrong places, those of which is told whose sound stood there, and how many samples
#: that takes: fewer stand in several sounds.
_TOLD, _KNOWN_BY = 3, 8


@dataclass(frozen=True)
class Listening:
    """What clients are told, whatever language they are written in.

    Attributes:
        address: host and port of the front door.
        begin: when silence begins to count, in seconds of `time.time`.
        seconds: from then on.
        step: columns.
        lead: columns.
        int16: stems come in half the bytes.
        everybody: how many clients there are in all processes.
    """

    address: tuple[str, int]
    begin: float
    seconds: float
    step: int = 4
    lead: int = 4
    int16: bool = False
    everybody: int = 1


def run_clients(told: Listening, seeds: list[int], results: Any) -> None:
    """Some clients in a process of their own; one thread is the sound card of all.

    Args:
        told: to each of them.
        seeds: of their noise, which are their numbers, too.
        results: a queue that takes each client's figures.
    """
    let_packets_in()
    players = [Listener(told, seed) for seed in seeds]
    cpu, start, turn, behind = time.process_time(), time.time(), 0, 0.0
    while time.time() < told.begin + told.seconds:
        due = start + turn * BLOCK / RATE
        time.sleep(max(0.0, due - time.time()))
        behind = max(behind, time.time() - due)
        for player in players:
            player.turn(time.time() - told.begin)
        turn += 1
    used = (time.process_time() - cpu) / (time.time() - start) / len(players)
    for player in players:
        player.client.close()
        results.put(player.result(told.everybody) | {"cpu": used, "card_behind_s": behind})


class Listener:
    """A client that knows what it has to hear: itself, later by the echo's delay.

    Args:
        told: what every client is told.
        seed: of its noise.
    """

    def __init__(self, told: Listening, seed: int) -> None:
        self.client = Client(
            told.address, ("bass",), step=told.step, lead=told.lead, int16=told.int16
        )
        self.client.start()
        self.seed = seed
        self.comparison = Comparison(played(sound_of(seed)))
        self.silent: list[tuple[float, float]] = []
        self.sessions: list[tuple[float, int]] = []
        self._out = np.zeros((1, BLOCK), np.float32)
        self._delay: int | None = None

    def turn(self, now: float) -> None:
        """One block of the sound card, so many seconds after the begin."""
        at = self.client.position
        self.client.process(self.comparison.at(np.arange(at, at + BLOCK)), self._out)
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

    def result(self, everybody: int) -> dict[str, Any]:
        """Its figures; `everybody`: of how many clients' sounds a wrong one may be."""
        return {
            "seed": self.seed,
            "silent": self.silent,
            "sessions": self.sessions,
            "samples": self.comparison.counts() | {"unjudged": 0},
            "wrong_places": with_owners(self.comparison.places, everybody),
        }


def with_owners(places: list[dict[str, Any]], everybody: int) -> list[dict[str, Any]]:
    """Wrong places, of which the first tell whose sound stood there."""
    for place in [p for p in places if len(p["heard"]) >= _KNOWN_BY][:_TOLD]:
        sounds = ((other, sound_of(other)) for other in range(everybody))
        place["whose"] = whose(place["heard"], sounds)
    return places
