"""Where the time of each cycle goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: What is measured, each in seconds.
STAGES = ("receive", "encode", "step", "decode", "send", "cycle", "path")
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
    """Per-stage seconds of the last cycles, in a ring allocated once.

    Used by one thread, the one that runs the cycles.

    Args:
        capacity: cycles that are remembered; 16,384 steps of 1.5 s are almost seven hours.
    """

    STAGES = STAGES
    _INDEX = {name: i for i, name in enumerate(STAGES)}  # noqa: RUF012 - never changed

    def __init__(self, capacity: int = 16_384) -> None:
        self._ring = np.full((capacity, len(STAGES)), np.nan)
        self._current = np.full(len(STAGES), np.nan)
        self._last = np.full(len(STAGES), np.nan)
        self.cycles = 0

    def record(self, stage: str, seconds: float) -> None:
        """Note one stage of the cycle under way."""
        self._current[self._INDEX[stage]] = seconds

    def commit(self) -> None:
        """End the cycle under way; stages not recorded count as not measured (NaN)."""
        self._ring[self.cycles % len(self._ring)] = self._current
        self._last[:] = self._current
        self._current.fill(np.nan)
        self.cycles += 1

    def discard(self) -> None:
        """Forget what was recorded of the cycle under way (it failed, or was for warming up)."""
        self._current.fill(np.nan)

    @property
    def last(self) -> dict[str, float]:
        """Seconds of the last committed cycle by stage; stages not measured are left out."""
        return {n: float(s) for n, s in zip(STAGES, self._last, strict=True) if np.isfinite(s)}

    def rows(self) -> NDArray[np.float64]:
        """A copy of all remembered cycles, oldest first: [cycles, stages] in seconds."""
        capacity = len(self._ring)
        if self.cycles <= capacity:
            return self._ring[: self.cycles].copy()
        return np.roll(self._ring, -(self.cycles % capacity), axis=0)


def percentiles(rows: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """p50, p95, p99 and maximum of each stage that was measured, in seconds.

    Args:
        rows: [cycles, stages] as `Profile.rows` returns them.
    """
    result = {}
    for i, name in enumerate(STAGES):
        column = rows[:, i]
        column = column[np.isfinite(column)]
        if len(column):
            p50, p95, p99 = np.percentile(column, (50, 95, 99))
            result[name] = {
                "p50": float(p50),
                "p95": float(p95),
                "p99": float(p99),
                "max": float(column.max()),
                "count": len(column),
            }
    return result
