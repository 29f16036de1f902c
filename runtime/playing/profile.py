"""Where the time of each cycle goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: What is measured of a cycle, each in seconds, in the order in which it happens; then what is made
#: up of others.
SPANS = (
    "receive",
    "queue",
    "wake",
    "window",
    "encode",
    "step",
    "decode",
    "store",
    "send",
    "pace",
    "lock",
    "overhead",
    "cycle",
    "path",
)
#: The library's work; the rest is sideman's own.
STAGES = ("encode", "step", "decode")
#: What lies between the last context packet and the first stem packet, beside the stages and the
#: wait for an earlier cycle: "overhead" is their sum.
OVERHEAD = ("wake", "window", "store", "send")
#: Spans that contain or add up others, so that they have no row of their own in a picture.
SUMS = ("lock", "overhead", "cycle", "path")
#: What each of them spans.
MEANING = {
    "receive": "first to last context packet of the step",
    "queue": "last context packet until the cycle before it was done",
    "wake": "from there until the cycle thread has the step: hand-over, interpreter's lock",
    "window": "step into the window, inputs of the stages",
    "encode": "context audio to mixture latent",
    "step": "all denoiser evaluations",
    "decode": "latent to stems",
    "store": "check of what came out, latents into the window",
    "send": "stems ready to first stem packet out",
    "pace": "first to last stem packet, with the pauses between them",
    "lock": "window and store, less the processor time in them: waiting for lock or core",
    "overhead": "wake, window, store and send: all that is no stage",
    "cycle": "window, stages and store",
    "path": "last context packet in to first stem packet out",
}
_NANO = 1_000_000_000
#: Cycles that are kept: 16,384 steps of 1.5 s are almost seven hours.
REMEMBERED = 16_384


class Profile:
    """Seconds and places in time of every span of the last cycles, in rings allocated once.

    Written by one thread, the one that runs the cycles; `last` and `begins` are that thread's, too.
    Times are nanoseconds of `time.perf_counter_ns`.

    Args:
        capacity: cycles that are remembered.
    """

    SPANS = SPANS
    _INDEX = {name: i for i, name in enumerate(SPANS)}  # noqa: RUF012 - never changed

    def __init__(self, capacity: int = REMEMBERED) -> None:
        self._ring = np.full((capacity, len(SPANS)), np.nan)
        self._current = np.full(len(SPANS), np.nan)
        self._last = np.full(len(SPANS), np.nan)
        self._begun = np.zeros(len(SPANS), np.int64)
        self._last_begun = np.zeros(len(SPANS), np.int64)
        self.cycles = 0

    def record(self, span: str, seconds: float) -> None:
        """Note how long one span of the cycle under way took, wherever it lay."""
        self._current[self._INDEX[span]] = seconds

    def mark(self, span: str, begin: int, end: int) -> None:
        """Note when one span of the cycle under way began and ended, in nanoseconds."""
        index = self._INDEX[span]
        self._current[index] = (end - begin) / _NANO
        self._begun[index] = begin

    def place_stages(self, begin: int) -> None:
        """Place the stages that were recorded one behind the other, from a time in nanoseconds.

        A backend tells how long its stages took, on a device by the device's own clock.
        """
        for span in STAGES:
            index = self._INDEX[span]
            if np.isfinite(self._current[index]):
                self._begun[index] = begin
                begin += int(self._current[index] * _NANO)

    def commit(self) -> None:
        """End the cycle under way; spans not recorded count as not measured (NaN)."""
        parts = [self._current[self._INDEX[span]] for span in OVERHEAD]
        self._current[self._INDEX["overhead"]] = sum(parts)  # NaN where one is not known
        self._ring[self.cycles % len(self._ring)] = self._current
        self._last[:] = self._current
        self._last_begun[:] = self._begun
        self.discard()
        self.cycles += 1

    def discard(self) -> None:
        """Forget what was recorded of the cycle under way (it failed, or was for warming up)."""
        self._current.fill(np.nan)
        self._begun.fill(0)

    @property
    def last(self) -> dict[str, float]:
        """Seconds of the last committed cycle by span; those not measured are left out."""
        return {n: float(s) for n, s in zip(SPANS, self._last, strict=True) if np.isfinite(s)}

    @property
    def begins(self) -> dict[str, int]:
        """When the spans of the last committed cycle began, in nanoseconds, where that is known."""
        return {n: int(b) for n, b in zip(SPANS, self._last_begun, strict=True) if b}

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
