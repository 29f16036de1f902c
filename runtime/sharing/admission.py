"""Whether one more session fits, by arithmetic on measured cycles.

A session with steps of T seconds, of which each takes a cycle of C, uses C / T of the engine. Its
stems have to leave D seconds after a step is complete: the time that its lead leaves, less a
margin. Cycles are not interrupted, and the one with the earliest deadline is next.

`due_at` is that deadline, for the order of the cycles as for the arithmetic; the margin, which is
the same for all, changes no order.

Two conditions have to hold for all sessions together:

1. The sum of C / T is at most 70 %; where several workers run cycles side by side, 70 % of each.
   What is left is for cycles that take longer than usual, and for settings that are prepared
   between cycles.
2. For each session, the longest that a step can wait, and its own cycle, take no longer than D.
   A step waits for the cycle that runs when it comes, at worst the longest of those whose deadlines
   are later (they are not interrupted), and for every step of the others whose deadline is not
   later than its own: ⌊(D - D') / T'⌋ + 1 of a session with D' and T', where D' is not more than D.
   Several workers share that: while a step waits, each of them is busy.

Who would play alone always fits: nobody else is harmed, and the server says how it goes.

The second is the schedulability test of non-preemptive earliest deadline first (George, Rivierre
and Spuri 1996), looked at where each session's own first step is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Share of the time that cycles may take together.
MOST_SHARE = 0.70
#: Seconds of what a lead leaves that are for all that is no cycle: sending, the network, and the
#: client's own block.
MARGIN_SECONDS = 0.02
#: Seconds after which one who was refused may try again. Nobody knows when another one stops; a
#: client that has gone without a word is given up in this time.
RETRY_SECONDS = 5
#: What is exactly as much as there is fits.
_ROUNDING = 1e-9


def due_at(complete: float, step: float, ahead: float) -> float:
    """Until when a step has to be answered; who decides whose cycle is next goes by this.

    Where a lead is longer than a step, replies only have to keep pace after a while, but one that
    is answered after the next has come is dropped: so no longer than a step.

    Args:
        complete: when its last sample came, in seconds.
        step: seconds between two steps.
        ahead: seconds from that sample to the first sample of its stems being played.
    """
    return complete + min(ahead, step)


@dataclass(frozen=True)
class Demand:
    """What a session needs, in seconds.

    Attributes:
        cycle: that one of its cycles takes, reply included.
        step: between two steps.
        ahead: from a step's last sample to the first sample of its stems being played.
    """

    cycle: float
    step: float
    ahead: float

    @property
    def share(self) -> float:
        """Of all time."""
        return self.cycle / self.step

    @property
    def due(self) -> float:
        """Until when the reply has to leave, from the step's last sample on."""
        return due_at(0.0, self.step, self.ahead) - MARGIN_SECONDS


def share(demands: Sequence[Demand]) -> float:
    """Of all time that sessions take together."""
    return sum(each.share for each in demands)


def worst_wait(demands: Sequence[Demand], index: int, workers: int = 1) -> float:
    """Seconds that a step of one session can wait for cycles of the others at the most.

    Args:
        demands: of all sessions.
        index: of the one.
        workers: cycles that run side by side.
    """
    own = demands[index]
    running = [each.cycle for each in demands if each.due > own.due]
    return (sum(sorted(running)[-workers:]) + _before(demands, index)) / workers


def fit_behind(demands: Sequence[Demand], others: Sequence[int], seconds: float) -> bool:
    """Whether a batch may begin, for the sake of those who are not in it.

    A step of theirs may come just after. It then waits for the batch, as it would for a cycle that
    has begun, and for all steps that are due before it: condition 2, with the batch as the cycle.

    Args:
        demands: of all sessions.
        others: those that are not in the batch, by index.
        seconds: that the batch takes.
    """
    return all(
        seconds + _before(demands, index) + demands[index].cycle <= demands[index].due
        for index in others
    )


def _before(demands: Sequence[Demand], index: int) -> float:
    """Seconds that steps of others take which are due before a step of one session."""
    own = demands[index]
    return sum(
        other.cycle * (int((own.due - other.due) / other.step + _ROUNDING) + 1)
        for i, other in enumerate(demands)
        if i != index and other.due <= own.due
    )


def refusal(playing: Sequence[Demand], wanted: Demand, workers: int = 1) -> str:
    """Why a session does not fit beside those that play; nothing where it does.

    Args:
        playing: demands of the others.
        wanted: of the one that asks.
        workers: cycles that run side by side.
    """
    if not playing:
        return ""
    together = [*playing, wanted]
    used, most = share(playing) / workers, share(together) / workers
    if most > MOST_SHARE + _ROUNDING:
        return (
            f"There is no room: {_sessions(len(playing))} {'take' if len(playing) > 1 else 'takes'}"
            f" {used:.0%} of the time, {most:.0%} with yours, and {MOST_SHARE:.0%} is the most."
        )
    for index, each in enumerate(together):
        wait = worst_wait(together, index, workers)
        if wait + each.cycle <= each.due:
            continue
        whose = "yours" if index == len(playing) else "another session"
        return (
            f"There is no room: beside {_sessions(len(playing))} a step of {whose} could wait "
            f"{1e3 * wait:.0f} ms and then takes {1e3 * each.cycle:.0f} ms, where "
            f"{1e3 * each.due:.0f} ms are left."
        )
    return ""


def room(playing: Sequence[Demand], usual: Demand, most: int, workers: int = 1) -> int:
    """How many more sessions of one kind fit.

    Args:
        playing: demands of those that play.
        usual: of each further one.
        most: seats that are free.
        workers: cycles that run side by side.
    """

    def fits(count: int) -> bool:
        """Whether so many fit: if they do, fewer do, too."""
        return not refusal([*playing, *[usual] * (count - 1)], usual, workers)

    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _sessions(count: int) -> str:
    return "one session" if count == 1 else f"{count} sessions"
