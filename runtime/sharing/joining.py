"""Which of the steps that wait are played as one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.sharing.admission import MARGIN_SECONDS, Demand, fit_behind


class Expecting(Protocol):
    """What is needed of `Batches`."""

    most: int

    def expected(self, geometry: Geometry, rows: int, members: int) -> float | None:
        """Seconds that steps of so many sessions take together; None where they cannot."""


@dataclass(frozen=True)
class Waiting:
    """A step that waits.

    Attributes:
        seat: its number.
        due: when its stems have to leave, in seconds of the clock.
        geometry: that it is played in; None where something else comes before it.
        rows: stems.
        alone: seconds of a cycle of its own; None where nobody knows.
    """

    seat: int
    due: float
    geometry: Geometry | None
    rows: int
    alone: float | None


def joined(
    waiting: Sequence[Waiting], demands: Mapping[int, Demand], batches: Expecting, now: float
) -> int:
    """How many of the steps that are due first are played as one batch; 1 for none.

    Only steps that would have been next in any case join: those of one geometry up to the first
    that cannot. As many as possible, as long as

    - the batch is expected to take no longer than their cycles one after the other,
    - it is over before the first of them is due, and
    - a step of whoever is not in it can still come and be in time (`fit_behind`).

    Args:
        waiting: steps that wait, in the order in which they are due, one or more.
        demands: of everyone who plays, by seat.
        batches: how long they take.
        now: seconds of the clock.
    """
    first, most = waiting[0], 1
    if first.geometry is None or first.alone is None:
        return 1
    rows, alone = first.rows, first.alone
    for count, each in enumerate(waiting[1:], start=2):
        rows += each.rows
        if each.geometry != first.geometry or each.alone is None or rows > batches.most:
            break
        alone += each.alone
        seconds = batches.expected(first.geometry, rows, count)
        if seconds is None or seconds > alone or now + seconds > first.due - MARGIN_SECONDS:
            continue
        members = {member.seat for member in waiting[:count]}
        others = [i for i, seat in enumerate(demands) if seat not in members]
        if fit_behind(list(demands.values()), others, seconds):
            most = count
    return most
