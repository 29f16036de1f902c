"""What a player tells the director, and the director a player."""

from __future__ import annotations

from dataclasses import dataclass

#: A line of news: the life of the director that tells it, and its number in that life.
Mark = tuple[str, int]
#: Before all news.
BEGINNING: Mark = ("", 0)


@dataclass(frozen=True)
class SessionReport:
    """A session that plays, as its player sees it; times in seconds.

    Attributes:
        token: of its lease; empty where it has none.
        client: HOST:PORT.
        step: of audio in a step.
        deadline: that a reply may take, from a boundary's arrival to the first sample's playing.
        cycle_p50: that a cycle takes; half take longer.
        cycle_p99: likewise, 1 % take longer.
        wait_p50: between a step's last sample and the beginning of its cycle; half wait longer.
        wait_p99: likewise, 1 % wait longer.
        late: replies after their deadline.
        dropped: steps without a reply.
        quiet: since its last datagram.
    """

    token: str
    client: str
    step: float = 0.0
    deadline: float = 0.0
    cycle_p50: float = 0.0
    cycle_p99: float = 0.0
    wait_p50: float = 0.0
    wait_p99: float = 0.0
    late: int = 0
    dropped: int = 0
    quiet: float = 0.0


@dataclass(frozen=True)
class Report:
    """A player at one moment.

    Attributes:
        player: its name, which outlives its process.
        life: drawn anew whenever its process starts.
        node: where it runs, for people.
        folder: of the bundle that it plays.
        revision: of the assignment that it follows.
        state: "loading", "ready" or "failed".
        detail: how far it is, or what went wrong.
        host: where clients reach it; empty before it listens.
        port: likewise.
        used: share of its time that sessions take, from 0 to 1.
        each: share that one more usual session would take.
        rooms: for each number of stems, from one on: usual sessions that still fit, and the share
            that each would take; nothing where nobody knows.
        free: seats that nobody has.
        drained: whether it was told to drain.
        wanted: newest revision that it was told to play, though its turn may not have come.
        wanted_folder: of that.
        worst: seconds that a step may wait at the worst, by arithmetic.
        room: usual sessions that still fit, by the player's own arithmetic.
        sessions: that play.
        warnings: of the process, such as its priority.
        lines: the last lines of its log that an operator should see, each with its number.
        ignored: datagrams that it would not read, or that meant nothing.
        refused: hellos and changes that found no room there.
        number: greater than that of every report that was begun before, of this life.
    """

    player: str
    life: str
    node: str
    folder: str
    revision: int
    state: str
    detail: str = ""
    host: str = ""
    port: int = 0
    used: float = 0.0
    each: float = 0.0
    worst: float = 0.0
    room: int = 0
    sessions: tuple[SessionReport, ...] = ()
    warnings: tuple[str, ...] = ()
    number: int = 0
    lines: tuple[tuple[int, str], ...] = ()
    ignored: int = 0
    refused: int = 0
    rooms: tuple[tuple[int, float], ...] = ()
    free: int = 0
    drained: bool = False
    wanted: int = 0
    wanted_folder: str = ""


@dataclass(frozen=True)
class Order:
    """What the director wants of a player.

    Attributes:
        player: its name.
        kind: "expect" and "revoke" a token, "end" its session as well, or "become" a player of
            another bundle. What follows a player only keeps, and reports, for a director that
            starts again: "drain", "resume", and "want", the bundle that all are to play in the end.
        token: of a lease; empty for the others.
        seconds: that the token is good for.
        folder: of the bundle, for "become" and "want".
        revision: of that assignment.
    """

    player: str
    kind: str
    token: str = ""
    seconds: float = 0.0
    folder: str = ""
    revision: int = 0
