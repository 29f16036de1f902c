"""How fast a quantised bundle is against float32 and bfloat16, on this machine.

The contestants run in turn, stage by stage, in one process: whatever else the machine does then
slows all of them alike. Compared are medians of the ratios of runs that followed each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sideman.calibration.int8.recorder import Call
from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.once import bind_once
from sideman.engine.loading.registry import BACKENDS

#: Runs of each contestant that are counted, and those before them that are not.
ROUNDS, _WARM = 9, 2


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
    for number in range(_WARM + rounds):
        for name, binding in bindings.items():
            start = time.perf_counter()
            binding.run()
            taken[name].append(time.perf_counter() - start)
        progress(number + 1)
    return {name: times[_WARM:] for name, times in taken.items()}


def ratio(seconds: Mapping[str, Sequence[float]], one: str = "int8", other: str = "fp32") -> float:
    """Median of one contestant's time over another's, round by round."""
    return median(a / b for a, b in zip(seconds[one], seconds[other], strict=True))


def bf16_choice() -> BackendChoice | None:
    """The backend that computes in bfloat16 on this CPU; None where there is none.

    ONNX Runtime's CPU provider has no convolutions in bfloat16. OpenVINO has, and is asked for it
    once it is one of the backends and installed.
    """
    info = BACKENDS.get("openvino")
    if info is None or not info.installed or "bf16" not in getattr(info, "precisions", ("bf16",)):
        return None
    return BackendChoice("openvino", precision="bf16")


def cycle_seconds(stages: Mapping[str, float], evaluations: int) -> float:
    """Seconds of a whole cycle: encode, all evaluations, decode."""
    return stages["encode"] + evaluations * stages["step"] + stages["decode"]
