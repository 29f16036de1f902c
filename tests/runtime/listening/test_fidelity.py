from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.runtime.listening.fidelity import log_spectral_distance, si_sdr


def noise(seed: int, count: int = 8192) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32)


@given(st.floats(0.01, 100), st.floats(-40, 40))
def test_the_ratio_is_that_of_signal_and_noise_at_any_scale(scale: float, ratio: float) -> None:
    signal, other = noise(0), noise(1)
    other = other - (other @ signal) / (signal @ signal) * signal
    other *= np.linalg.norm(signal) / np.linalg.norm(other) * 10 ** (-ratio / 20)
    found = np.float32(scale) * (signal + other)
    assert si_sdr(found, signal) == pytest.approx(ratio, abs=0.05)


def test_ends_of_the_scale() -> None:
    assert si_sdr(noise(0), noise(0)) > 100
    assert si_sdr(np.zeros(100, np.float32), noise(0, 100)) == -math.inf
    with pytest.raises(ValueError, match="Silence"):
        si_sdr(noise(0), np.zeros(8192, np.float32))


def test_a_factor_is_as_many_decibels_in_every_bin() -> None:
    sound = noise(2)
    assert log_spectral_distance(sound, sound) == 0
    assert log_spectral_distance(0.5 * sound, sound) == pytest.approx(6.02, abs=0.05)
    assert log_spectral_distance(-sound, sound) == pytest.approx(0, abs=1e-6)


def test_what_nobody_hears_makes_no_distance() -> None:
    sound = noise(3) + 0
    assert log_spectral_distance(sound + 1e-6 * noise(4), sound) < 0.1
    assert log_spectral_distance(noise(5), sound) > 5
    silence = np.zeros_like(sound)
    assert 60 < log_spectral_distance(silence, sound) < 81


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        log_spectral_distance(noise(0), noise(0, 9000))
    with pytest.raises(ValueError, match="less than a frame"):
        log_spectral_distance(noise(0, 100), noise(1, 100))
