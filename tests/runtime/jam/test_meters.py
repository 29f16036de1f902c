"""Levels in dBFS, peaks that stay, and bars."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.jam.meters import Level, Meter
from sideman.runtime.playing.levels import FLOOR


def test_a_sine_at_half_scale() -> None:
    level = Level()
    sine = 0.5 * np.sin(2 * np.pi * np.arange(4_410) / 44.1)
    for part in np.split(sine.astype(np.float32), 10):
        level.add(part)
    reading = Meter(level).read(0.0)
    assert reading.peak == pytest.approx(-6.02, abs=0.1)
    assert reading.level == pytest.approx(-9.03, abs=0.1)
    assert level.take() == (0.0, 0.0)


def test_a_peak_downwards_counts_and_stays_for_two_seconds() -> None:
    level = Level()
    meter = Meter(level)
    level.add(np.array([0.1, -1.0], np.float32))
    assert meter.read(0.0).held == 0.0
    level.add(np.array([0.1], np.float32))
    reading = meter.read(1.9)
    assert (reading.held, reading.peak) == (0.0, pytest.approx(-20))
    assert meter.read(2.1).held == FLOOR


def test_silence_stands_at_the_bottom() -> None:
    assert Meter(Level()).read(0.0).level == FLOOR


def test_zeros_are_timed_and_the_faintest_noise_ends_them() -> None:
    level = Level()
    meter = Meter(level)
    for now, sample, silent in (
        (3.0, 0.0, 0.0),
        (9.0, 0.0, 6.0),
        (10.0, 1e-6, 0.0),
        (11.0, 0.0, 1.0),
    ):
        level.add(np.full(8, sample, np.float32))
        assert meter.read(now).silent == pytest.approx(silent)
