"""When a session's steps come, so that they find no other's cycle running.

A client's steps come as regularly as its sound card runs. Where those of two sessions come at the
same time, one of them waits, in every step, for as long as both play. The server names the origin
that a session begins with, so it can let it begin a little later than was asked for: as soon as its
steps and those of the others leave each other time for a cycle; where there is no such moment, when
they leave most. Processes that know nothing of each other cannot do that.

Sound cards drift apart, by a cycle of 0.2 s in an hour or so at 50 millionths; admission reckons
with the worst case in any event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Moments within a step that are looked at.
_MOMENTS = 64
#: Steps of the new session that are looked at: sessions whose steps are not of one length meet in
#: other places each time.
_STEPS = 16
#: So many cycles from the begin of one to that of another are enough, since some take longer.
_ENOUGH = 1.25
#: Seconds that are enough for a cycle that takes no time to speak of.
_LEAST = 1e-4


@dataclass(frozen=True)
class Cadence:
    """The steps of a session, in seconds.

    Attributes:
        at: when one of its steps is complete.
        step: between two of them.
        cycle: that one of its cycles takes.
    """

    at: float
    step: float
    cycle: float


def best_delay(others: Sequence[Cadence], own: Cadence, workers: int = 1) -> float:
    """By how much later a session should begin; less than a step of its own.

    Args:
        others: those that play.
        own: of the new one, if it begins at once.
        workers: cycles that run side by side.

    Returns:
        Seconds; 0 where it meets nobody as it is.
    """
    delays = np.arange(_MOMENTS) * (own.step / _MOMENTS)
    steps = own.at + delays[:, np.newaxis] + own.step * np.arange(_STEPS)
    # Of the time that is enough, how much there is around each moment; more is not better.
    room = np.ones(_MOMENTS)
    for other in others:
        after = (steps - other.at) % other.step
        for left, cycle in ((after, other.cycle), (other.step - after, own.cycle)):
            enough = max(_ENOUGH * cycle / workers, _LEAST)
            np.minimum(room, (left / enough).min(axis=1), out=room)
    return float(delays[room.argmax()])
