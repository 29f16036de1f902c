"""What happened in a rehearsal, step by step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sideman.runtime.listening.judge import Score
from sideman.runtime.listening.truth import Chance
from sideman.runtime.playing.profile import SPANS
from sideman.runtime.rehearse.timeline import Placement

Samples = npt.NDArray[np.float32]

#: Name of `StepRecord.round_trip` beside the server's spans.
ROUND_TRIP = "round trip"
#: How a step ended: answered before its place began to play (at w ≤ 0: within a step), answered
#: after that, refused by the server with `/batch_dropped`, or never answered in full.
Outcome = Literal["in time", "late", "dropped", "lost"]
OUTCOMES: tuple[Outcome, ...] = ("in time", "late", "dropped", "lost")


@dataclass
class StepRecord:
    """Times of one step, in seconds of one monotonic clock; NaN where it did not happen.

    Attributes:
        due: when the step had been played and its burst was due.
        sent: when the last packet of the burst had been sent.
        first: arrival of the first stem packet.
        last: arrival of the stem packet that completed the answer.
        missing: stem packets that have not come; None until the first tells how many there are.
        dropped: whether the server said that it dropped the step.
    """

    due: float = np.nan
    sent: float = np.nan
    first: float = np.nan
    last: float = np.nan
    missing: int | None = None
    dropped: bool = False

    @property
    def complete(self) -> bool:
        """Whether every packet of every stem has come."""
        return self.missing == 0

    @property
    def round_trip(self) -> float:
        """Seconds from the end of the step to the last stem packet: what a performer waits."""
        return self.last - self.due if self.complete else np.nan

    def outcome(self, deadline: float) -> Outcome:
        """How the step ended, given the seconds that an answer may take."""
        if self.complete:
            return "in time" if self.round_trip <= deadline else "late"
        return "dropped" if self.dropped else "lost"


@dataclass
class Rehearsal:
    """Everything that the report is made from.

    Attributes:
        bundle: the bundle's name.
        trained: False where its weights are random.
        sample_rate: samples a second.
        placement: the time line.
        options: what was asked for, for the JSON.
        context: [steps·S] float32, what was played.
        stems: [placement.total] float32 for each stem that was asked for.
        stages: [steps, spans] seconds as measured inside the server; NaN where a step had no
            cycle.
        cycles: the server's cycles, as its log has them; empty where there was none.
        steps: one record for each step; empty when there was no clock.
        messages: OSC messages that are no audio, counted by address.
        errors: texts of the `/error` messages.
        stale_packets: stem packets of answers older than the previous step, which clients ignore.
        notes: plain sentences for the reader.
        faults: what could not be measured or kept, one sentence each; it failed then.
        scores: by stem, how it was played; empty if the piece's chords and onsets are not known.
        chance: by stem, the scores of playing another piece.
        judged_from: seconds from the beginning before which nothing was judged.
        late: seconds by which clients place replies too late; removed before judging.
    """

    bundle: str
    trained: bool
    sample_rate: int
    placement: Placement
    options: dict[str, object]
    context: Samples
    stems: dict[str, Samples]
    stages: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((0, len(SPANS))))
    cycles: list[dict[str, Any]] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    stale_packets: int = 0
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)
    chance: dict[str, Chance] = field(default_factory=dict)
    judged_from: float = 0.0
    late: float = 0.0

    @property
    def offline(self) -> bool:
        """Whether the steps followed each other without a clock."""
        return not self.steps

    @property
    def deadline(self) -> float:
        """Seconds from the end of a step until its answer is first needed."""
        return self.placement.deadline_samples / self.sample_rate

    @property
    def counts(self) -> dict[str, int]:
        """Number of steps, and of those that ended each way."""
        outcomes = Counter(step.outcome(self.deadline) for step in self.steps)
        return {"steps": self.placement.steps} | {name: outcomes[name] for name in OUTCOMES}

    @property
    def silent(self) -> bool:
        """Whether no stem holds any sound."""
        return not any(np.any(samples) for samples in self.stems.values())

    @property
    def failed(self) -> bool:
        """Whether a step was dropped or lost, nothing came back, or not all of it was kept."""
        counts = self.counts
        return self.silent or bool(self.faults) or counts["dropped"] + counts["lost"] > 0
