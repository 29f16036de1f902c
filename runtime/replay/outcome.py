"""What came of running a recording again."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Counts, and where the two first differ.

    Attributes:
        answers: steps that were answered in the recording, as far as it was run.
        same: of these, steps whose stems are the same to the last bit.
        heard: steps that the model took, answered or not.
        differently_heard: of these, steps whose context differs from the recording's.
        first: the first difference, as a sentence; empty where there is none.
        stopped: why the recording could not be run to its end, as a sentence.
        ended: whether the recording ends with the server's own end.
        damage: what is wrong with the file, as a sentence.
        seconds: from the first datagram to the last look at the clock.
        counters: of the server that was run again.
        recorded_counters: of the server that was recorded, at its end.
        bundles: digests of the bundles that were loaded and are not the one that is played now.
    """

    answers: int = 0
    same: int = 0
    heard: int = 0
    differently_heard: int = 0
    first: str = ""
    stopped: str = ""
    ended: bool = False
    damage: str = ""
    seconds: float = 0.0
    counters: dict[str, int] = field(default_factory=dict)
    recorded_counters: dict[str, int] = field(default_factory=dict)
    bundles: list[str] = field(default_factory=list)

    def differ(self, how: str) -> None:
        """Note a difference."""
        self.first = self.first or how

    @property
    def whole(self) -> bool:
        """Whether all that was recorded came out the same."""
        return not (self.first or self.stopped or self.damage)
