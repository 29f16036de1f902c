"""How long stages take, in turn.

The contestants run one after the other, run by run, in one process: whatever else the machine does
then slows all of them alike. Compared are medians of the ratios of runs that followed each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sideman.calibration.int8.recorder import Call
from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.once import bind_once

#: Runs of each contestant that are counted, and those before them that are not.
ROUNDS, WARM = 9, 2


@dataclass(frozen=True)
class Contestant:
    """A stage of one precision, and the backend that loaded it."""

    name: str
    backend: Backend
    stage: Stage


def time_stages(
    contestants: Sequence[Contestant],
    call: Call,
    rounds: int = ROUNDS,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, list[float]]:
    """Seconds of every round of one call, by contestant.

    Args:
        contestants: of one stage.
        call: its inputs.
        rounds: that are counted.
        progress: told after every round.
    """
    bindings = {
        each.name: bind_once(each.backend, each.stage, call.inputs)[0] for each in contestants
    }
    taken: dict[str, list[float]] = {name: [] for name in bindings}
    for number in range(WARM + rounds):
        for name, binding in bindings.items():
            start = time.perf_counter()
            binding.run()
            taken[name].append(time.perf_counter() - start)
        progress(number + 1)
    return {name: times[WARM:] for name, times in taken.items()}


def ratio(seconds: Mapping[str, Sequence[float]], one: str, other: str) -> float:
    """Median of one contestant's time over another's, round by round."""
    return median(a / b for a, b in zip(seconds[one], seconds[other], strict=True))
