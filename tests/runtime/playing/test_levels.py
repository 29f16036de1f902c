"""Levels in dBFS, and bars."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.playing.levels import FLOOR, bar, decibels, root_mean_square


def test_silence_and_what_is_no_number_stand_at_the_bottom() -> None:
    assert [decibels(x) for x in (0.0, 1e-9, float("nan"))] == [FLOOR] * 3


def test_a_sine_at_half_scale() -> None:
    sine = 0.5 * np.sin(2 * np.pi * np.arange(4_410) / 44.1)
    assert decibels(root_mean_square(sine.astype(np.float32))) == pytest.approx(-9.03, abs=0.01)


@pytest.mark.parametrize(("level", "filled"), [(FLOOR, 0), (-30.0, 5), (0.0, 10), (6.0, 10)])
def test_bars(level, filled) -> None:
    assert bar(level, 10) == "█" * filled + "·" * (10 - filled)
