"""What was measured of each contestant, and how it stands to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sideman.engine.bundle.manifest import INT8, short_name
from sideman.engine.comparing.deviation import (
    RECORDING_TOLERANCES,
    coarsest,
    relative_error,
    tolerance_of,
)
from sideman.runtime.bench.contest.contestants import Contestant
from sideman.runtime.bench.contest.entrant import Entrant, Played

#: What every cycle is timed by.
CYCLE = "cycle"
#: Rounds of which quartiles tell something.
MANY = 8


@dataclass(frozen=True)
class Absent:
    """A contestant that could not be timed, and why."""

    contestant: Contestant
    reason: str

    def __str__(self) -> str:
        return f"{self.contestant.runs_on}: {self.reason}"


@dataclass(frozen=True)
class Ratio:
    """Quotients of two series of times, round by round.

    Quartiles of a few rounds lie too close to each other: of fewer than `MANY` the extremes are
    taken.

    Attributes:
        median: of the rounds.
        low: first quartile, or the smallest.
        high: third quartile, or the largest.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, times: Sequence[float], others: Sequence[float]) -> Ratio:
        """Of two series of the same rounds."""
        low, median, high = np.percentile(
            np.array(times) / np.array(others), (25, 50, 75) if len(times) >= MANY else (0, 50, 100)
        )
        return cls(float(median), float(low), float(high))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass
class Record:
    """What is noted of a contestant while it plays.

    Attributes:
        entrant: what it was when it was loaded first; may be closed since.
        load_seconds: each time that it was loaded.
        rounds: seconds by span of every cycle, round by round.
        latent_errors: relative error of every cycle's latents against the reference's.
        sound_errors: likewise of its sound.
    """

    entrant: Entrant
    load_seconds: list[float]
    rounds: list[list[Mapping[str, float]]] = field(default_factory=list)
    latent_errors: list[float] = field(default_factory=list)
    sound_errors: list[float] = field(default_factory=list)
    #: Whom it was compared with, and the precision of that one's graphs.
    reference: Contestant | None = None
    reference_graphs: str = "fp32"

    @property
    def graphs(self) -> str:
        """The coarsest precision of its bundle's graphs."""
        return coarsest(each.precision for each in self.entrant.manifest.stages.values())

    def add(self, cycles: Sequence[Played], reference: Record, wanted: Sequence[Played]) -> None:
        """Note a round.

        Args:
            cycles: that were played.
            reference: whom they are compared with.
            wanted: the reference's cycles of the same round.
        """
        self.reference = reference.entrant.contestant
        self.reference_graphs = reference.graphs
        self.rounds.append([cycle.seconds for cycle in cycles])
        for found, right in zip(cycles, wanted, strict=True):
            self.latent_errors.append(relative_error(found.latents, right.latents))
            self.sound_errors.append(relative_error(found.sound, right.sound))

    @property
    def times(self) -> list[float]:
        """Seconds of a cycle, round by round; of several in a round the median."""
        return [float(np.median([cycle[CYCLE] for cycle in cycles])) for cycles in self.rounds]


