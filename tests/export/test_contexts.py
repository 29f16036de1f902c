"""Contexts are freed where the graph can take one for each row, and nowhere else."""

from __future__ import annotations

import onnx_ir as ir
import pytest
from onnx import TensorProto, helper

from sideman.engine.errors import ExportError
from sideman.engine.tensors import TensorSpec
from sideman.export.contexts import free_contexts

SPECS = (TensorSpec("x", ("batch", 3)), TensorSpec("mixture", ("contexts", 3)))


def graph(*nodes: tuple[str, list[str]], size: int = 1) -> ir.Model:
    ends = [("x", ["batch", 3]), ("mixture", [size, 3])]
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in ends]
    made = [
        helper.make_node(kind, reads, [f"y{i}"], name=f"op{i}")
        for i, (kind, reads) in enumerate(nodes)
    ]
    outputs = [helper.make_tensor_value_info("y0", TensorProto.FLOAT, None)]
    model = helper.make_model(helper.make_graph(made, "step", inputs, outputs))
    return ir.from_proto(model)


def shape(model: ir.Model) -> list:
    return [list(ir.to_proto(model).graph.input[i].type.tensor_type.shape.dim) for i in (0, 1)]


def test_what_is_only_expanded_is_freed() -> None:
    model = graph(("Expand", ["mixture", "size"]))
    free_contexts(model, SPECS)
    x, mixture = shape(model)
    assert (mixture[0].dim_param, mixture[1].dim_value) == ("contexts", 3)
    assert (x[0].dim_param, x[1].dim_value) == ("batch", 3)


def test_a_specification_with_one_context_is_left_alone() -> None:
    model = graph(("Add", ["mixture", "x"]))
    free_contexts(model, (TensorSpec("mixture", (1, 3)),))
    assert shape(model)[1][0].dim_value == 1


@pytest.mark.parametrize(
    "nodes",
    [
        [("Expand", ["mixture", "size"]), ("Add", ["mixture", "x"])],
        [("Expand", ["x", "mixture"])],
    ],
)
def test_what_is_read_otherwise_is_refused(nodes: list) -> None:
    with pytest.raises(ExportError, match=r"op\d reads it, which is no expansion"):
        free_contexts(graph(*nodes), SPECS)


def test_what_nobody_reads_or_has_several_contexts_already_is_refused() -> None:
    with pytest.raises(ExportError, match="read by 0 operations"):
        free_contexts(graph(("Relu", ["x"])), SPECS)
    with pytest.raises(ExportError, match=r"shape \[2,3\]"):
        free_contexts(graph(("Expand", ["mixture", "size"]), size=2), SPECS)
