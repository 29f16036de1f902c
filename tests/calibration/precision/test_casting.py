"""Casts and constants of small graphs: as few as can be, none in the wrong place."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from sideman.calibration.errors import PrecisionError
from tests.calibration.rewriting import rewrite

W = np.float32([[0.5, -0.25], [0.125, 1.0]])
#: Unit roundoff: half the distance from one to the next number.
ROUNDOFF = {"fp16": 2.0**-11, "bf16": 2.0**-8}


def node(operation, inputs, outputs, name, **attributes):
    return helper.make_node(operation, inputs.split(), outputs.split(), name=name, **attributes)


@pytest.fixture
def rewritten_nodes(build, tmp_path):
    """Rewrite nodes between x [2, 2] and y, and load the result."""

    def make(nodes, outputs=("y",), precision="fp16", **constants):
        source = build(
            tmp_path / "in" / "g.onnx",
            nodes,
            {"x": [2, 2]},
            {name: [2, 2] for name in outputs},
            {"w": W, **constants},
        )
        return onnx.load(rewrite(source, tmp_path / "out", precision)).graph

    return make


def casts(graph):
    return [(n.input[0], n.attribute[0].i) for n in graph.node if n.op_type == "Cast"]


def inputs_of(graph, name):
    return list(next(n for n in graph.node if n.name == name).input)


def types_of(graph, name):
    return {t.name: t.data_type for t in graph.initializer if t.name.startswith(name)}


def test_a_low_output_is_cast_back_under_its_name(rewritten_nodes):
    graph = rewritten_nodes([node("MatMul", "x w", "y", "net/MatMul")])
    assert [n.op_type for n in graph.node] == ["Cast", "MatMul", "Cast"]
    assert list(graph.node[-1].output) == ["y"]
    assert types_of(graph, "w") == {"w": TensorProto.FLOAT16}


def test_an_output_that_low_nodes_read_too_is_cast_once(rewritten_nodes):
    graph = rewritten_nodes(
        [node("MatMul", "x w", "h", "net/MatMul"), node("MatMul", "h w", "y", "net/MatMul_2")],
        outputs=("h", "y"),
    )
    assert [kind for _, kind in casts(graph)] == [10, 1, 1]
    assert inputs_of(graph, "net/MatMul_2") == ["h.fp16", "w"]


def test_a_constant_of_both_kinds_exists_in_both(rewritten_nodes):
    graph = rewritten_nodes(
        [node("MatMul", "x w", "h", "net/MatMul"), node("Add", "h w", "y", "Add")]
    )
    assert types_of(graph, "w") == {"w": TensorProto.FLOAT, "w.fp16": TensorProto.FLOAT16}
    assert inputs_of(graph, "net/MatMul")[1] == "w.fp16"
    assert inputs_of(graph, "Add") == ["h.fp32", "w"]


def test_a_name_that_is_taken_is_not_given_again(rewritten_nodes):
    nodes = [
        node("MatMul", "x w.fp16", "h", "net/MatMul"),
        node("MatMul", "h w", "x.fp16", "net/MatMul_2"),
        node("Add", "x.fp16 w", "y", "Add"),
    ]
    graph = rewritten_nodes(nodes, **{"w.fp16": W + 1})
    found = {t.name: onnx.numpy_helper.to_array(t).astype(np.float32) for t in graph.initializer}
    np.testing.assert_array_equal(found["w.fp16"], W + 1)
    names = [name for n in graph.node for name in n.output] + list(found)
    assert len(set(names)) == len(names) == len(graph.node) + 3


def test_a_value_is_cast_once_for_all_its_readers(rewritten_nodes):
    graph = rewritten_nodes(
        [
            node("MatMul", "x w", "a", "net/MatMul"),
            node("MatMul", "x w", "b", "net/MatMul_2"),
            node("Tanh", "a", "c", "net/Tanh"),
            node("Sqrt", "a", "d", "net/Sqrt"),
            node("Sum", "b c d", "y", "net/Sum"),
        ]
    )
    assert sorted(casts(graph)) == [("a", 1), ("b", 1), ("x", 10)]


def test_moves_pass_the_precision_on(rewritten_nodes):
    graph = rewritten_nodes(
        [
            node("MatMul", "x w", "a", "net/MatMul"),
            node("Transpose", "a", "b", "Transpose", perm=[1, 0]),
            node("Concat", "b b", "c", "net/Concat", axis=0),
            node("Split", "c", "d e", "Split", axis=0, num_outputs=2),
            node("MatMul", "d w", "f", "net/MatMul_2"),
            node("MatMul", "e f", "y", "net/MatMul_3"),
        ]
    )
    assert len(casts(graph)) == 2


def test_a_move_of_mixed_precisions_is_float32(rewritten_nodes):
    graph = rewritten_nodes(
        [
            node("MatMul", "x w", "a", "net/MatMul"),
            node("Concat", "a x", "b", "net/Concat", axis=0),
            node("Split", "b", "c d", "Split", axis=0, num_outputs=2),
            node("Add", "c d", "y", "Add"),
        ]
    )
    assert inputs_of(graph, "net/Concat") == ["a.fp32", "x"]


def test_arithmetic_is_low_only_between_products(rewritten_nodes):
    names = {"h0": "before", "h2": "between", "y": "behind"}
    graph = rewritten_nodes(
        [
            node("Mul", "x w", "h0", "net/Mul"),
            node("MatMul", "h0 w", "h1", "net/MatMul"),
            node("Mul", "h1 w", "h2", "net/Mul_2"),
            node("MatMul", "h2 w", "h3", "net/MatMul_2"),
            node("Mul", "h3 w", "y", "net/Mul_3"),
        ]
    )
    reads = {n.output[0]: list(n.input) for n in graph.node if n.op_type == "Mul"}
    assert reads == {"h0": ["x", "w"], "h2": ["h1", "w.fp16"], "y": ["h3.fp32", "w"]}, names


def test_scales_of_a_resize_stay_float32(build, tmp_path):
    nodes = [
        node("Conv", "x k", "a", "net/Conv"),
        helper.make_node("Resize", ["a", "", "scales"], ["b"], name="net/Resize"),
        node("Conv", "b k", "y", "net/Conv_2"),
    ]
    constants = {"k": np.ones((1, 1, 1, 1), np.float32), "scales": np.float32([1, 1, 2, 2])}
    ends = {"x": [1, 1, 2, 2]}, {"y": [1, 1, 4, 4]}
    source = build(tmp_path / "in" / "g.onnx", nodes, *ends, constants)
    graph = onnx.load(rewrite(source, tmp_path / "out", "fp16")).graph
    assert types_of(graph, "scales") == {"scales": TensorProto.FLOAT}
    assert inputs_of(graph, "net/Resize") == ["a", "", "scales"]


def test_a_shape_is_read_without_a_cast(rewritten_nodes):
    graph = rewritten_nodes(
        [
            node("MatMul", "x w", "a", "net/MatMul"),
            node("Shape", "a", "s", "net/Shape"),
            node("MatMul", "a w", "b", "net/MatMul_2"),
            node("Reshape", "b s", "c", "net/Reshape"),
            node("MatMul", "c w", "y", "net/MatMul_3"),
        ]
    )
    assert len(casts(graph)) == 2
    assert inputs_of(graph, "net/Shape") == ["a"]


def test_unused_constants_are_left_out(rewritten_nodes):
    graph = rewritten_nodes([node("MatMul", "x w", "y", "net/MatMul")], unused=W)
    assert [t.name for t in graph.initializer] == ["w"]


def test_a_graph_inside_a_node_is_refused(rewritten_nodes):
    value = helper.make_tensor_value_info("z", TensorProto.FLOAT, [2, 2])
    branch = helper.make_graph([node("Identity", "x", "z", "i")], "branch", [], [value])
    choice = node("If", "yes", "y", "net/If", then_branch=branch, else_branch=branch)
    with pytest.raises(PrecisionError, match=r"net/If \(If\) holds a graph"):
        rewritten_nodes([choice], yes=np.array(True))


#: Operation, how many earlier values it takes, and whether a constant goes with them.
_OPERATIONS = {
    "MatMul": (1, True),
    "Mul": (2, False),
    "Add": (2, False),
    "Sigmoid": (1, False),
    "Tanh": (1, False),
    "Transpose": (1, False),
    "Softmax": (1, False),
    "Identity": (1, False),
}
_SCOPES = st.sampled_from(["net.conv/", "net.norm1/", "stft/", ""])
_STEP = st.tuples(st.sampled_from(sorted(_OPERATIONS)), _SCOPES, st.integers(0, 99))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(_STEP, min_size=1, max_size=10),
    precision=st.sampled_from(sorted(ROUNDOFF)),
    seed=st.integers(0, 99),
)
def test_any_graph_keeps_its_results_and_its_protections(build, tmp_path, steps, precision, seed):
    values, nodes = ["x"], []
    for index, (operation, scope, pick) in enumerate(steps):
        count, constant = _OPERATIONS[operation]
        reads = [values[(pick * (i + 1)) % len(values)] for i in range(count)] + ["w"] * constant
        values.append(f"v{index}")
        name = f"{scope}{operation}_{index}"
        nodes.append(helper.make_node(operation, reads, [values[-1]], name=name))
    outputs = dict.fromkeys({values[-1], values[len(values) // 2 + 1 if len(values) > 2 else 1]})
    source = build(
        tmp_path / "in" / "g.onnx",
        nodes,
        {"x": [2, 2]},
        {name: [2, 2] for name in sorted(outputs)},
        {"w": W},
    )
    made = onnx.load(rewrite(source, tmp_path / "out", precision))
    x = np.random.default_rng(seed).uniform(-1, 1, (2, 2)).astype(np.float32)
    wanted = ReferenceEvaluator(onnx.load(source)).run(None, {"x": x})
    for a, b in zip(ReferenceEvaluator(made).run(None, {"x": x}), wanted, strict=True):
        assert a.dtype == np.float32
        # At most ten operations on numbers of a few units; each rounds a few times.
        scale = max(1.0, float(np.abs(b).max()))
        assert float(np.abs(a - b).max()) <= 120 * ROUNDOFF[precision] * scale
    inferred = onnx.shape_inference.infer_shapes(made, strict_mode=True).graph
    ends = (*inferred.input, *inferred.value_info, *inferred.output)
    types = {v.name: v.type.tensor_type.elem_type for v in ends}
    types |= {t.name: t.data_type for t in inferred.initializer}
    for n in made.graph.node:
        protected = n.name.startswith(("net.norm1/", "stft/")) or n.op_type in ("Tanh", "Softmax")
        if protected and n.op_type != "Cast":
            assert {types[name] for name in (*n.input, *n.output)} == {TensorProto.FLOAT}
