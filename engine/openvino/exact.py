"""Keeping what comes before the network in float32 where the network is in bfloat16."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

#: How OpenVINO marks an operation that stays in the precision it has. Through its Python interface
#: no such mark can be set (a text under the same name is ignored), but a model that is read from
#: its own files brings it along. bfloat16 goes by the mark of float16 (2026.4.1).
_MARK = {"name": "DisablePrecisionConversion", "version": "0", "value": "dynamic:f16"}
_UNMARKED = frozenset({"Const", "Parameter", "Result"})


def keep_front(library: Any, core: Any, model: Any, folder: Path) -> Any:
    """Compute everything before the first convolution in float32.

    The encoder's samples and their Fourier transform lose in bfloat16 what companding then lifts.

    Args:
        library: the openvino module.
        core: its Core.
        model: its Model.
        folder: where the model is written meanwhile.

    Returns:
        The same model, marked.
    """
    names = _front(model)
    graph, weights = folder / "marked.xml", folder / "marked.bin"
    library.serialize(model, str(graph), str(weights))
    written = ET.parse(graph)  # noqa: S314 (written by the line before)
    for layer in written.iterfind("layers/layer"):
        if layer.get("name") not in names or layer.get("type") in _UNMARKED:
            continue
        marks = layer.find("rt_info")
        if marks is None:
            marks = ET.Element("rt_info")
            layer.insert(0 if layer.find("data") is None else 1, marks)
        ET.SubElement(marks, "attribute", _MARK)
    written.write(graph)
    return core.read_model(str(graph), str(weights), config={"ENABLE_MMAP": False})


def _front(model: Any) -> set[str]:
    """Names of the operations whose results reach the first convolution."""
    first = next(
        (node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution"), None
    )
    if first is None:
        return set()
    found: set[str] = set()
    left = [first.input_value(0).get_node()]
    while left:
        node = left.pop()
        name = node.get_friendly_name()
        if name not in found:
            found.add(name)
            left += [entry.get_source_output().get_node() for entry in node.inputs()]
    return found
