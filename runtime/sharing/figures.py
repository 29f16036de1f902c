"""How a shared server does: each session, and how much of it is used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SessionFigures:
    """A session at one moment, in seconds.

    Attributes:
        token: of the redirect that it came with; empty without one.
        client: host and port.
        since: of its begin.
        step: of audio in a step.
        ahead: that a reply may take.
        cycle_p50: that half of the last 256 cycles exceed; 0 before the first.
        cycle_p99: that 1 % exceed.
        wait_p50: that half of the steps waited longer for the cycle thread.
        wait_p99: that 1 % did.
        late: replies after their deadline.
        dropped: steps that were not answered.
        quiet: since its last datagram.
        stems: what it plays.
    """

    token: str
    client: str
    since: float
    step: float
    ahead: float
    cycle_p50: float
    cycle_p99: float
    wait_p50: float
    wait_p99: float
    late: int
    dropped: int
    quiet: float
    stems: str


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much of a shared server is used.

    Attributes:
        state: "loading", "ready" or "failed".
        detail: why, or the model's name.
        model: the model's name; empty before it is loaded.
        share: of all time that cycles take together.
        worst_wait: seconds that a step of some session can wait at the most.
        room: further sessions that fit, with the usual step and lead and one stem.
        rooms: likewise for each number of stems, from one on; and the share of all time that each
            of them takes. Nothing while nobody knows.
        free: seats that nobody has, and that can be used.
        seats: all of them.
        refused: hellos and changes that found no room, since the start.
        warnings: what an operator should know; each a sentence.
        batches: that were played, of steps of several sessions, since the start.
        batched: steps that were answered by them.
    """

    state: str
    detail: str
    model: str
    share: float
    worst_wait: float
    room: int
    free: int
    seats: int
    refused: int
    warnings: tuple[str, ...] = ()
    rooms: tuple[tuple[int, float], ...] = ()
    batches: int = 0
    batched: int = 0
