"""Refusing eight-bit graphs that TensorRT would read as something else.

TensorRT and TensorRT for RTX know signed symmetric activations only. TensorRT for RTX 1.7.1 reads
unsigned ones without an offset as signed, with a warning alone, so that the upper half of their
range would clip. Offsets and 32-bit biases it refuses while it parses.
"""

from __future__ import annotations

from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.errors import BackendError
from sideman.engine.optional import require

_PAIR = ("QuantizeLinear", "DequantizeLinear")
_REMEDY = "Make a bundle for it with: sideman calibrate --target tensorrt"


def check_integers(stage: str, files: GraphFiles) -> None:
    """Refuse a stage whose quantised values are not symmetric and of eight signed bits.

    Args:
        stage: its name.
        files: its graph; weights are not looked at.

    Raises:
        BackendError: unsigned or offset values, or integer biases; the message names the first.
        MissingExtraError: onnx is not installed.
    """
    onnx = require("onnx", "read an int8 graph")
    try:
        graph = onnx.load_from_string(files.graph).graph
    except Exception as error:  # protobuf's own kind, which this does not import
        raise BackendError(
            f"Stage {stage}: {files.path} is no readable ONNX graph: {error}",
            "Copy the bundle again.",
        ) from error
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type not in _PAIR:
            continue
        values = [constants[name] for name in node.input if name in constants]
        kinds = {onnx.TensorProto.DataType.Name(value.data_type) for value in values}
        if fault := sorted(kinds & {"UINT8", "INT32", "UINT16", "INT16"}):
            raise BackendError(
                f"Stage {stage}: {node.name} holds {fault[0]}, and TensorRT takes symmetric INT8 "
                "only: it would read this wrongly, or not at all.",
                _REMEDY,
            )
        zero = constants.get(node.input[2]) if len(node.input) > 2 else None
        inside = zero is not None and zero.data_location != onnx.TensorProto.EXTERNAL
        if inside and onnx.numpy_helper.to_array(zero).any():
            raise BackendError(
                f"Stage {stage}: {node.name} has an offset, and TensorRT takes none.", _REMEDY
            )
