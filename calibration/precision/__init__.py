"""Rewrites a stage's ONNX graph in a precision, for runtimes that take types from the graph.

TensorRT 11 and TensorRT for RTX support only strongly typed networks: no flag makes a float32 graph
run in float16; the types in the graph decide. `policy.py` says which operations may round,
`plan.py` decides for every node of a graph, `casting.py` writes the types, `products.py` the
convolutions that stand in for float32 products, and `storage.py` the files.

Running such a graph on ONNX Runtime's CPU provider is no good test: the provider computes low
regions in float32 and drops the casts between them, so it shows about half of the error and never
an overflow (measured: finite numbers where float16 gives infinity).
"""

from __future__ import annotations

from pathlib import Path

from sideman.calibration.errors import PrecisionError
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import INT8, SHORT_NAMES
from sideman.engine.optional import require

#: Raised whenever the output for the same input changes: engines are cached under it.
REVISION = 2
#: From the name of a precision to its name in manifests.
PRECISIONS = {short: name for name, short in SHORT_NAMES.items() if name != INT8}


def check_precision(precision: str) -> None:
    """Refuse an unknown precision.

    Raises:
        PrecisionError: it is not a key of `PRECISIONS`.
    """
    if precision == INT8:
        raise PrecisionError(
            "Eight bits need to know how far activations reach: no graph can be converted to them.",
            "Use 'sideman calibrate', which plays music to find out.",
        )
    if precision not in PRECISIONS:
        raise PrecisionError(
            f"There is no precision {precision!r}.", f"Known are: {', '.join(PRECISIONS)}."
        )


def rewrite(
    source: GraphFiles, folder: Path, precision: str, *, convolve_products: bool = False
) -> Path:
    """Write a float32 graph in another precision.

    Inputs and outputs keep their names, shapes and types: the casts are inside the graph. The
    policy decides what stays float32 (`sideman.calibration.precision.policy`). Besides the source,
    one weight at a time is held in memory.

    Args:
        source: a stage in float32.
        folder: where a file of the same name and its weights go; made where it is missing.
        precision: "fp16", "bf16", or "fp32" for a graph that only differs by
            `convolve_products`.
        convolve_products: write every MatMul and Gemm that stays float32 as a 1x1 convolution.
            TensorRT for RTX 1.7.1 compiles float32 convolutions for SM75 and refuses products
            there ("FP32 GEMM is not supported").

    Returns:
        The new ONNX file. In a new folder it appears whole or not at all.

    Raises:
        PrecisionError: unknown precision, a graph that is unreadable or not float32, a weight
            beyond float16's range, or a float32 product that no convolution can stand in for.
        MissingExtraError: onnx is not installed.
    """
    check_precision(precision)
    require("onnx", "write a precision into a graph")
    from sideman.calibration.precision.casting import write_types
    from sideman.calibration.precision.graph import read_graph
    from sideman.calibration.precision.plan import choose_precisions
    from sideman.calibration.precision.products import convolve
    from sideman.calibration.precision.storage import store

    graph = read_graph(source)
    steps = choose_precisions(graph, lower=precision != "fp32")
    if convolve_products:
        steps = convolve(graph, steps)
    return store(graph, write_types(graph, steps, precision), folder)
