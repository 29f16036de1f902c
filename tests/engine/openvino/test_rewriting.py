"""Changed graphs compute what the unchanged ones would, had OpenVINO left them alone."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.backends.once import run_once
from sideman.engine.openvino.library import the_core
from sideman.engine.openvino.rewriting import keep_nan, keep_short_sums


def compiled(library, model, precision="f32"):
    request = (
        the_core()
        .compile_model(
            model, "CPU", {"INFERENCE_PRECISION_HINT": precision, "ENABLE_CPU_PINNING": False}
        )
        .create_infer_request()
    )
    return lambda x: list(request.infer({0: x}).values())


def clipping(library):
    """max(min(x, 1), -1), a Relu and a Clamp of x."""
    operations = library.opset13
    x = operations.parameter([1, 64], np.float32)
    low, high = (operations.constant(np.float32(value)) for value in (-1, 1))
    outputs = [
        operations.minimum(high, operations.maximum(low, x)),
        operations.relu(x),
        operations.clamp(x, -1.0, 1.0),
        operations.maximum(x, operations.multiply(x, low)),
    ]
    return library.Model(outputs, [x])


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_nan_passes_and_every_other_value_stays(library, precision) -> None:
    plain, changed = clipping(library), clipping(library)
    assert keep_nan(library, changed) == 5
    x = np.random.default_rng(0).standard_normal((1, 64)).astype(np.float32)
    x[0, :5] = [np.inf, -np.inf, 0.0, -0.0, 1e-45]
    run, original = compiled(library, changed, precision), compiled(library, plain, precision)
    for found, wanted in zip(run(x), original(x), strict=True):
        np.testing.assert_array_equal(found, wanted)
    x[0, 7] = np.nan
    assert [np.isnan(found).sum() for found in run(x)] == [1, 1, 1, 1]


def test_without_it_nan_becomes_a_number(library) -> None:
    """If this fails, a newer OpenVINO keeps NaN and `keep_nan` can go."""
    found = compiled(library, clipping(library))(np.full((1, 64), np.nan, np.float32))
    assert not np.isnan(found[0]).any()


def two_sums(library, sum_, rows=512):
    operations = library.opset13
    x = operations.parameter([-1, 2, rows, -1], np.float32)
    inner = sum_(x, operations.constant(np.array([3])), True)
    return library.Model([sum_(inner, operations.constant(np.array([2])), True)], [x])


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean"])
def test_two_sums_stay_two(library, name) -> None:
    sum_ = getattr(library.opset13, name)
    changed = two_sums(library, sum_)
    assert keep_short_sums(library, changed) == 1
    changed.validate_nodes_and_infer_types()
    x = np.random.default_rng(0).standard_normal((1, 2, 512, 2048)).astype(np.float32) ** 2
    function = np.sum if name == "reduce_sum" else np.mean
    wanted = function(x.astype(np.float64), axis=(2, 3), keepdims=True)

    def error(model) -> float:
        (found,) = compiled(library, model)(x)
        assert found.shape == wanted.shape
        return float(np.abs(found / wanted - 1).max())

    assert error(changed) < 1e-6
    # If this fails, a newer OpenVINO sums as precisely by itself and the change can go.
    assert error(two_sums(library, sum_)) > 5e-6


def test_other_sums_are_left_alone(library) -> None:
    operations = library.opset13
    x = operations.parameter([1, 2, 3, 4], np.float32)

    def reduced(source, axis, keep=True, kind=operations.reduce_sum):
        return kind(source, operations.constant(np.array([axis])), keep)

    results = [
        reduced(reduced(x, 3), 1),
        reduced(reduced(x, 2), 3),
        reduced(reduced(x, 3, keep=False), 2),
        reduced(reduced(x, 3), 2, keep=False),
        reduced(reduced(x, 3), 2, kind=operations.reduce_mean),
    ]
    assert keep_short_sums(library, library.Model(results, [x])) == 0


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_decoder_that_computes_nan_says_so(small_stage, has_bf16, precision) -> None:
    """Its last operation clips: what is played is checked only behind it."""
    if precision == "bf16" and not has_bf16:
        pytest.skip("this processor has no bfloat16")
    backend, stage = small_stage("decode", precision)
    sizes = {"batch": 1, "decoded_columns": 2, "decoded_samples": 2 * 4096 + 1536}
    inputs = {
        tensor.name: np.ones([sizes.get(size, size) for size in tensor.shape], np.float32)
        for tensor in stage.spec.inputs
    }
    assert np.isfinite(run_once(backend, stage, inputs)["audio"]).all()
    inputs["noise"][0, 0, 5, 1, 3] = np.nan
    assert np.isnan(run_once(backend, stage, inputs)["audio"]).any()
