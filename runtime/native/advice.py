"""The smallest lead at which what is generated still arrives in time."""

from __future__ import annotations

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES
from sideman.runtime.streaming.control import MARGINS
from sideman.runtime.streaming.lane import Placement

#: Seconds by which 99 of 100 packets are to come before they are played, by margin. A client hands
#: over a block at a time, so less than 5 ms is never sure.
_MARGIN_SECONDS = {"tight": 0.005, "normal": 0.02, "safe": 0.06}
assert tuple(_MARGIN_SECONDS) == MARGINS
#: A smaller lead is advised only after it would have sufficed for so many seconds.
_PATIENCE_SECONDS = 10.0


class LeadAdvice:
    """Follows what a client reports and how long cycles take: up at once, down slowly.

    Args:
        margin: "tight", "normal" or "safe".
        rate: the client's samples in a second.
        most: the largest lead that the model's window has room for.
    """

    def __init__(self, margin: str, rate: int, most: int) -> None:
        self._margin = int(_MARGIN_SECONDS[margin] * rate)
        self._rate = rate
        self._most = most
        self._advised = 0
        # The largest lead that was needed since when a smaller one than advised began to suffice.
        self._lower: tuple[float, int] | None = None

    def note(
        self, placement: Placement, landing: float, now: float, cycle: float | None = None
    ) -> int:
        """Take one report.

        Args:
            placement: that the report is about.
            landing: samples between stems' arrival and their playing, of which 1 % was shorter.
            now: seconds.
            cycle: seconds of a cycle and its reply, of which 1 % took longer. Where a slow one is
                forgotten at the client, or its packets were lost, it says more than the landing.

        Returns:
            The lead to advise, in columns.
        """
        taken = placement.ahead + placement.wait - landing
        if cycle is not None:
            taken = max(taken, placement.wait + cycle * self._rate)
        samples = (taken + self._margin) * placement.down / placement.up
        samples += placement.overlap + TAIL_SAMPLES
        needed = min(max(1, -int(-samples // COLUMN_SAMPLES)), self._most)
        if needed >= self._advised:
            self._advised, self._lower = needed, None
            return self._advised
        since, most = self._lower or (now, needed)
        self._lower = since, max(most, needed)
        if now - since >= _PATIENCE_SECONDS:
            self._advised, self._lower = self._lower[1], None
        return self._advised
