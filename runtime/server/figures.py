"""How a server does, as one look: for a panel, and for who asks over the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.playing.levels import FLOOR, decibels, root_mean_square
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.setting import Setting
from sideman.runtime.server.turn import Counts, Turn
from sideman.runtime.system.hosts import Address, shown_address


@dataclass(frozen=True)
class Answered:
    """The step that was answered last; made by the cycle thread and changed by nobody.

    Attributes:
        at: when, in seconds of the server's clock.
        seconds: from its last context packet to its last stem packet.
        deadline: seconds that this may take.
        step: seconds of audio in a step.
        client: who plays.
        levels: root mean square of each stem's last reply, in dBFS.
    """

    at: float
    seconds: float
    deadline: float
    step: float
    client: Address
    levels: Mapping[str, float]

    @classmethod
    def of(
        cls,
        setting: Setting,
        stems: NDArray[np.float32],
        at: float,
        over: float,
        client: Address,
    ) -> Answered:
        """Look at a reply.

        Args:
            setting: that it was made with.
            stems: [rows, samples] float32.
            at: seconds of the server's clock at its end.
            over: seconds after its deadline; less than 0 when in time.
            client: who got it.
        """
        deadline = setting.deadline_seconds
        levels = {
            name: decibels(root_mean_square(row))
            for name, row in zip(setting.generated, stems, strict=True)
        }
        step = setting.geometry.step_samples / setting.grid.sample_rate
        return cls(at, deadline + over, deadline, step, client, levels)

    def belongs_to(self, turn: Turn) -> bool:
        """Whether it is a step of that session, which has not ended."""
        if turn.ended is not None or self.at < turn.begun:
            return False
        # Clients of `multi_track` are told apart by their hosts alone.
        return self.client == turn.client if turn.held else self.client[0] == turn.client[0]


@dataclass(frozen=True)
class Figures:
    """A server at one moment, in seconds and dBFS.

    Attributes:
        state: "loading", "ready" or "failed".
        detail: the model's name when ready, how far it is while loading, else what went wrong.
        engine: what runs the stages, and how.
        uptime: since the start.
        client: who plays; empty where nobody does.
        held: whether that client is in a session, which it would have ended.
        quiet: since the session's last reply, or since its begin where it has none.
        cycle: that the last reply took, from last context packet to last stem packet.
        usual: that a cycle takes with the setting in force; half take longer. 0 as long as nobody
            knows, as in all of these.
        most: that 1 % of the last 64 cycles exceed.
        deadline: that a reply may take.
        step: of audio in a step.
        cycles: replies sent in full.
        late: of these, after their deadline.
        dropped: steps that were not answered.
        patched: steps with silence in place of packets that never came.
        lost: of context that never came.
        errors: messages that were refused, and cycles and loads that failed.
        session: what was counted since the session began; of `cycles` and the others, all since the
            start.
        too_late: what to do, as a line, where most steps of the session are late; else empty.
        levels: of each stem in the last reply.
        error: the newest of the errors, as a line; empty where there was none.
        error_age: since then.
    """

    state: str = "loading"
    detail: str = ""
    engine: str = ""
    uptime: float = 0.0
    client: str = ""
    held: bool = False
    quiet: float = 0.0
    cycle: float = 0.0
    usual: float = 0.0
    most: float = 0.0
    deadline: float = 0.0
    step: float = 0.0
    cycles: int = 0
    late: int = 0
    dropped: int = 0
    patched: int = 0
    lost: float = 0.0
    errors: int = 0
    session: Counts = field(default_factory=Counts)
    too_late: str = ""
    levels: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    error_age: float = 0.0

    def with_counts(self, counters: Counters, now: float) -> Figures:
        """The same with what was counted, and the newest error.

        Args:
            counters: of the server.
            now: seconds of its clock.
        """
        found = replace(
            self,
            cycles=counters.cycles,
            late=counters.late,
            dropped=counters.dropped,
            patched=counters.patched,
            lost=counters.lost,
            errors=counters.errors,
        )
        counts, turn = counters.counts, counters.turn
        found = replace(found, session=counts if turn is None else counts.since(turn.before))
        if (error := counters.last_error) is None:
            return found
        return replace(found, error=error[0], error_age=now - error[1])

    def with_turn(self, counters: Counters, answered: Answered | None, now: float) -> Figures:
        """The same with what belongs to the session that plays, and to no earlier one.

        Args:
            counters: of the server.
            answered: the step that was answered last, whose ever it was.
            now: seconds of its clock.
        """
        turn = counters.turn
        if turn is None or turn.ended is not None:
            return self
        client = shown_address(turn.client)
        found = replace(self, client=client, held=turn.held, quiet=now - turn.begun)
        if answered is None or not answered.belongs_to(turn):
            return found
        found = replace(found.with_answer(answered, now), levels=answered.levels)
        if not counters.counts.since(turn.unchanged).mostly_late:
            return found
        return replace(found, too_late=_too_late(found))

    def with_answer(self, answered: Answered, now: float) -> Figures:
        """The same with a step that was answered; without its levels.

        Args:
            answered: that step.
            now: seconds of the server's clock.
        """
        return replace(
            self,
            quiet=now - answered.at,
            cycle=answered.seconds,
            deadline=answered.deadline,
            step=answered.step,
        )

    @property
    def playing(self) -> bool:
        """Whether a reply came within the last two steps."""
        return self.step > 0 and self.quiet < max(2.0, 2 * self.step + self.cycle)

    def level(self, stem: str) -> float:
        """Of a stem, in dBFS; `FLOOR` where it is not played now."""
        return self.levels.get(stem, FLOOR) if self.playing else FLOOR


def _too_late(figures: Figures) -> str:
    """Why steps are late, and what to do."""
    seconds = (figures.usual, figures.step, figures.deadline)
    cycle, step, deadline = (f"{1e3 * each:.0f} ms" for each in seconds)
    if figures.usual > figures.step:
        return f"a cycle takes {cycle}, a step {step}: longer steps or fewer stems"
    if figures.usual > figures.deadline:
        return f"a cycle takes {cycle}, {deadline} are allowed: a longer lead or fewer stems"
    taken = f"{1e3 * figures.cycle:.0f} ms"
    return f"a reply took {taken}, {deadline} are allowed: a longer lead, fewer stems, or less load"
