from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.runtime.listening.onsets import f_measure, find_onsets

strokes = st.lists(st.integers(0, 400_000), max_size=30, unique=True).map(sorted)


def clicks(places: list[int], samples: int) -> np.ndarray:
    """Bursts of decaying noise."""
    burst = np.random.default_rng(0).standard_normal(4000) * np.exp(-np.arange(4000) / 600)
    audio = np.zeros(samples + 4000, np.float32)
    for place in places:
        audio[place : place + 4000] += 0.2 * burst
    return audio[:samples]


@pytest.mark.parametrize("first", [0, 137, 5_000])
def test_strokes_are_found_where_they_are(first: int) -> None:
    places = [first + 9_000 * index for index in range(12)]
    found = find_onsets(clicks(places, 120_000))
    assert len(found) == len(places)
    assert np.abs(np.subtract(found, places)).max() < 0.025 * 44_100


def test_what_comes_first_is_no_measure_of_what_comes_after() -> None:
    places = [40_000 + 9_000 * index for index in range(8)]
    quiet = 0.002 * clicks(places, 120_000)
    loud = quiet.copy()
    loud[:20_000] = np.random.default_rng(1).uniform(-1, 1, 20_000)
    found = find_onsets(loud, 30_000)
    assert found == find_onsets(quiet, 30_000)
    assert len(found) == len(places)
    assert len(find_onsets(loud)) < len(places)
    assert find_onsets(loud, 120_000) == []


def test_there_are_none_in_silence_or_in_nothing() -> None:
    assert find_onsets(np.zeros(44_100, np.float32)) == []
    assert find_onsets(np.zeros(10, np.float32)) == []


@given(strokes)
def test_what_agrees_is_one_and_what_is_far_is_zero(onsets: list[int]) -> None:
    if not onsets:
        assert math.isnan(f_measure(onsets, onsets))
        assert f_measure([5], onsets) == f_measure(onsets, [5]) == 0
        return
    assert f_measure(onsets, onsets) == 1
    assert f_measure(onsets, [onset + 1_000_000 for onset in onsets]) == 0


@given(strokes, strokes)
def test_it_is_symmetric_and_a_share(found: list[int], wanted: list[int]) -> None:
    value = f_measure(found, wanted)
    other = f_measure(wanted, found)
    assert value == other or (math.isnan(value) and math.isnan(other))
    assert math.isnan(value) or 0 <= value <= 1


def test_each_onset_is_matched_once_within_50_milliseconds() -> None:
    assert f_measure([10_000, 10_100], [10_000]) == 2 / 3
    assert f_measure([10_000 + 2_205], [10_000]) == 1
    assert f_measure([10_000 + 2_206], [10_000]) == 0
