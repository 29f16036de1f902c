"""Quantised convolutions whose results nothing rounds to eight bits without need."""

from __future__ import annotations

from typing import Any

from sideman.engine.openvino.patterns import source


def keep_results(model: Any) -> int:
    """Round the result of a convolution to eight bits for other convolutions only.

    ONNX Runtime computes a convolution in integers only if its result is rounded too, so bundles in
    int8 have that. OpenVINO does not need it: whatever else reads the result reads it as it is,
    which is closer to the network in float32 and saves a pass that turns it back.

    Args:
        model: a Model of the library, changed in place.

    Returns:
        How many inputs were changed.
    """
    changed = 0
    for node in model.get_ordered_ops():
        rounded = _rounded(node)
        if rounded is None:
            continue
        exact = rounded.input_value(0)
        made = exact.get_node()
        if made.get_type_name() == "Add":
            made = source(made, 0)
        if made.get_type_name() != "Convolution":
            continue
        for reader in list(node.output(0).get_target_inputs()):
            if reader.get_node().get_type_name() != "Convolution":
                reader.replace_source_output(exact)
                changed += 1
    return changed


def _rounded(node: Any) -> Any:
    """The FakeQuantize of a pair whose DequantizeLinear ends in `node`, or None."""
    if node.get_type_name() != "Multiply":
        return None
    found = source(node, 0, "Subtract", "Convert")
    while found is not None and found.get_type_name() != "FakeQuantize":
        found = source(found, 0, "Subtract", "Convert", "FakeQuantize")
    return found
