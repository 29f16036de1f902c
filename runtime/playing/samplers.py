"""Samplers as tables of coefficients.

Every sampler here is one operation repeated: merge the kept columns at a noise level, evaluate
the denoiser D, and return α·anchor + β·merged + γ·D + δ·noise. The step stage does that operation;
a sampler is the table of its coefficients. So one exported graph serves all samplers, and nothing
runs on the host between two evaluations.

Sources: Karras et al. 2022 ("EDM") for the schedule, Euler and Heun; Song et al. 2023 for
multistep consistency sampling; k-diffusion's ancestral DPM-Solver-2 with RePaint's resampling as
the published accompaniment system uses it, checked on recordings of that system.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.manifest import SamplerSpec
from sideman.engine.errors import BundleError

#: Order of a row of coefficients, as the step stage reads it.
COEFFICIENTS = ("sigma", "keep_level", "merge", "alpha", "beta", "gamma", "delta")


@dataclass(frozen=True)
class Anchor:
    """An output of an earlier evaluation that a later one adds in."""

    evaluation: int
    output: Literal["merged", "denoised"]


@dataclass(frozen=True)
class Evaluation:
    """One evaluation of the denoiser.

    Attributes:
        sigma: noise level that the denoiser is told.
        keep_level: noise level at which kept columns are merged in; None merges nothing.
        source_draw: which draw brings the kept columns to that level.
        alpha: factor of the anchor.
        beta: factor of the merged input.
        gamma: factor of the denoiser's output D.
        noises: factors of independent unit-normal draws added afterwards. Their sum is one draw
            with the root of their squares as factor (δ); the parts matter for replay only.
        anchor: what α multiplies.
    """

    sigma: float
    keep_level: float | None
    source_draw: int
    alpha: float
    beta: float
    gamma: float
    noises: tuple[float, ...] = ()
    anchor: Anchor | None = None

    @property
    def delta(self) -> float:
        """Factor of the summed noise."""
        return float(np.sqrt(np.sum(np.square(self.noises))))

    @property
    def row(self) -> tuple[float, ...]:
        """The coefficients in the order of `COEFFICIENTS`."""
        merge = self.keep_level is not None
        return (
            self.sigma,
            self.keep_level or 0.0,
            float(merge),
            self.alpha,
            self.beta,
            self.gamma,
            self.delta,
        )


@dataclass(frozen=True)
class Table:
    """A sampler and schedule, ready to run.

    Attributes:
        initial_sigma: factor of the unit-normal draw that sampling starts from.
        evaluations: the evaluations in order.
    """

    initial_sigma: float
    evaluations: tuple[Evaluation, ...]

    @property
    def source_draws(self) -> int:
        """Number of different draws that bring kept columns to a noise level."""
        return 1 + max(e.source_draw for e in self.evaluations)

    def coefficients(self) -> NDArray[np.float32]:
        """All rows, shape [evaluations, 7], float32."""
        return np.array([e.row for e in self.evaluations], dtype=np.float32)


def karras_sigmas(n: int, sigma_min: float, sigma_max: float, rho: float) -> list[float]:
    """The Karras schedule of n levels from sigma_max down to sigma_min, then 0.

    s_i = (s_max^(1/ρ) + i/(n−1)·(s_min^(1/ρ) − s_max^(1/ρ)))^ρ for i < n (EDM, equation 5).
    """
    ramp = np.linspace(0.0, 1.0, n)
    top, bottom = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return [float(s) for s in (top + ramp * (bottom - top)) ** rho] + [0.0]


def _consistency(spec: SamplerSpec) -> Table:
    """Multistep consistency sampling (Song et al. 2023, algorithm 1) with kept columns.

    The schedule has one level more than there are steps and the first `steps` are used.
    """
    sigmas = karras_sigmas(spec.steps + 1, spec.sigma_min, spec.sigma_max, spec.rho)
    evaluations = []
    for i in range(spec.steps):
        last = i == spec.steps - 1
        renoise = 0.0 if last else float(np.sqrt(sigmas[i + 1] ** 2 - spec.sigma_min**2))
        noises = () if last else (renoise,)
        evaluations.append(Evaluation(sigmas[i], sigmas[i], i, 0.0, 0.0, 1.0, noises))
    return Table(sigmas[0], tuple(evaluations))


def _dpm2_ancestral(spec: SamplerSpec) -> Table:
    """Ancestral DPM-Solver-2 with resampling over the first n−1 intervals.

    Each pass takes two evaluations: one at s_i and one at the midpoint, where nothing is merged
    (with a merge there, the error against the recordings is 3e-2).
    """
    sigmas = karras_sigmas(spec.steps, spec.sigma_min, spec.sigma_max, spec.rho)
    evaluations: list[Evaluation] = []
    for i in range(spec.steps - 1):
        high, low = sigmas[i], sigmas[i + 1]
        up = float(np.sqrt(low**2 * (high**2 - low**2) / high**2))
        down = float(np.sqrt(low**2 - up**2))
        inverse = 1 / spec.midpoint_rho
        mid = ((high**inverse + down**inverse) / 2) ** spec.midpoint_rho
        renoise = float(np.sqrt(high**2 - low**2))
        for resample in range(spec.resamples):
            first = len(evaluations)
            evaluations.append(Evaluation(high, high, i, 0.0, mid / high, 1 - mid / high))
            slope = (down - high) / mid
            noises = (up,) if resample == spec.resamples - 1 else (up, renoise)
            anchor = Anchor(first, "merged")
            evaluations.append(Evaluation(mid, None, i, 1.0, slope, -slope, noises, anchor))
    return Table(sigmas[0], tuple(evaluations))


def _euler(spec: SamplerSpec) -> Table:
    """Deterministic Euler steps down to 0 (EDM, algorithm 1 without its correction)."""
    sigmas = karras_sigmas(spec.steps, spec.sigma_min, spec.sigma_max, spec.rho)
    evaluations = tuple(
        Evaluation(high, high, i, 0.0, low / high, 1 - low / high)
        for i, (high, low) in enumerate(pairwise(sigmas))
    )
    return Table(sigmas[0], evaluations)


def _heun(spec: SamplerSpec) -> Table:
    """Heun's second-order steps (EDM, algorithm 1); the last one, to 0, is an Euler step."""
    sigmas = karras_sigmas(spec.steps, spec.sigma_min, spec.sigma_max, spec.rho)
    evaluations: list[Evaluation] = []
    for i, (high, low) in enumerate(pairwise(sigmas)):
        first = len(evaluations)
        evaluations.append(Evaluation(high, high, i, 0.0, low / high, 1 - low / high))
        if low > 0:
            half = (low - high) / (2 * low)
            anchor = Anchor(first, "merged")
            evaluations.append(Evaluation(low, None, i, 0.5, 0.5 + half, -half, (), anchor))
    return Table(sigmas[0], tuple(evaluations))


