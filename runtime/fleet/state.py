"""What the director knows of a player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sideman.runtime.fleet.leases import USUAL, Need
from sideman.runtime.fleet.report import Report, SessionReport

#: Seconds without a report after which a player gets nobody; it reports twice a second. After as
#: many as the second, its sessions count as over.
DOUBTED_SECONDS, GONE_SECONDS = 1.25, 10.0
_ROUNDING = 1e-6
_COUNTS = ("late", "dropped", "ignored", "refused")


@dataclass(eq=False)
class PlayerState:
    """A player as its reports show it; the director's thread.

    Attributes:
        name: of the player.
        bundle: name of what it plays.
        report: the newest; None before the first, and when it is gone.
        heard: when it came, in seconds.
        lives: how often its process has started.
        drained: whether the operator wants nobody new to be sent there; None while nobody knows.
        changing: whether nobody new is sent there because its bundle is to change.
        trouble: why it is not there; empty where it is.
        refused: tokens that it would not take.
        doubted: when a client came back from it, which may mean that it is gone, in seconds; until
            the next report nobody is sent there.
        missed: since when it is gone although it had been there; None while it is ready, or was
            never there.
        totals: counts of sessions and lives that are over.
    """

    name: str
    bundle: str
    report: Report | None = None
    heard: float = float("-inf")
    lives: int = 0
    drained: bool | None = None
    changing: bool = False
    trouble: str = ""
    refused: int = 0
    doubted: float = float("-inf")
    missed: float | None = None
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    _life: str = ""
    _line: int = 0

    def note(self, report: Report, now: float) -> bool:
        """Take a report; tells whether its process has started since the one before."""
        before = self.report
        begun = report.life != self._life
        if begun:
            self._life, self._line = report.life, 0
            self.lives += 1
            if before is not None:
                self._sum_up(before, None)
        elif before is not None:
            self._sum_up(before, report)
        self.report, self.heard, self.trouble = report, now, ""
        if report.state == "ready":
            self.missed = None
        return begun

    def new_lines(self) -> list[str]:
        """Lines of its log that have come since the last time."""
        lines = () if self.report is None else self.report.lines
        found = [line for number, line in lines if number > self._line]
        if lines and (missed := lines[-1][0] - self._line - len(found)) > 0:
            found.insert(0, f"({missed} lines of its log are left out.)")
        self._line = max(self._line, lines[-1][0] if lines else 0)
        return found

    def is_old(self, report: Report) -> bool:
        """Whether a later report of the same process has overtaken this one."""
        newest = self.report
        return newest is not None and newest.life == report.life and report.number < newest.number

    def lose(self, reason: str, now: float) -> None:
        """It is gone, with all its sessions."""
        if self.report is not None:
            self._sum_up(self.report, None)
        since = self.missing_since(now)
        self.missed = now if since is None else since
        self.report, self.trouble = None, reason

    def doubt(self, now: float) -> bool:
        """A client came back from it; tells whether it should be asked how it does."""
        if self.report is None or self.in_doubt:
            return False
        self.doubted = now
        return True

    @property
    def draining(self) -> str:
        """Why nobody new is sent there; empty where somebody is."""
        return "by hand" if self.drained else "changing" if self.changing else ""

    @property
    def in_doubt(self) -> bool:
        """Whether nothing was heard of it since a client came back from it."""
        return self.doubted > self.heard

    def missing_since(self, now: float) -> float | None:
        """Since when it cannot be sent anybody but may soon be again; None where that is not so."""
        if self.missed is not None or self.report is None:
            return self.missed
        if self.in_doubt:
            return self.doubted
        return self.heard if self.state(now) == "silent" else None

    def _sum_up(self, before: Report, after: Report | None) -> None:
        """Keep the counts of sessions that are over, so that a player's counts never fall."""
        if after is None:
            self.totals["ignored"] += before.ignored
            self.totals["refused"] += before.refused
        still = {session.token for session in after.sessions} if after else set()
        for session in before.sessions:
            if session.token not in still:
                self.totals["late"] += session.late
                self.totals["dropped"] += session.dropped

    @property
    def restarts(self) -> int:
        """How often its process has started again."""
        return max(0, self.lives - 1)

    @property
    def sessions(self) -> tuple[SessionReport, ...]:
        """Those that play here."""
        return () if self.report is None else self.report.sessions

    def counts(self) -> Mapping[str, int]:
        """Late and dropped steps, datagrams ignored and hellos refused there, since the start."""
        report = self.report
        return {
            "late": self.totals["late"] + sum(s.late for s in self.sessions),
            "dropped": self.totals["dropped"] + sum(s.dropped for s in self.sessions),
            "ignored": self.totals["ignored"] + (report.ignored if report else 0),
            "refused": self.totals["refused"] + (report.refused if report else 0),
        }

    def state(self, now: float) -> str:
        """One of "absent", "silent", "loading", "failed", "draining" and "ready"."""
        if self.report is None:
            return "absent"
        if now - self.heard >= DOUBTED_SECONDS:
            return "silent"
        if self.report.state != "ready":
            return self.report.state
        return "draining" if self.draining else "ready"

    def room(self, now: float, waiting: Mapping[Need, int], need: Need = USUAL) -> int:
        """How many more of a kind it can be sent, besides those on their way."""
        report = self.report
        if (
            # As `state` and `in_doubt`, but this is asked of every player at every hello.
            report is None
            or report.state != "ready"
            or self.drained
            or self.changing
            or now - self.heard >= DOUBTED_SECONDS
            or self.doubted > self.heard
        ):
            return 0
        count, share = self._usual(report, need)
        left = float(count)
        if waiting:
            if len(waiting) == 1 and need in waiting:  # the usual case, and looked at often
                many = waiting[need]
                taken = many * need.weight
            else:
                many = sum(waiting.values())
                taken = self._taken(report, waiting) / share if share else many
            # A seat each, too, however little they need.
            left = min(count - taken, max(report.room, report.free) - many)
        return max(0, int(left / max(1.0, need.weight) + _ROUNDING))

    def load(self, waiting: Mapping[Need, int]) -> float:
        """Share of its time that is taken, those on their way included."""
        report = self.report
        assert report is not None, "ask only players that report"
        return report.used + self._taken(report, waiting) if waiting else report.used

    @staticmethod
    def _usual(report: Report, need: Need) -> tuple[int, float]:
        """Sessions with as many stems and the usual step that fit, and the share of each.

        Whoever asks for more stems than there are is told so by the player.
        """
        rooms = report.rooms
        return rooms[min(need.stems, len(rooms)) - 1] if rooms else (report.room, report.each)

    @classmethod
    def _taken(cls, report: Report, waiting: Mapping[Need, int]) -> float:
        """Share of its time that those on their way will take."""
        return sum(
            count * need.weight * cls._usual(report, need)[1] for need, count in waiting.items()
        )

    def without(self, token: str) -> None:
        """Forget a session that was ended from here, until the next report."""
        if self.report is not None:
            left = tuple(s for s in self.report.sessions if s.token != token)
            self.report = replace(self.report, sessions=left)
