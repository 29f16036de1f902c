"""Norms and attention that were rewritten compute what the exported ones do, in float32."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.openvino.attention import attend_by_rows
from sideman.engine.openvino.normalisation import normalise_by_channel
from sideman.engine.openvino.quantised import keep_results
from tests.engine.openvino.test_rewriting import compiled


def relative(found, wanted) -> float:
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def norm(library, size, groups=4, channels=16, frequencies=8):
    """Group normalisation as `export/onnx_translation.py` writes it; 3 to 5 are the weights."""
    op = library.opset13

    def c(value, kind=np.float32):
        return op.constant(np.array(value, kind))

    x = op.parameter([1, channels, frequencies, size], np.float32)
    each = channels // groups
    grouped = op.reshape(x, c([0, groups, each * frequencies, -1], np.int64), True)
    last, row = c([3], np.int64), c([2], np.int64)
    mean = op.reduce_mean(op.reduce_mean(grouped, last, True), row, True)
    centred = op.subtract(grouped, mean)
    squares = op.reduce_sum(op.reduce_sum(op.multiply(centred, centred), last, True), row, True)
    variance = op.divide(squares, c(each * frequencies * 32.0))
    deviation = op.sqrt(op.add(variance, c(1e-5)))
    weight = c(np.linspace(3, 5, channels).reshape(1, groups, each, 1))
    scale = op.reshape(op.divide(weight, deviation), c([0, channels, 1, 1], np.int64), True)
    back = op.reshape(centred, c([0, channels, frequencies, -1], np.int64), True)
    bias = c(np.linspace(-1, 1, channels).reshape(channels, 1, 1))
    return library.Model([op.add(op.multiply(back, scale), bias)], [x])


@pytest.mark.parametrize("size", [32, -1])
def test_norms_by_channel_compute_what_norms_by_group_do(library, size) -> None:
    plain, changed = norm(library, size), norm(library, size)
    assert normalise_by_channel(library, changed) == 1
    changed.validate_nodes_and_infer_types()
    kinds = [node.get_type_name() for node in changed.get_ordered_ops()]
    assert "ReduceL2" in kinds
    assert "Subtract" in kinds
    x = np.random.default_rng(0).standard_normal((1, 16, 8, 32)).astype(np.float32)
    x = x * np.arange(1, 17, dtype=np.float32)[:, None, None] + 2
    (found,), (wanted,) = compiled(library, changed)(x), compiled(library, plain)(x)
    assert relative(found, wanted) < 1e-5


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_equal_values_have_no_negative_variance(library, has_bf16, precision) -> None:
    if precision == "bf16" and not has_bf16:
        pytest.skip("this processor has no bfloat16")
    changed = norm(library, 32)
    assert normalise_by_channel(library, changed) == 1
    for value in (0.0, 0.3, 1.7, 123.4):
        (found,) = compiled(library, changed, precision)(np.full((1, 16, 8, 32), value, np.float32))
        assert np.isfinite(found).all()


def test_nan_passes_a_norm(library) -> None:
    changed = norm(library, 32)
    normalise_by_channel(library, changed)
    x = np.ones((1, 16, 8, 32), np.float32)
    x[0, 3, 2, 1] = np.nan
    (found,) = compiled(library, changed)(x)
    assert np.isnan(found[0, 0]).all()


def attention(library, frames, channels=16, heads=2, frequencies=8, scaled=True):
    """`FrequencyAttention` without norm and residual, as its export reads in OpenVINO."""
    op = library.opset13
    random = np.random.default_rng(1)

    def c(value, kind=np.float32):
        return op.constant(np.array(value, kind))

    def weights(*shape):
        return c(random.standard_normal(shape) / 4)

    def transpose(value, *order):
        return op.transpose(value, c(order, np.int64))

    x = op.parameter([1, channels, frequencies, frames], np.float32)
    depth = channels // heads
    qkv = op.matmul(weights(3 * channels, channels), transpose(x, 0, 3, 1, 2), False, False)
    qkv = op.add(qkv, weights(3 * channels, 1))
    qkv = op.reshape(qkv, c([1, -1, 3, heads, depth, frequencies], np.int64), False)
    parts = op.split(qkv, c(2, np.int64), 3).outputs()
    query, key, value = (op.squeeze(part, c([2], np.int64)) for part in parts)
    if scaled:
        query = op.multiply(query, c(1 / np.sqrt(depth)))
    scores = op.matmul(transpose(query, 0, 1, 2, 4, 3), key, False, False)
    mixed = op.matmul(value, transpose(op.softmax(scores, -1), 0, 1, 2, 4, 3), False, False)
    joined = op.reshape(mixed, c([1, -1, channels, frequencies], np.int64), False)
    out = op.matmul(weights(channels, channels), joined, False, False)
    out = op.add(out, weights(channels, 1))
    return library.Model([transpose(out, 0, 2, 3, 1)], [x])


@pytest.mark.parametrize("frames", [6, -1])
def test_attention_by_rows_computes_what_attention_by_columns_does(library, frames) -> None:
    plain, changed = attention(library, frames), attention(library, frames)
    assert attend_by_rows(library, changed) == 1
    changed.validate_nodes_and_infer_types()
    x = np.random.default_rng(0).standard_normal((1, 16, 8, 6)).astype(np.float32)
    (found,), (wanted,) = compiled(library, changed)(x), compiled(library, plain)(x)
    assert relative(found, wanted) < 1e-5


def test_attention_of_another_form_is_left_alone(library) -> None:
    assert attend_by_rows(library, attention(library, 6, scaled=False)) == 0


def quantised(library, ends_in_a_convolution=True):
    """A convolution whose rounded result another convolution reads, or a ReLU."""
    op = library.opset13
    random = np.random.default_rng(2)

    def c(value, kind=np.float32):
        return op.constant(np.array(value, kind))

    def convolve(value):
        kernel = c(random.standard_normal((16, 16, 1, 1)) / 4)
        return op.convolution(value, kernel, [1, 1], [0, 0], [0, 0], [1, 1])

    def rounded(value):
        low, high = c(-4.0), c(4.0)
        eight = op.fake_quantize(value, low, high, c(0.0), c(255.0), 256)
        real = op.convert(op.convert(eight, "u8"), "f32")
        return op.multiply(op.subtract(real, c(128.0)), c(8 / 255))

    x = op.parameter([1, 16, 4, 4], np.float32)
    once = convolve(x)
    twice = rounded(once)
    end = convolve(twice) if ends_in_a_convolution else op.tanh(twice)
    exact = convolve(once) if ends_in_a_convolution else op.tanh(once)
    return library.Model([end], [x]), library.Model([exact], [x])


def test_results_are_rounded_for_convolutions_only(library) -> None:
    rounding, _ = quantised(library)
    assert keep_results(rounding) == 0
    changed, exact = quantised(library, ends_in_a_convolution=False)
    x = np.random.default_rng(0).standard_normal((1, 16, 4, 4)).astype(np.float32)
    (wanted,) = compiled(library, exact)(x)
    (before,) = compiled(library, changed)(x)
    assert keep_results(changed) == 1
    (found,) = compiled(library, changed)(x)
    assert relative(before, wanted) > 1e-3
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
