"""Convolutions that stand in for products compute the same."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper

from sideman.calibration.errors import PrecisionError
from tests.calibration.rewriting import rewrite

SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SIZES = st.integers(1, 5)


def convolved(source, folder, run, x):
    made = rewrite(source, folder, "fp32", convolve_products=True)
    operations = {node.op_type for node in onnx.load(made).graph.node}
    assert "Conv" in operations
    assert not operations & {"MatMul", "Gemm"}
    return run(made, {"x": x})["y"]


@SETTINGS
@given(
    batch=st.lists(SIZES, max_size=3),
    m=SIZES,
    k=SIZES,
    n=SIZES,
    left=st.booleans(),
    seed=st.integers(0, 99),
)
def test_matmul(build, run, tmp_path, batch, m, k, n, left, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal([*batch, k, n] if left else [*batch, m, k]).astype(np.float32)
    w = rng.standard_normal([m, k] if left else [k, n]).astype(np.float32)
    node = helper.make_node("MatMul", ["w", "x"] if left else ["x", "w"], ["y"], name="stft/MatMul")
    source = build(
        tmp_path / "in" / "g.onnx", [node], {"x": x.shape}, {"y": [*batch, m, n]}, {"w": w}
    )
    found = convolved(source, tmp_path / "out", run, x)
    np.testing.assert_allclose(found, w @ x if left else x @ w, rtol=1e-5, atol=1e-5)


@SETTINGS
@given(
    m=SIZES,
    k=SIZES,
    n=SIZES,
    turned=st.tuples(st.booleans(), st.booleans()),
    bias=st.booleans(),
    factors=st.tuples(st.sampled_from([1.0, 0.5, -2.0]), st.sampled_from([1.0, 0.25])),
)
def test_gemm(build, run, tmp_path, m, k, n, turned, bias, factors):
    rng = np.random.default_rng(m + 10 * k + 100 * n)
    x, w, c = (rng.standard_normal(s).astype(np.float32) for s in ([m, k], [k, n], [n]))
    node = helper.make_node(
        "Gemm",
        ["x", "w", "c"] if bias else ["x", "w"],
        ["y"],
        name="layer/Gemm",
        transA=int(turned[0]),
        transB=int(turned[1]),
        alpha=factors[0],
        beta=factors[1],
    )
    given_x = np.ascontiguousarray(x.T) if turned[0] else x
    constants = {"w": w.T if turned[1] else w} | ({"c": c} if bias else {})
    source = build(
        tmp_path / "in" / "g.onnx", [node], {"x": given_x.shape}, {"y": [m, n]}, constants
    )
    wanted = factors[0] * (x @ w) + (factors[1] * c if bias else 0)
    found = convolved(source, tmp_path / "out", run, given_x)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


def test_a_matrix_of_two_products_serves_both(build, run, tmp_path):
    w = np.arange(9, dtype=np.float32).reshape(3, 3)
    nodes = [
        helper.make_node("MatMul", ["w", "x"], ["h"], name="stft/MatMul"),
        helper.make_node("MatMul", ["h", "w"], ["y"], name="stft/MatMul_2"),
    ]
    source = build(tmp_path / "in" / "g.onnx", nodes, {"x": [3, 3]}, {"y": [3, 3]}, {"w": w})
    x = np.eye(3, dtype=np.float32) + 1
    np.testing.assert_allclose(convolved(source, tmp_path / "out", run, x), w @ x @ w, rtol=1e-6)


@pytest.mark.parametrize(
    ("inputs", "output", "constants", "fault"),
    [
        ({"a": [2, 3], "b": [3, 4]}, [2, 4], {}, "one constant factor"),
        ({"a": [2, 3]}, [5, 2, 4], {"b": np.ones((5, 3, 4), np.float32)}, "3 and 2 axes"),
        (
            {"a": [1, 1, 1, 1, 2, 3]},
            [1, 1, 1, 1, 2, 4],
            {"b": np.ones((3, 4), np.float32)},
            "2 and 6 axes",
        ),
    ],
)
def test_what_no_convolution_can_be_is_refused(build, tmp_path, inputs, output, constants, fault):
    node = helper.make_node("MatMul", ["a", "b"], ["y"], name="net/MatMul")
    source = build(tmp_path / "in" / "g.onnx", [node], inputs, {"y": output}, constants)
    with pytest.raises(PrecisionError, match=f"MatMul net/MatMul .*{fault}"):
        rewrite(source, tmp_path / "out", "fp32", convolve_products=True)
