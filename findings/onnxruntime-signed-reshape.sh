#!/bin/sh
# ONNX Runtime refuses valid graphs in signed eight bits since 1.27: where a dequantised tensor is
# reshaped or transposed, its own optimiser makes a node that its own check of types then rejects.
#
# Versions    onnxruntime 1.32.0 and 1.26.0, onnx 1.23.2, numpy 2.4.6, Python 3.11, Linux x86-64
# Expected    A graph that onnx's checker passes, here in opset 21, loads whether it is
#             optimised or not, and with signed as with unsigned numbers. Signed ones are what every
#             quantiser for TensorRT writes (nvidia-modelopt 0.47, for one, whose files are then
#             judged or run with ONNX Runtime).
# Seen        It does not. Behind DequantizeLinear and Reshape (or Transpose) the optimiser adds a
#             second pair. Since 1.27 its QuantizeLinear says `output_dtype` INT8. Another step of the
#             optimiser, for x86, then makes all signed numbers unsigned: it changes the zero point
#             and leaves the attribute. So a default session ends with "output_dtype INT8 does not
#             match y_zero_point type UINT8", although the file has no such attribute. Opset 19 and
#             unsigned numbers load; so does the graph where that step is off
#             (`session.qdqisint8allowed`).
# Output seen
#   onnxruntime 1.26.0, onnx 1.23.2
#   signed, opset 19: loads
#   signed, opset 21: loads
#   unsigned, opset 21: loads
#   signed, opset 21, not optimised: loads
#   signed, opset 21, left signed: loads
#   onnxruntime 1.32.0, onnx 1.23.2
#   signed, opset 19: loads
#   signed, opset 21: refused: output_dtype INT8 does not match y_zero_point type UINT8.
#   unsigned, opset 21: loads
#   signed, opset 21, not optimised: loads
#   signed, opset 21, left signed: loads
#   as found: 1.32.0 refuses signed eight bits before a Reshape, and 1.26.0 loads them
#
# Run it with: sh findings/onnxruntime-signed-reshape.sh
# It needs a network for pip, makes its input itself, and writes into a temporary folder only.
# Exit status: 0 as long as the behaviour is as found, 1 when it has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/program.py" <<'PROGRAM'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper


def graph(opset, zero):
    """x → QuantizeLinear → DequantizeLinear → Reshape → Sigmoid → y"""
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["d"]),
        helper.make_node("Reshape", ["d", "shape"], ["r"]),
        helper.make_node("Sigmoid", ["r"], ["y"]),
    ]
    value = helper.make_tensor_value_info
    constants = {
        "scale": np.float32(0.1),
        "zero": zero,
        "shape": np.array([2, 8], np.int64),
    }
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "reshaped",
            [value("x", 1, [4, 4])],
            [value("y", 1, [2, 8])],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=10,
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def seen(model, optimised=True, left_signed=False):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if left_signed:
        options.add_session_config_entry("session.qdqisint8allowed", "1")
    try:
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its classes are not public
        return "refused: " + str(error).partition("[TypeInferenceError] ")[2]
    return "loads"


print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}")
signed = graph(21, np.int8(0))
found = {
    "signed, opset 19": seen(graph(19, np.int8(0))),
    "signed, opset 21": seen(signed),
    "unsigned, opset 21": seen(graph(21, np.uint8(128))),
    "signed, opset 21, not optimised": seen(signed, optimised=False),
    "signed, opset 21, left signed": seen(signed, left_signed=True),
}
for name, result in found.items():
    print(f"{name}: {result}")
wanted = dict.fromkeys(found, "loads")
if onnxruntime.__version__ != "1.26.0":
    wanted["signed, opset 21"] = (
        "refused: output_dtype INT8 does not match y_zero_point type UINT8."
    )
if found != wanted:
    sys.exit("changed: this is not what was found")
PROGRAM
"${PYTHON:-python3}" -m venv "$folder/environment"
for version in 1.26.0 1.32.0; do
    "$folder/environment/bin/pip" install --quiet --disable-pip-version-check \
        onnxruntime=="$version" onnx==1.23.2 numpy==2.4.6
    "$folder/environment/bin/python" "$folder/program.py"
done
echo "as found: 1.32.0 refuses signed eight bits before a Reshape, and 1.26.0 loads them"
