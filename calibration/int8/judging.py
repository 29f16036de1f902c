"""How far a quantised stage is from the float32 one, on cycles that nothing was calibrated with.

Latents are judged by their signal-to-noise ratio, the signal being what float32 computes: the
mixture of `encode`, and what `step` generates anew, at each noise level. Sound is judged by its
log-spectral distance, for a ratio of samples says little of what is heard.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.calibration.int8.recorder import Call
from sideman.calibration.int8.recording import Cycle
from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.once import run_once
from sideman.runtime.listening.fidelity import log_spectral_distance

Array = npt.NDArray[np.float32]

#: Decibels under the loudest bin below which a difference of spectra does not count. With 60, a
#: decoder passed whose quiet noise gave the piano onsets that nobody played (docs/calibration.md).
FLOOR = 80.0
#: The output by which each stage is judged.
_OUTPUT = {"encode": "mixture", "step": "denoised", "decode": "audio"}
#: Calls so far.
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Case:
    """One call of a stage, and what float32 makes of it.

    Attributes:
        stem: that is generated.
        regime: the window arithmetic.
        sigma: noise level; NaN for stages that have none.
        call: the inputs.
        wanted: the part of the output that counts, from the float32 stage.
    """

    stem: str
    regime: str
    sigma: float
    call: Call
    wanted: Array


@dataclass(frozen=True)
class Figure:
    """How far one case is off.

    Attributes:
        stem: that is generated.
        sigma: noise level; NaN for stages that have none.
        signal: energy of what float32 computes.
        noise: energy of the difference.
        distance: log-spectral distance in decibels; NaN for latents.
    """

    stem: str
    sigma: float
    signal: float
    noise: float
    distance: float


@dataclass(frozen=True)
class Error:
    """How far a stem is off at a noise level, over all cases.

    Attributes:
        snr: signal-to-noise ratio in decibels.
        distance: mean log-spectral distance in decibels; NaN for latents.
    """

    snr: float
    distance: float


#: By stem and noise level (NaN never: 0 for stages that have none).
Errors = dict[tuple[str, float], Error]


def make_cases(
    cycles: Iterable[Cycle],
    stage: str,
    backend: Backend,
    float32: Stage,
    progress: Progress = lambda _: None,
) -> list[Case]:
    """Every call of a stage, with what the float32 stage makes of it.

    Args:
        cycles: recorded.
        stage: its name.
        backend: that loaded the stage.
        float32: the stage.
        progress: told after every call.
    """
    cases: list[Case] = []
    for cycle in cycles:
        for call in cycle.calls:
            if call.stage == stage:
                sigma = float(call.inputs["coefficients"][0]) if stage == "step" else 0.0
                wanted = _part(stage, call, run_once(backend, float32, call.inputs))
                place = cycle.place
                cases.append(Case(place.stem, place.regime, sigma, call, wanted))
                progress(len(cases))
    return cases


def measure(
    cases: Sequence[Case], backend: Backend, stage: Stage, progress: Progress = lambda _: None
) -> Errors:
    """Run a stage on cases, and tell how far it is off.

    Args:
        cases: of this stage.
        backend: that loaded it.
        stage: what is judged.
        progress: told after every call.
    """
    grouped: defaultdict[tuple[str, float], list[Figure]] = defaultdict(list)
    for number, case in enumerate(cases, start=1):
        found = _part(stage.name, case.call, run_once(backend, stage, case.call.inputs))
        grouped[case.stem, case.sigma].append(_figure(stage.name, case, found))
        progress(number)
    return {key: _mean(figures) for key, figures in grouped.items()}


def worst_snr(errors: Errors) -> float:
    """The lowest signal-to-noise ratio of any stem at any noise level, in decibels."""
    return min(error.snr for error in errors.values())


def worst_distance(errors: Errors) -> float:
    """The largest log-spectral distance of any stem, in decibels; NaN for latents."""
    return max(error.distance for error in errors.values())


def decibels(signal: float, noise: float) -> float:
    """A ratio of energies in decibels; infinite where there is no noise."""
    if not noise:
        return math.inf
    return 10 * math.log10(signal / noise) if signal else -math.inf


def _part(stage: str, call: Call, outputs: dict[str, Array]) -> Array:
    """What counts of an output: columns that are generated, sound that is played."""
    output = outputs[_OUTPUT[stage]]
    if stage == "step":
        return output[:, :, call.inputs["keep"][0] < 0.5].copy()
    if stage == "decode":
        played = np.flatnonzero(call.inputs["gain"])
        return output[:, played[0] : played[-1] + 1].copy() if len(played) else output
    return output


def _figure(stage: str, case: Case, found: Array) -> Figure:
    wanted = case.wanted.astype(np.float64)
    noise = float(np.square(found - wanted).sum())
    distance = math.nan
    if stage == "decode":
        pairs = zip(found, case.wanted, strict=True)
        distance = float(np.mean([log_spectral_distance(f, w, FLOOR) for f, w in pairs]))
    return Figure(case.stem, case.sigma, float(np.square(wanted).sum()), noise, distance)


def _mean(figures: Sequence[Figure]) -> Error:
    signal = sum(figure.signal for figure in figures)
    noise = sum(figure.noise for figure in figures)
    distance = float(np.mean([figure.distance for figure in figures]))
    return Error(decibels(signal, noise), distance)
