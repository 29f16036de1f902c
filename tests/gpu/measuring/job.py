"""What a part of a measurement is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sideman.engine.errors import SidemanError
from tests.gpu.measuring.models import Model
from tests.gpu.measuring.variants import Setting, Variant

#: What a library that is missing, too old or on another machine raises; what it says is the
#: result. PyTorch raises RuntimeErrors, and an AssertionError where it was built without CUDA.
UNFIT = (SidemanError, ImportError, RuntimeError, OSError, AssertionError)


@dataclass(frozen=True)
class Job:
    """What a part measures.

    Attributes:
        model: the model.
        variants: in order of preference; the first of ours that opens is the base of ratios.
        setting: geometry, and where yardsticks run.
        rounds: of the alternation.
        cycles: of each variant in a round.
        pauses: cycles with the pauses of a performance, of each kind.
        pause: seconds from one such cycle's start to the next; None takes the step's length.
        due: `time.monotonic()` after which no further round begins.
    """

    model: Model
    variants: Sequence[Variant]
    setting: Setting = field(default_factory=Setting)
    rounds: int = 8
    cycles: int = 10
    pauses: int = 8
    pause: float | None = None
    due: float = math.inf
