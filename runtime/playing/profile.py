"""Where the time of each cycle goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: What is measured of a cycle, each in seconds: the three stages, and what lies around them.
SPANS = ("receive", "encode", "step", "decode", "send", "cycle", "path")
#: What each of them spans.
MEANING = {
    "receive": "first to last context packet of the step",
    "encode": "context audio to mixture latent",
    "step": "all denoiser evaluations",
    "decode": "latent to stems",
    "send": "first to last stem packet",
    "cycle": "encode, step and decode with all copies between them",
    "path": "last context packet in to first stem packet out",
}


class Profile:
    """Seconds of every span of the last cycles, in a ring allocated once.

    Used by one thread, the one that runs the cycles.

    Args:
        capacity: cycles that are remembered; 16,384 steps of 1.5 s are almost seven hours.
    """

    SPANS = SPANS
    _INDEX = {name: i for i, name in enumerate(SPANS)}  # noqa: RUF012 - never changed

    def __init__(self, capacity: int = 16_384) -> None:
        self._ring = np.full((capacity, len(SPANS)), np.nan)
        self._current = np.full(len(SPANS), np.nan)
        self._last = np.full(len(SPANS), np.nan)
        self.cycles = 0

    def record(self, span: str, seconds: float) -> None:
        """Note one span of the cycle under way."""
        self._current[self._INDEX[span]] = seconds

    def commit(self) -> None:
        """End the cycle under way; spans not recorded count as not measured (NaN)."""
        self._ring[self.cycles % len(self._ring)] = self._current
        self._last[:] = self._current
        self._current.fill(np.nan)
        self.cycles += 1

    def discard(self) -> None:
        """Forget what was recorded of the cycle under way (it failed, or was for warming up)."""
        self._current.fill(np.nan)

    @property
    def last(self) -> dict[str, float]:
        """Seconds of the last committed cycle by span; those not measured are left out."""
        return {n: float(s) for n, s in zip(SPANS, self._last, strict=True) if np.isfinite(s)}

    def rows(self) -> NDArray[np.float64]:
        """A copy of all remembered cycles, oldest first: [cycles, spans] in seconds."""
        capacity = len(self._ring)
        if self.cycles <= capacity:
            return self._ring[: self.cycles].copy()
        return np.roll(self._ring, -(self.cycles % capacity), axis=0)


@dataclass(frozen=True)
class Spread:
    """Percentiles of a series, in seconds.

    With fewer than 100 values the p99 lies between the two largest: percentiles are interpolated
    linearly.
    """

    p50: float
    p95: float
    p99: float
    max: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """Of all values that are finite; None where there is none."""
        series = np.array([value for value in values if np.isfinite(value)])
        if not len(series):
            return None
        p50, p95, p99 = (float(p) for p in np.percentile(series, (50, 95, 99)))
        return cls(p50, p95, p99, float(series.max()), len(series))

    def __str__(self) -> str:
        p50, p95, p99, worst = (1000 * s for s in (self.p50, self.p95, self.p99, self.max))
        return f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  max {worst:.1f} ms"


def spreads(cycles: Iterable[Mapping[str, float]]) -> dict[str, Spread]:
    """Percentiles of every span that was measured.

    Args:
        cycles: seconds by span, one mapping a cycle.
    """
    series: dict[str, list[float]] = {span: [] for span in SPANS}
    for cycle in cycles:
        for span, seconds in cycle.items():
            series.setdefault(span, []).append(seconds)
    found = {span: Spread.of(values) for span, values in series.items()}
    return {span: spread for span, spread in found.items() if spread is not None}