#: Samplers by the name that a manifest gives.
SAMPLERS: dict[str, Callable[[SamplerSpec], Table]] = {
    "consistency": _consistency,
    "dpm2-ancestral": _dpm2_ancestral,
    "euler": _euler,
    "heun": _heun,
}


def make_table(spec: SamplerSpec) -> Table:
    """Compute a sampler's table.

    Raises:
        BundleError: an unknown sampler, or numbers that are no schedule.
    """
    if spec.name not in SAMPLERS:
        raise BundleError(
            f"Unknown sampler {spec.name!r}.", f"Known are: {', '.join(sorted(SAMPLERS))}."
        )
    fewest = 2 if spec.name == "dpm2-ancestral" else 1
    if spec.steps < fewest or spec.resamples < 1:
        raise BundleError(
            f"Sampler {spec.name}: {spec.steps} steps with {spec.resamples} resamples.",
            f"At least {fewest} steps and 1 resample are needed.",
        )
    if not 0 < spec.sigma_min < spec.sigma_max or min(spec.rho, spec.midpoint_rho) <= 0:
        raise BundleError(
            f"Sampler {spec.name}: sigma_min {spec.sigma_min:g}, sigma_max {spec.sigma_max:g}, "
            f"rho {spec.rho:g} and {spec.midpoint_rho:g} are no schedule.",
            "0 < sigma_min < sigma_max and positive rho are needed.",
        )
    return SAMPLERS[spec.name](spec)
