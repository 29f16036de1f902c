from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.bundle.manifest import SamplerSpec
from sideman.engine.errors import BundleError
from sideman.runtime.playing.samplers import (
    COEFFICIENTS,
    SAMPLERS,
    Table,
    karras_sigmas,
    make_table,
)

CONSISTENCY = SamplerSpec("consistency", 2, 1e-4, 80.0, 7.0)
DPM2 = SamplerSpec("dpm2-ancestral", 5, 1e-4, 50.0, 9.0, 1.0, 2)
SHAPE = (3, 4)


def denoise(x, sigma):
    """Not linear in x, so that a wrong order of operations shows."""
    return np.tanh(x / (1 + sigma)) + 0.1 * sigma / (1 + sigma)


def run(table: Table, initial, source, keep, source_noise, noise):
    """What the step stage does, over all rows of a table, in float64."""
    x = table.initial_sigma * initial
    outputs = []
    for index, evaluation in enumerate(table.evaluations):
        sigma, level, merge, alpha, beta, gamma, _ = evaluation.row
        kept = source + level * source_noise[evaluation.source_draw]
        merged = np.where(keep & bool(merge), kept, x)
        denoised = denoise(merged, sigma)
        outputs.append({"merged": merged, "denoised": denoised})
        anchor = 0.0
        if evaluation.anchor is not None:
            anchor = outputs[evaluation.anchor.evaluation][evaluation.anchor.output]
        x = alpha * anchor + beta * merged + gamma * denoised
        for factor, draw in zip(evaluation.noises, noise[index], strict=False):
            x = x + factor * draw
    return np.where(keep, source, x)


def draws(seed: int):
    rng = np.random.default_rng(seed)
    keep = rng.random(SHAPE) < 0.5
    return rng, rng.standard_normal(SHAPE), rng.standard_normal(SHAPE), keep


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 6))
def test_consistency_is_multistep_consistency_sampling(seed: int, steps: int) -> None:
    rng, initial, source, keep = draws(seed)
    spec = dataclasses.replace(CONSISTENCY, steps=steps)
    table = make_table(spec)
    source_noise = rng.standard_normal((steps, *SHAPE))
    noise = rng.standard_normal((steps, 1, *SHAPE))
    sigmas = karras_sigmas(steps + 1, 1e-4, 80.0, 7.0)
    x = sigmas[0] * initial
    for i in range(steps):
        x = np.where(keep, source + sigmas[i] * source_noise[i], x)
        x = denoise(x, sigmas[i])
        if i < steps - 1:
            x = x + np.sqrt(sigmas[i + 1] ** 2 - 1e-8) * noise[i, 0]
    expected = np.where(keep, source, x)
    found = run(table, initial, source, keep, source_noise, noise)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@given(
    seed=st.integers(0, 2**32),
    n=st.integers(2, 7),
    resamples=st.integers(1, 3),
    midpoint_rho=st.sampled_from((1.0, 3.0)),
)
def test_dpm2_ancestral_is_the_published_loop(
    seed: int, n: int, resamples: int, midpoint_rho: float
) -> None:
    rng, initial, source, keep = draws(seed)
    spec = dataclasses.replace(DPM2, steps=n, resamples=resamples, midpoint_rho=midpoint_rho)
    table = make_table(spec)
    assert len(table.evaluations) == 2 * resamples * (n - 1)
    source_noise = rng.standard_normal((n - 1, *SHAPE))
    noise = rng.standard_normal((len(table.evaluations), 2, *SHAPE))
    s = karras_sigmas(n, 1e-4, 50.0, 9.0)
    x = s[0] * initial
    index = 0
    for i in range(n - 1):
        noisy = source + s[i] * source_noise[i]
        for j in range(resamples):
            x = np.where(keep, noisy, x)
            up = np.sqrt(s[i + 1] ** 2 * (s[i] ** 2 - s[i + 1] ** 2) / s[i] ** 2)
            down = np.sqrt(s[i + 1] ** 2 - up**2)
            mid = ((s[i] ** (1 / midpoint_rho) + down ** (1 / midpoint_rho)) / 2) ** midpoint_rho
            d = (x - denoise(x, s[i])) / s[i]
            x_mid = x + d * (mid - s[i])
            d_mid = (x_mid - denoise(x_mid, mid)) / mid
            x = x + d_mid * (down - s[i]) + up * noise[index + 1, 0]
            if j < resamples - 1:
                x = x + np.sqrt(s[i] ** 2 - s[i + 1] ** 2) * noise[index + 1, 1]
            index += 2
    expected = np.where(keep, source, x)
    found = run(table, initial, source, keep, source_noise, noise)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["euler", "heun"])
@given(seed=st.integers(0, 2**32), n=st.integers(1, 8))
def test_deterministic_solvers(name: str, seed: int, n: int) -> None:
    rng, initial, source, keep = draws(seed)
    table = make_table(SamplerSpec(name, n, 0.01, 50.0, 7.0))
    source_noise = rng.standard_normal((n, *SHAPE))
    s = karras_sigmas(n, 0.01, 50.0, 7.0)
    x = s[0] * initial
    for i in range(n):
        x = np.where(keep, source + s[i] * source_noise[i], x)
        d = (x - denoise(x, s[i])) / s[i]
        following = x + (s[i + 1] - s[i]) * d
        if name == "heun" and s[i + 1] > 0:
            d2 = (following - denoise(following, s[i + 1])) / s[i + 1]
            following = x + (s[i + 1] - s[i]) * (d + d2) / 2
        x = following
    expected = np.where(keep, source, x)
    found = run(table, initial, source, keep, source_noise, [()] * len(table.evaluations))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_the_published_levels() -> None:
    sigmas = [e.sigma for e in make_table(CONSISTENCY).evaluations]
    np.testing.assert_allclose(sigmas, [80.0, 1.59735], rtol=1e-5)
    assert len(make_table(DPM2).evaluations) == 16


@given(st.integers(2, 40), st.floats(1e-4, 1e-2), st.floats(1.0, 100.0), st.floats(1.0, 10.0))
def test_karras_schedule_falls_to_zero(n: int, low: float, high: float, rho: float) -> None:
    sigmas = karras_sigmas(n, low, high, rho)
    assert len(sigmas) == n + 1
    np.testing.assert_allclose(sigmas[:1] + sigmas[-2:], [high, low, 0.0], rtol=1e-6)
    assert all(a > b for a, b in pairwise(sigmas))


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_coefficients_have_the_order_of_the_step_stage(name: str) -> None:
    table = make_table(SamplerSpec(name, 3, 1e-4, 50.0, 9.0, 1.0, 2))
    array = table.coefficients()
    assert array.dtype == np.float32
    for row, evaluation in zip(array, table.evaluations, strict=True):
        named = dict(zip(COEFFICIENTS, row, strict=True))
        assert named["sigma"] == np.float32(evaluation.sigma)
        assert named["delta"] ** 2 == pytest.approx(sum(n**2 for n in evaluation.noises), rel=1e-5)
        assert named["merge"] == (evaluation.keep_level is not None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "magic"}, "Unknown sampler"),
        ({"steps": 0}, "0 steps"),
        ({"steps": 1, "name": "dpm2-ancestral"}, "At least 2 steps"),
        ({"sigma_min": 0.0}, "no schedule"),
        ({"sigma_min": 90.0}, "no schedule"),
        ({"rho": 0.0}, "no schedule"),
    ],
)
def test_nonsense_is_refused(change: dict, reason: str) -> None:
    with pytest.raises(BundleError, match=reason):
        make_table(dataclasses.replace(CONSISTENCY, **change))
