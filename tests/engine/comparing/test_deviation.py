from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sideman.engine.comparing.deviation import (
    TOLERANCES,
    Deviation,
    StageResult,
    coarsest,
    relative_error,
    tolerance_of,
)
from sideman.engine.errors import SidemanError

VALUES = arrays(np.float32, (4, 5), elements=st.floats(-8, 8, width=32))
FACTORS = st.floats(1e-3, 8.0)


@given(VALUES)
def test_nothing_differs_from_itself(values: np.ndarray) -> None:
    found = Deviation.of(values, values.copy(), 0.0)
    assert (found.relative, found.largest, found.mean) == (0, 0, 0)
    assert found


@given(VALUES.filter(lambda v: np.linalg.norm(v) > 1), FACTORS)
def test_an_output_that_is_too_loud_errs_by_how_much(values: np.ndarray, factor: float) -> None:
    wanted = values.astype(np.float64)
    assert relative_error(wanted * (1 + factor), wanted) == pytest.approx(factor, rel=1e-6)


@given(VALUES, FACTORS)
def test_the_scale_of_both_does_not_matter(values: np.ndarray, factor: float) -> None:
    exact = values.astype(np.float64)
    wanted = exact + 1
    if np.linalg.norm(wanted) > 1e-3:
        error = relative_error(exact, wanted)
        assert relative_error(exact * factor, wanted * factor) == pytest.approx(error, rel=1e-6)


def test_against_silence_the_error_is_absolute() -> None:
    assert relative_error(np.full(4, 0.5), np.zeros(4)) == 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("spoils_found", [True, False])
def test_what_is_not_finite_never_passes(bad: float, spoils_found: bool) -> None:
    good, broken = np.ones(3), np.array([1, bad, 1])
    pair = (broken, good) if spoils_found else (good, broken)
    found = Deviation.of(*pair, tolerance=1e9)
    assert not found
    assert found.relative == np.inf


def test_another_shape_is_an_error_and_no_broadcast() -> None:
    with pytest.raises(SidemanError, match=r"\(3,\) instead of \(1, 3\)"):
        relative_error(np.ones(3), np.ones((1, 3)))


def test_largest_and_mean_difference() -> None:
    found = Deviation.of(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]), 0.1)
    assert found.largest == 1
    assert found.mean == pytest.approx(1 / 3)
    assert not found


def test_manifests_and_options_name_the_same_precisions() -> None:
    for short, long in (("fp32", "float32"), ("fp16", "float16"), ("bf16", "bfloat16")):
        assert tolerance_of(short) == tolerance_of(long) == TOLERANCES[short]
    assert TOLERANCES["fp32"] < TOLERANCES["fp16"] < TOLERANCES["bf16"]
    with pytest.raises(SidemanError, match="int8"):
        tolerance_of("int8")


def test_in_low_precision_recordings_may_err_more_and_never_as_much_as_another_model() -> None:
    assert tolerance_of("fp32", recording=True) == tolerance_of("fp32")
    assert tolerance_of("fp16") < tolerance_of("fp16", recording=True) < 1
    with pytest.raises(SidemanError, match="--tolerance"):
        tolerance_of("bf16", recording=True)  # nobody has measured it


def test_a_result_names_the_worst_case_of_each_output() -> None:
    def at(relative: float) -> Deviation:
        return Deviation(relative, 0.0, 0.0, tolerance=0.1)

    result = StageResult(
        "step",
        {
            "next": {"sigma 80": at(0.01), "sigma 2": at(0.2)},
            "merged": {"sigma 80": at(0.0), "sigma 2": at(0.0)},
        },
    )
    assert not result.passed
    assert result.relative == 0.2
    assert "next 2.0e-01 at sigma 2 " in str(result)
    assert "merged 0.0e+00 (" in str(result)


def test_the_coarsest_precision_loses_most() -> None:
    assert coarsest(["float32"]) == "fp32"
    assert coarsest(["bf16", "float16"]) == "bf16"
    assert coarsest(["int8", "bfloat16"]) == "int8"
    with pytest.raises(SidemanError, match="no precision 'int4'"):
        coarsest(["fp32", "int4"])
