"""Finding the code that rewrites graphs in a precision, and checking what targets support."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from sideman.engine.bundle.manifest import INT8
from sideman.engine.errors import BackendError
from sideman.engine.optional import install_command
from sideman.engine.tensorrt.flavours import Flavour

#: Precisions of engines.
PRECISIONS = ("fp16", "bf16", "fp32", "int8")
#: Entry-point group and name of the rewriter, which lives in a part that engine cannot import.
GROUP, NAME = "sideman.precisions", "rewrite"


@dataclass(frozen=True)
class Rewriter:
    """What writes a precision into a graph.

    Attributes:
        rewrite: takes a stage's `GraphFiles`, a folder for the result, the precision, and
            `convolve_products`; returns the new ONNX file.
        revision: raised whenever its output for the same input changes.
    """

    rewrite: Callable[..., Path]
    revision: int


def find_rewriter() -> Rewriter:
    """The rewriter that is installed.

    Raises:
        BackendError: none is.
    """
    for entry in entry_points(group=GROUP, name=NAME):
        return Rewriter(entry.load(), importlib.import_module(entry.module).REVISION)
    raise BackendError(
        f"No part of this installation writes precisions (entry point {NAME} of {GROUP}).",
        f"Install sideman whole: {install_command('calibration')}",
    )


def convolves_products(flavour: Flavour, target: str) -> bool:
    """Whether float32 matrix products have to be written as convolutions for a target.

    TensorRT for RTX 1.7.1 refuses them on Turing ("FP32 GEMM is not supported") and compiles
    float32 convolutions there.
    """
    return flavour.ahead_of_time and target == "sm75"


def check_precision(flavour: Flavour, target: str, precision: str) -> None:
    """Refuse a precision that a target does not know, before any work.

    Args:
        flavour: which library.
        target: such as "sm89".
        precision: one of `PRECISIONS`.

    Raises:
        BackendError: an unknown precision, bfloat16 before Ampere (sm80), or float32 or int8 with
            TensorRT for RTX on Turing (sm75).
    """
    if precision not in PRECISIONS:
        raise BackendError(
            f"There is no precision {precision!r}.", f"Known are: {', '.join(PRECISIONS)}."
        )
    if precision == "bf16" and int(target.removeprefix("sm")) < 80:
        raise BackendError(
            f"{target} has no bfloat16: it came with sm80.", "Use --precision fp16 there."
        )
    if precision in ("fp32", INT8) and convolves_products(flavour, target):
        # Only convolutions are in eight bits: matrix products stay as the bundle has them.
        raise BackendError(
            f"{flavour.title} compiles no float32 matrix products for {target}.",
            "Use --precision fp16 there.",
        )
