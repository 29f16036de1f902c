"""Which convolutions really run in eight bits, told from what ONNX Runtime makes of a graph.

A graph with pairs in it runs either way, and gives nearly the same numbers: only the optimised
graph tells whether a pair became an integer kernel or two conversions around a convolution in
float.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import onnx

from sideman.calibration.errors import CalibrationError
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.optional import require

_INTEGER = "QLinearConv"


def count_kernels(files: GraphFiles) -> Counter[str]:
    """How often each operation stands in the graph that ONNX Runtime's CPU provider runs.

    Args:
        files: a stage.

    Raises:
        MissingExtraError: ONNX Runtime is not installed.
    """
    runtime = require("onnxruntime", "count kernels")
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    # What it would save beyond that are layouts of this very processor.
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    names, contents = list(files.weights), list(files.weights.values())
    if names:
        options.add_external_initializers_from_files_in_memory(
            names, contents, list(map(len, contents))
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimised.onnx"
        options.optimized_model_filepath = str(path)
        # Without this the weights would go into the graph, which may hold no more than 2 GB.
        options.add_session_config_entry(
            "session.optimized_model_external_initializers_file_name", "optimised.data"
        )
        runtime.InferenceSession(files.graph, options, providers=["CPUExecutionProvider"])
        model = onnx.load(path, load_external_data=False)
    return Counter(node.op_type for node in model.graph.node)


def check_kernels(files: GraphFiles, wanted: int, stage: str) -> None:
    """Refuse a graph of whose quantised convolutions some would run in float.

    Args:
        files: a stage with pairs in it.
        wanted: how many of its convolutions are quantised.
        stage: its name.

    Raises:
        CalibrationError: fewer integer kernels than quantised convolutions.
    """
    found = count_kernels(files)[_INTEGER]
    if found != wanted:
        raise CalibrationError(
            f"Stage {stage}: {wanted} convolutions are quantised, and ONNX Runtime would run "
            f"{found} of them in eight bits.",
            "Report this with the version of onnxruntime.",
        )
