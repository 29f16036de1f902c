"""10,000 sessions on 250 GPUs, as far as the director is concerned.

The director, its door and its proofs are the real ones, in one process without Ray; hellos are real
datagrams that are handed to the door, reports are those that a player of 40 sessions would make.
Ray's part is added by its measured rate: a call of an actor there and back.
"""

from __future__ import annotations

import pickle
import time
from typing import Any

from sideman.runtime.fleet.director import Director
from sideman.runtime.fleet.door import Door
from sideman.runtime.fleet.report import Report, SessionReport
from sideman.runtime.streaming.control import Hello, Position, padded, read_control, write_control

PLAYERS, SESSIONS = 250, 40
#: Reports that a player makes in a second.
REPORTS = 2.0
#: Calls of actors that one process makes and answers in a second, as measured with Ray 2.60
#: (0.5 ms by the field notes, 0.75 ms here on a machine that was busy with other things).
CALLS = 1_333.0


def simulate(players: int = PLAYERS, each: int = SESSIONS) -> dict[str, Any]:
    """Fill an empty fleet, then keep it going.

    Args:
        players: of the fleet.
        each: sessions of a player.
    """
    names = {f"gpu-{i}": "model" for i in range(players)}
    director = Director({"model": "/model"}, names)
    answers: list[bytes] = []
    door = Door(director, lambda data, to: answers.append(data), lambda to: ("192.0.2.1", 7000), 8)
    playing: dict[str, list[SessionReport]] = {name: [] for name in names}

    def report(name: str, now: float) -> Report:
        there = tuple(playing[name])
        used = 0.7 * len(there) / each
        return Report(
            name, "1", "node", "/model", 0, "ready", host="192.0.2.2", port=7001, used=used,
            each=0.7 / each, room=each - len(there), sessions=there,
        )  # fmt: skip

    for name in names:
        director.heard(report(name, 0.0), 0.0)
    total = players * each
    begun = time.perf_counter()
    for number in range(total):
        now = number / 1_000
        sender = (f"198.51.{number >> 8 & 255}.{number & 255}", 4_000 + (number >> 16))
        hello = Hello(1, 1, 1, 44_100, 512, 4, 4, 0, "bass", "normal", "x", "", Position(0))
        data = write_control(padded(hello))
        door.handle(data, len(data), sender, now)
        proof = read_control(answers[-1], len(answers[-1])).token
        again = Hello(2, 1, 1, 44_100, 512, 4, 4, 0, "bass", "normal", "x", proof, Position(0))
        data = write_control(padded(again))
        door.handle(data, len(data), sender, now)
        (order,) = director.orders
        director.orders = []
        door.answered(order, "")
        client = f"{sender[0]}:{sender[1]}"
        playing[order.player].append(
            SessionReport(order.token, client, 0.37, 0.32, 0.006, 0.007, 0.01, 0.1)
        )
        if number % 500 == 499:  # half a second, in which each player reports once
            for name in names:
                director.heard(report(name, now), now)
            director.expire(now)
    filled = time.perf_counter() - begun
    now = total / 1_000
    for name in names:
        director.heard(report(name, now), now)
    assert len(director.leases) == total
    # A round of reports as they come over Ray: pickled there, read here.
    blobs = [pickle.dumps(report(name, now)) for name in names]
    begun = time.perf_counter()
    for blob in blobs:
        director.heard(pickle.loads(blob), now)
    reports = time.perf_counter() - begun
    begun = time.perf_counter()
    director.expire(now)
    expire = time.perf_counter() - begun
    # Everybody who is too many asks once a second.
    hello = Hello(1, 1, 1, 44_100, 512, 4, 4, 0, "bass", "normal", "x", "", Position(0))
    data = write_control(padded(hello))
    begun = time.perf_counter()
    for number in range(1_000):
        door.handle(data, len(data), ("203.0.113.9", 1_000 + number), now)
    refusals = time.perf_counter() - begun
    from sideman.runtime.fleet.figures import figures

    begun = time.perf_counter()
    figures(director, now, uptime=1.0, listen=("192.0.2.1", 7000), ignored=0)
    look = time.perf_counter() - begun
    leases = total / filled
    return {
        "players": players,
        "sessions": total,
        "leases_per_second": leases,
        "leases_per_second_by_ray": CALLS,
        "seconds_to_fill": total / min(leases, CALLS),
        "reports_per_second": REPORTS * players,
        "share_of_director_for_reports": REPORTS * reports,
        "share_of_ray_for_reports": REPORTS * players / CALLS,
        "bytes_of_a_report": len(blobs[0]),
        "seconds_of_expire": expire,
        "share_of_director_for_expire": 4 * expire,
        "refusals_per_second": 1_000 / refusals,
        "seconds_of_figures": look,
    }
