"""Runs a graph as a GPU with half-precision arithmetic does: every stored value is rounded.

ONNX Runtime's CPU provider has few half-precision kernels. It computes such regions in float32
and drops the casts between its nodes: where float16 overflows it returns finite numbers, and the
errors that it shows are those of rounded weights only. Here every node runs by itself in float32
and what it makes is rounded to the type that the graph gives it. Sums inside a node are float32's:
a card that accumulates in half precision errs more than this shows.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

_LOW = {TensorProto.FLOAT16, TensorProto.BFLOAT16}
_NARROW = {helper.tensor_dtype_to_np_dtype(kind) for kind in _LOW}


def emulate(path: Path, feed: dict) -> tuple[dict, dict]:
    """Run a graph.

    Returns:
        Outputs by name, and the largest magnitude of every low value by name, before
        it is rounded: beyond 65,504 float16 has overflowed.
    """
    model = onnx.load(path)
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer} | feed
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    types = {v.name: v.type.tensor_type.elem_type for v in (*inferred.value_info, *inferred.output)}
    largest = {}
    for node in model.graph.node:
        if node.op_type == "Cast":
            kind = helper.get_attribute_value(node.attribute[0])
            with np.errstate(over="ignore"):
                made = [values[node.input[0]].astype(helper.tensor_dtype_to_np_dtype(kind))]
        else:
            made = _run(node, values)
        for name, value in zip(node.output, made, strict=True):
            kind = types[name]
            if kind in _LOW and value.size:
                largest[name] = float(np.abs(value.astype(np.float64)).max())
            with np.errstate(over="ignore"):
                values[name] = value.astype(helper.tensor_dtype_to_np_dtype(kind), copy=False)
    return {value.name: values[value.name] for value in model.graph.output}, largest


def _run(node: onnx.NodeProto, values: dict) -> list[np.ndarray]:
    """One node, in float32."""
    wide = {n: _widened(values[n]) for n in node.input if n}
    inputs = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for n, v in wide.items()
    ]
    graph = helper.make_graph(
        [node], "node", inputs, [onnx.ValueInfoProto(name=name) for name in node.output]
    )
    # Version 21 knows all that float32 needs, whatever the graph was raised to.
    single = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(
        single.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, wide)


def _widened(value: np.ndarray) -> np.ndarray:
    return value.astype(np.float32) if value.dtype in _NARROW else value
