"""What a server counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from sideman.runtime.server.turn import Counts, Turn
from sideman.runtime.system.hosts import Address


@dataclass
class Counters:
    """Counts since the server started; read by any thread.

    Attributes:
        cycles: replies sent in full.
        late: of these, replies sent after their deadline.
        patched: steps that were played with silence in place of packets that did not come.
        dropped: steps that will not be answered.
        errors: messages that were refused, and cycles and loads that failed.
        lost: seconds of context in whose place there was silence, because it never came.
        last_error: the newest of the errors and its time, in seconds; None where there was none.
        ignored: datagrams from hosts that are not allowed, and messages that only servers send.
        turn: the session that plays, or played last; None before the first. Replaced as a whole.
    """

    cycles: int = 0
    late: int = 0
    patched: int = 0
    dropped: int = 0
    errors: int = 0
    ignored: int = 0
    lost: float = 0.0
    last_error: tuple[str, float] | None = None
    turn: Turn | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def count(self, name: str) -> None:
        """Add one; any thread."""
        with self._lock:
            setattr(self, name, getattr(self, name) + 1)

    def fail(self, what: str, now: float) -> None:
        """Add an error, and keep it as the newest; any thread.

        Args:
            what: one line.
            now: seconds.
        """
        with self._lock:
            self.errors += 1
            self.last_error = what, now

    def lose(self, seconds: float) -> None:
        """Add context that never came; any thread."""
        with self._lock:
            self.lost += seconds

    @property
    def counts(self) -> Counts:
        """What is counted of steps, since the start."""
        return Counts(self.cycles, self.late, self.dropped, self.lost)

    def begin(self, client: Address, now: float, *, held: bool = False) -> None:
        """Let a session begin, and its figures with it; any thread.

        Args:
            client: who plays.
            now: seconds.
            held: whether it lasts until `end`, whoever else is heard.
        """
        with self._lock:
            counts = self.counts
            self.turn = Turn(client, now, counts, counts, held)

    def end(self, now: float) -> None:
        """Let the session end that plays, if one does; any thread."""
        with self._lock:
            if self.turn is not None and self.turn.ended is None:
                self.turn = replace(self.turn, ended=now)

    def changed(self) -> None:
        """What is played is another from here on, or cycles do other work; any thread."""
        with self._lock:
            if self.turn is not None:
                self.turn = replace(self.turn, unchanged=self.counts)

    def as_dict(self) -> dict[str, int]:
        """All counts by name."""
        names = ("cycles", "late", "patched", "dropped", "errors", "ignored")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        return ", ".join(f"{number} {name}" for name, number in self.as_dict().items())
