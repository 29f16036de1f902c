"""The smallest lead at which what is generated still arrives in time."""

from __future__ import annotations

import math

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES
from sideman.runtime.streaming.control import MARGINS
from sideman.runtime.streaming.lane import Placement

#: Seconds by which 99 of 100 packets are to come before they are played, by margin. A client hands
#: over a block at a time, so less than 5 ms is never sure.
_MARGIN_SECONDS = {"tight": 0.005, "normal": 0.02, "safe": 0.06}
assert tuple(_MARGIN_SECONDS) == MARGINS
#: A smaller lead is advised only after it would have sufficed for so many seconds.
_PATIENCE_SECONDS = 10.0


#: How what is said of slow cycles begins.
_SLOW = "A cycle takes "


def too_slow(
    cycle: float | None, placement: Placement, rate: int, columns: int, margin: str = "normal"
) -> str:
    """What to say of cycles that take longer than a step; nothing where they do not.

    No lead helps against that: each step would be answered later than the one before. A longer step
    decodes more columns, so its cycle takes somewhat longer: what is advised is the least.

    Args:
        cycle: seconds that one usually takes; None as long as nobody knows.
        placement: that is played with.
        rate: the client's samples in a second.
        columns: of the model's window, which hold two steps and the lead.
        margin: as `LeadAdvice`, whose reserve this keeps.
    """
    step = placement.step_samples / rate
    if cycle is None or cycle <= step:
        return ""
    # Whole tens, so that a screen is not written anew for every millisecond.
    tens = 10 * math.ceil(100 * cycle)
    said = f"{_SLOW}{tens} ms, a step {1e3 * step:.0f} ms"
    model_rate = rate * placement.down / placement.up
    needed = (tens / 1e3 + _MARGIN_SECONDS[margin]) * model_rate
    longer = math.ceil(needed / COLUMN_SAMPLES)
    waiting = placement.wait * placement.down / placement.up + placement.overlap + TAIL_SAMPLES
    lead = math.ceil((needed + waiting) / COLUMN_SAMPLES)
    most = columns - 2 * longer
    if lead > most:
        return f"{said}, and no step that fits would suffice: use fewer stems or a faster machine."
    other = "" if lead <= placement.lead <= most else f" with a lead of {lead}"
    return f"{said}: use steps of at least {longer} columns{other}, or fewer stems."


def says_too_slow(text: str) -> bool:
    """Whether a server has said that its cycles take longer than a step, and what to do."""
    return text.startswith(_SLOW)


class LeadAdvice:
    """Follows what a client reports and how long cycles take: up at once, down slowly.

    Args:
        margin: "tight", "normal" or "safe".
        rate: the client's samples in a second.
        columns: of the model's window, which hold two steps and the lead.
    """

    def __init__(self, margin: str, rate: int, columns: int) -> None:
        self._margin = int(_MARGIN_SECONDS[margin] * rate)
        self._rate = rate
        self._columns = columns
        self._enough = True
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
        needed = max(1, -int(-samples // COLUMN_SAMPLES))
        most = self._columns - 2 * placement.step
        self._enough = needed <= most
        needed = min(needed, most)
        if needed >= self._advised:
            self._advised, self._lower = needed, None
            return self._advised
        since, highest = self._lower or (now, needed)
        self._lower = since, max(highest, needed)
        if now - since >= _PATIENCE_SECONDS:
            self._advised, self._lower = self._lower[1], None
        return self._advised

    def warning(self, placement: Placement, landing: float) -> str:
        """What to say of the last report; nothing where the lead that is played with suffices.

        Args:
            placement: as in `note`.
            landing: likewise.
        """
        if self._enough and self._advised <= placement.lead:
            return ""
        early = 1e3 * landing / self._rate
        how = f"{early:.0f} ms before they are played" if early > 0 else "too late"
        if self._enough:
            return f"Stems come {how}; a lead of {self._advised} would be safe."
        # Longer steps leave less room for the lead, so they are no way out.
        return (
            f"Stems come {how}, and a lead of {self._advised}, the largest with this step, may not "
            "be enough: use shorter steps, or a faster network or sound card."
        )
