"""How far an output is from the reference's, and how far it may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.manifest import short_name
from sideman.engine.errors import SidemanError

#: Largest relative error that passes, by precision.
#:
#: float32 without TF32 differs by the order of sums only. Measured in float16 against float32,
#: both with ONNX Runtime on the CPU: encode 1.3e-3, step 8e-4 and decode 1.5e-3 with the small
#: model of `tests/models`; 1.0e-3, 6.5e-4 and 1.3e-3 at full size with random weights.
#: The bound leaves a factor of six for kernels that sum in float16 too. bfloat16 has three bits
#: less, hence eight times that. A stage that computes something else altogether has an error of
#: about 1.
TOLERANCES = {"fp32": 1e-3, "fp16": 1e-2, "bf16": 8e-2}
#: Likewise for recordings of whole sessions, whose errors carry over from cycle to cycle. Measured
#: in float16 on eight recordings of two small trained models: up to 4.6e-2 in the context's latent
#: and 3.8e-2 in the stems, though encode itself errs by 1.2e-3 on noise at -20 dBFS and by 6e-3 on
#: their audio. For bfloat16 nothing was measured, so the user has to give a tolerance.
RECORDING_TOLERANCES = {"fp32": 1e-3, "fp16": 1e-1}


#: Precisions by what they lose, the least first.
_FINEST_FIRST = ("fp32", "fp16", "bf16", "int8")


def coarsest(precisions: Iterable[str]) -> str:
    """The precision that loses most, as an option names it.

    Args:
        precisions: at least one, as manifests or options name them.

    Raises:
        SidemanError: one that nobody knows.
    """
    short = [short_name(each) for each in precisions]
    if unknown := sorted(set(short) - set(_FINEST_FIRST)):
        raise SidemanError(
            f"There is no precision {unknown[0]!r}.", f"Known are: {', '.join(_FINEST_FIRST)}."
        )
    return max(short, key=_FINEST_FIRST.index)


def tolerance_of(precision: str, *, recording: bool = False) -> float:
    """The largest relative error that passes in a precision.

    Args:
        precision: of the stages that are tested, as a manifest or an option names it.
        recording: whether a recording is compared, rather than a stage.

    Raises:
        SidemanError: there is no bound for it.
    """
    short = short_name(precision)
    known = RECORDING_TOLERANCES if recording else TOLERANCES
    if short not in known:
        what = " of recordings" if recording else ""
        raise SidemanError(
            f"No tolerance{what} is known for precision {precision!r}.",
            "Give one with --tolerance.",
        )
    return known[short]


def relative_error(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    """Norm of the difference divided by the norm of `wanted`; not divided where that is zero.

    Infinite where either array holds a value that is not finite, since NaN fails every comparison.

    Raises:
        SidemanError: the shapes differ.
    """
    if found.shape != wanted.shape:
        raise SidemanError(f"shape {found.shape} instead of {wanted.shape}")
    if not (np.isfinite(found).all() and np.isfinite(wanted).all()):
        return float("inf")
    exact = wanted.astype(np.float64)
    difference = float(np.linalg.norm(found.astype(np.float64) - exact))
    norm = float(np.linalg.norm(exact))
    return difference / norm if norm else difference


@dataclass(frozen=True)
class Deviation:
    """How far one output of one run is from the reference's; truthy if within the tolerance.

    Attributes:
        relative: norm of the difference over norm of the reference.
        largest: largest absolute difference of an element.
        mean: mean absolute difference of an element.
        tolerance: largest `relative` that passes.
    """

    relative: float
    largest: float
    mean: float
    tolerance: float

    def __bool__(self) -> bool:
        return self.relative <= self.tolerance

    @classmethod
    def of(cls, found: NDArray[Any], wanted: NDArray[Any], tolerance: float) -> Deviation:
        """Measure an output.

        Raises:
            SidemanError: the shapes differ.
        """
        relative = relative_error(found, wanted)
        if not np.isfinite(relative):
            return cls(relative, relative, relative, tolerance)
        difference = np.abs(found.astype(np.float64) - wanted)
        return cls(relative, float(difference.max()), float(difference.mean()), tolerance)


@dataclass(frozen=True)
class StageResult:
    """How far a stage is from the reference.

    Attributes:
        stage: its name.
        deviations: by output, then by case.
    """

    stage: str
    deviations: Mapping[str, Mapping[str, Deviation]]

    def worst(self, output: str) -> tuple[str, Deviation]:
        """The case in which an output is farthest off, and how far."""
        return max(self.deviations[output].items(), key=lambda item: item[1].relative)

    @property
    def relative(self) -> float:
        """The largest relative error of all outputs."""
        return max(self.worst(output)[1].relative for output in self.deviations)

    @property
    def passed(self) -> bool:
        """Whether every output is close enough in every case."""
        return all(all(cases.values()) for cases in self.deviations.values())

    def __str__(self) -> str:
        """Every output's largest relative error, the case it is from and the largest element."""
        return ", ".join(self._describe(output) for output in self.deviations)

    def _describe(self, output: str) -> str:
        case, worst = self.worst(output)
        where = f" at {case}" if len(self.deviations[output]) > 1 and worst.relative else ""
        return f"{output} {worst.relative:.1e}{where} (element {worst.largest:.1e})"