@dataclass(frozen=True)
class Figures:
    """A contestant's figures.

    Attributes:
        name: of backend and precision, or of the yardstick.
        bundle: the bundle's name.
        contestant: who it is.
        line: says what ran the stages.
        precision: that it computed in.
        evaluations: of the denoiser, in a cycle.
        stems: that it generated.
        yardstick: whether it is no backend of sideman.
        load_seconds: until it was warm, each time that it was loaded.
        grown_bytes: by how much the process had grown by then; None where nobody tells.
        cycles: seconds by span of every measured cycle.
        times: seconds of a cycle, round by round.
        ratio: of its times to the first contestant's.
        compared: whether another contestant computes the same, so that errors mean something.
        latent_error: largest relative error of a cycle's latents against the reference's.
        sound_error: likewise of its sound.
        tolerance: largest relative error that passes; None for 8 bits, whose errors depend on the
            music: those are judged by what their calibration found.
        keeps_bound: whether the bundle's calibration found it within its bound; False for bundles
            without one.
        deadline_seconds: that a reply may take.
        reference: whom latents and sound are compared with; None where nothing was.
        bound: where the tolerance comes from, for people: "the bound of fp16".
    """

    name: str
    bundle: str
    contestant: Contestant
    line: str
    precision: str
    evaluations: int
    stems: tuple[str, ...]
    yardstick: bool
    load_seconds: tuple[float, ...]
    grown_bytes: int | None
    cycles: tuple[Mapping[str, float], ...]
    times: tuple[float, ...]
    ratio: Ratio
    compared: bool
    latent_error: float
    sound_error: float
    tolerance: float | None
    keeps_bound: bool
    deadline_seconds: float
    reference: Contestant | None = None
    bound: str = ""

    @classmethod
    def of(cls, record: Record, everyone: Sequence[Record], tolerance: float | None) -> Figures:
        """Of one record among all; the first of them is what times are compared with.

        Args:
            record: of this contestant.
            everyone: of all that were timed to the end, in order.
            tolerance: largest relative error that passes; None takes `tolerance_between`.
        """
        entrant, bound = record.entrant, "as asked for"
        if tolerance is None:
            precisions = entrant.precision, record.graphs, record.reference_graphs
            tolerance, bound = tolerance_between(*precisions), bound_between(*precisions)
        return cls(
            name=entrant.contestant.runs_on,
            bundle=entrant.manifest.name,
            contestant=entrant.contestant,
            line=entrant.line,
            precision=entrant.precision,
            evaluations=entrant.evaluations,
            stems=entrant.stems,
            yardstick=entrant.contestant.yardstick is not None,
            load_seconds=tuple(record.load_seconds),
            grown_bytes=entrant.grown_bytes,
            cycles=tuple(cycle for cycles in record.rounds for cycle in cycles),
            times=tuple(record.times),
            ratio=Ratio.of(record.times, everyone[0].times),
            compared=sum(each.entrant.key == entrant.key for each in everyone) > 1,
            latent_error=max(record.latent_errors),
            sound_error=max(record.sound_errors),
            tolerance=tolerance,
            keeps_bound=entrant.keeps_bound,
            deadline_seconds=entrant.deadline_seconds,
            reference=record.reference,
            bound=bound,
        )

    @property
    def passed(self) -> bool:
        """Whether latents and sound are as close as they have to be."""
        return self.keeps_bound if self.tolerance is None else self.error <= self.tolerance

    @property
    def error(self) -> float:
        """The larger relative error, of latents or sound."""
        return max(self.latent_error, self.sound_error)

    def median(self, span: str) -> float | None:
        """Median seconds of a span; None where it was not timed."""
        values = [cycle[span] for cycle in self.cycles if span in cycle]
        return float(np.median(values)) if values else None


@dataclass(frozen=True)
class Outcome:
    """All figures.

    Attributes:
        figures: of those that were timed, the first of which the others are compared with.
        absent: those that could not be timed.
        reloaded: whether one was loaded at a time.
    """

    figures: tuple[Figures, ...]
    absent: tuple[Absent, ...]
    reloaded: bool


def tolerance_between(*precisions: str) -> float | None:
    """The largest error of whole cycles that `sideman verify` lets pass in these precisions.

    Errors carry over from cycle to cycle, so the bounds are those of recordings; bfloat16 has none,
    and takes that of a stage. For 8 bits there is none: None.
    """
    if INT8 in map(short_name, precisions):
        return None
    return max(map(_tolerance, precisions))


def _tolerance(precision: str) -> float:
    return tolerance_of(precision, recording=short_name(precision) in RECORDING_TOLERANCES)


def bound_between(own: str, graphs: str, reference: str) -> str:
    """Where `tolerance_between` of these takes its bound from; empty for 8 bits."""
    if INT8 in map(short_name, (own, graphs, reference)):
        return ""
    widest = max((own, graphs, reference), key=_tolerance)
    said = f"the bound of {short_name(widest)}"
    if _tolerance(own) == _tolerance(widest):
        return said
    if _tolerance(graphs) == _tolerance(widest):
        return f"{said}, in which its bundle is"
    return f"{said}, in which the bundle is that it is compared with"
