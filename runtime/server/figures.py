"""How a server does, as one look: for a panel, and for who asks over the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.playing.levels import FLOOR, decibels, root_mean_square
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address


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


@dataclass(frozen=True)
class Figures:
    """A server at one moment, in seconds and dBFS.

    Attributes:
        state: "loading", "ready" or "failed".
        detail: the model's name when ready, how far it is while loading, else what went wrong.
        engine: what runs the stages, and how.
        uptime: since the start.
        client: who was answered last; empty before.
        quiet: since the last reply; 0 before the first.
        cycle: that the last reply took, from last context packet to last stem packet.
        usual: that a cycle takes; half take longer. 0 as long as nobody knows, as in all of these.
        most: that 1 % of the last 64 cycles exceed.
        deadline: that a reply may take.
        step: of audio in a step.
        cycles: replies sent in full.
        late: of these, after their deadline.
        dropped: steps that were not answered.
        patched: steps with silence in place of packets that never came.
        lost: of context that never came.
        errors: messages that were refused, and cycles and loads that failed.
        levels: of each stem in the last reply.
        error: the newest of the errors, as a line; empty where there was none.
        error_age: since then.
    """

    state: str = "loading"
    detail: str = ""
    engine: str = ""
    uptime: float = 0.0
    client: str = ""
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
        if (error := counters.last_error) is None:
            return found
        return replace(found, error=error[0], error_age=now - error[1])

    @property
    def playing(self) -> bool:
        """Whether a reply came within the last two steps."""
        return self.step > 0 and self.quiet < max(2.0, 2 * self.step + self.cycle)

    def level(self, stem: str) -> float:
        """Of a stem, in dBFS; `FLOOR` where it is not played now."""
        return self.levels.get(stem, FLOOR) if self.playing else FLOOR
