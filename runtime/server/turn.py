"""Who plays now, and what was counted before: what is told of a session begins anew with it."""

from __future__ import annotations

from dataclasses import dataclass

from sideman.runtime.system.hosts import Address


@dataclass(frozen=True)
class Counts:
    """What was counted of one session, or of a part of it.

    Attributes:
        cycles: replies sent in full.
        late: of these, after their deadline.
        dropped: steps that were not answered.
        lost: seconds of context that never came.
    """

    cycles: int = 0
    late: int = 0
    dropped: int = 0
    lost: float = 0.0

    def since(self, before: Counts) -> Counts:
        """What was counted after those."""
        return Counts(
            self.cycles - before.cycles,
            self.late - before.late,
            self.dropped - before.dropped,
            max(0.0, self.lost - before.lost),
        )

    @property
    def mostly_late(self) -> bool:
        """Whether more than half of the steps, and more than one, came too late or not at all."""
        missed = self.late + self.dropped
        return missed > 1 and 2 * missed > self.cycles + self.dropped


@dataclass(frozen=True)
class Turn:
    """A session, as far as figures are concerned.

    Attributes:
        client: who plays.
        begun: when it began, in seconds of the server's clock.
        before: what had been counted by then.
        unchanged: what had been counted when what is played was changed last.
        held: whether it lasts until its end is told, whoever else is heard.
        ended: when it ended; None while it plays.
    """

    client: Address
    begun: float
    before: Counts
    unchanged: Counts
    held: bool = False
    ended: float | None = None

    def gives_way(self, client: Address, at: float) -> bool:
        """Whether a step of that client, which came then, begins another session."""
        if self.ended is not None:
            return at > self.ended  # what came before its end was its own
        return not self.held and client[0] != self.client[0]
