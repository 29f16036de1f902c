"""Changes to a graph that OpenVINO needs and no other library.

Graphs are written once for all libraries. Where OpenVINO makes of one what it should not, or is
slow, the model is changed after it was read: the same function in other operations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sideman.engine.openvino.attention import attend_by_rows
from sideman.engine.openvino.normalisation import normalise_by_channel
from sideman.engine.openvino.patterns import replace
from sideman.engine.openvino.quantised import keep_results

#: Raised whenever the same graph becomes another model: it belongs to the key under which compiled
#: models are kept.
REVISION = 2
#: Operations that give a number for NaN, in OpenVINO's words; ONNX's Clip becomes two of them.
_HIDES_NAN = frozenset({"Clamp", "Maximum", "Minimum", "Relu"})
_SUMS = frozenset({"ReduceMean", "ReduceSum"})


def rewrite(library: Any, model: Any, precision: str) -> None:
    """Make every change that a precision needs.

    Args:
        library: the openvino module.
        model: its Model, changed in place.
        precision: "fp32" or "bf16".
    """
    keep_results(model)
    if precision == "bf16":
        normalise_by_channel(library, model)
        attend_by_rows(library, model)
    keep_nan(library, model)
    keep_short_sums(library, model)
    model.validate_nodes_and_infer_types()


def keep_nan(library: Any, model: Any) -> int:
    """Let NaN pass where OpenVINO's kernels would give a number for it.

    A network that computes NaN would otherwise end in a sound clipped to full scale, and the check
    of what is played would see nothing wrong. All other values come out the same.

    Args:
        library: the openvino module.
        model: its Model, changed in place.

    Returns:
        How many operations were changed.
    """
    operations = library.opset13
    changed = 0
    for node in model.get_ordered_ops():
        if node.get_type_name() not in _HIDES_NAN or not node.get_element_type().is_real():
            continue
        readers = list(node.output(0).get_target_inputs())
        kept = node.output(0)
        for source in (entry.get_source_output() for entry in node.inputs()):
            if source.get_node().get_type_name() != "Constant":
                is_nan = operations.is_nan(source)
                kept = operations.select(is_nan, source, kept).output(0)
        for reader in readers:
            reader.replace_source_output(kept)
        changed += 1
    return changed


def keep_short_sums(library: Any, model: Any) -> int:
    """Write the second of two sums in a row as a matrix product.

    Group normalisation sums over time, then over rows, because one float32 sum over two million
    values errs by 1e-4 (`export/onnx_translation.py`). OpenVINO merges the two into that one sum;
    what is softly compared behind it, in attention, then errs beyond 1e-3 in quiet music. With the
    product, mean and variance of [1, 2, 2048, 1024] values err by 1e-7 instead of 1.4e-4, in 12.5
    instead of 15 ms (OpenVINO 2026.4.1, 2 threads); its own normalisation, MVN, errs like the sum.

    Args:
        library: the openvino module.
        model: its Model, changed in place.

    Returns:
        How many sums were changed.
    """
    operations = library.opset13
    changed = 0
    for node in model.get_ordered_ops():
        inner = node.input_value(0) if node.get_type_name() in _SUMS else None
        if inner is None or inner.get_node().get_type_name() != node.get_type_name():
            continue
        rank = inner.get_partial_shape().rank.get_length()
        if _axes(inner.get_node(), rank) != [rank - 1] or _axes(node, rank) != [rank - 2]:
            continue
        rows = inner.get_partial_shape()[rank - 2]
        if rows.is_dynamic:
            continue
        ones = np.ones((*(1,) * (rank - 1), rows.get_length()), np.float32)
        total = operations.matmul(operations.constant(ones), inner, False, False)
        if node.get_type_name() == "ReduceMean":
            share = np.float32(1 / rows.get_length())
            total = operations.multiply(total, operations.constant(share))
        replace(node, total.output(0))
        changed += 1
    return changed


def _axes(node: Any, rank: int) -> list[int]:
    """Axes of a sum that keeps its number of axes; none where they are not constant."""
    axes = node.input_value(1).get_node()
    if axes.get_type_name() != "Constant" or not node.get_attributes()["keep_dims"]:
        return []
    return [int(axis) % rank for axis in np.atleast_1d(axes.get_data())]
