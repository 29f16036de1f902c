"""Writes a graph and its weights atomically, with one weight in memory at a time."""

from __future__ import annotations

import math
import posixpath
import tempfile
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sideman.calibration.errors import PrecisionError
from sideman.calibration.precision.casting import Constant, Written
from sideman.calibration.precision.graph import Array, TypedGraph

#: Constants below this many bytes stay in the graph, as in the export: readers need the sizes that
#: a graph computes with, such as target shapes.
_INLINE_BYTES = 1024
#: Where weights begin in their file, so that readers can map them into memory by pages.
_ALIGNMENT = 4096
#: The largest number of float16. What lies beyond becomes infinity.
_LARGEST_HALF = 65504.0


def store(graph: TypedGraph, written: Written, folder: Path) -> Path:
    """Write a graph under its old name into a folder, with its weights beside it.

    Both files are written and checked under other names first. The graph is renamed last.
    Where files of these names are replaced, the old graph has the new weights for that instant.

    Args:
        graph: the graph that was rewritten; its inputs, outputs and opset stay.
        written: its new nodes and constants.
        folder: made where it is missing.

    Returns:
        The ONNX file.

    Raises:
        PrecisionError: the folder is the source's own or cannot be written, weights cannot be
            read or do not fit, or what was written is no valid graph.
    """
    target = folder / graph.path.name
    if target.resolve() == graph.path.resolve():
        raise PrecisionError(f"{target} would be replaced by itself.", "Give another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.stem}.", dir=folder) as partial:
            made = Path(partial) / target.name
            _write(graph, written, made)
            check(graph, made)
            weights = made.with_name(f"{made.name}.data")
            if weights.exists():
                weights.replace(folder / weights.name)
            made.replace(target)
    except OSError as error:
        raise PrecisionError(f"Cannot write {target}: {error}") from error
    return target


def _write(graph: TypedGraph, written: Written, path: Path) -> None:
    model = onnx.ModelProto()
    model.CopyFrom(graph.model)
    inner = model.graph
    # The recorded types of intermediate values are those of the float32 graph.
    for field in ("node", "initializer", "value_info"):
        inner.ClearField(field)
    inner.node.extend(written.nodes)
    next(entry for entry in model.opset_import if not entry.domain).version = written.opset
    weights = path.with_name(f"{path.name}.data")
    with weights.open("wb") as stream:
        for constant in written.constants:
            inner.initializer.append(_tensor(graph, constant, stream, weights.name))
        empty = stream.tell() == 0
    if empty:
        weights.unlink()
    onnx.save(model, path)


def _tensor(graph: TypedGraph, constant: Constant, stream: BinaryIO, location: str) -> TensorProto:
    """A constant of the new graph; large ones leave their values in the stream."""
    data = _converted(graph, constant)
    tensor = TensorProto(name=constant.name, data_type=constant.type, dims=data.shape)
    raw = data.tobytes()
    if len(raw) < _INLINE_BYTES:
        tensor.raw_data = raw
        return tensor
    stream.write(bytes(-stream.tell() % _ALIGNMENT))
    tensor.data_location = TensorProto.EXTERNAL
    where = {"location": location, "offset": stream.tell(), "length": len(raw)}
    for key, value in where.items():
        tensor.external_data.add(key=key, value=str(value))
    stream.write(raw)
    return tensor


def _converted(graph: TypedGraph, constant: Constant) -> Array:
    """Values of a constant, in the type that it is wanted in."""
    data = _values(graph, constant.source)
    dtype = helper.tensor_dtype_to_np_dtype(constant.type)
    if data.dtype == dtype:
        return data
    # Not `np.any(np.abs(data) > ...)`: that would accept NaN.
    if constant.type == TensorProto.FLOAT16 and not np.all(np.abs(data) <= _LARGEST_HALF):
        raise PrecisionError(
            f"{graph.path}: {constant.source} holds {np.abs(data).max():.6g}, and float16 ends at "
            f"{_LARGEST_HALF:,.0f}.",
            "Use bf16 or fp32.",
        )
    return data.astype(dtype)


def _values(graph: TypedGraph, name: str) -> Array:
    if name in graph.derived:
        derived = graph.derived[name]
        return np.ascontiguousarray(derived.form(_values(graph, derived.source)))
    try:
        return _array(graph, graph.constants[name])
    except (KeyError, ValueError) as error:
        raise PrecisionError(
            f"{graph.path}: cannot read {name}: {error}", "Export or copy the bundle again."
        ) from error


def _array(graph: TypedGraph, tensor: TensorProto) -> Array:
    """A constant's values; those of a file of weights are a view of its bytes.

    `numpy_helper.to_array` would open that file by its path (`GraphFiles` says what is wrong with
    it).

    Raises:
        ValueError: there is no such file, or it is too short.
    """
    if tensor.data_location != TensorProto.EXTERNAL:
        return numpy_helper.to_array(tensor)
    where = {entry.key: entry.value for entry in tensor.external_data}
    dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    # Other programs write "./NAME".
    file = posixpath.normpath(where["location"])
    if file not in graph.files.weights:
        raise ValueError(f"its file of weights, {where['location']}, is not beside the graph")
    values = np.frombuffer(
        graph.files.weights[file],
        dtype,
        count=math.prod(tensor.dims),
        offset=int(where.get("offset", 0)),
    )
    return values.reshape(tuple(tensor.dims))


def check(graph: TypedGraph, path: Path) -> None:
    """Check a written graph: ONNX's checker, strict inference of types, inputs and outputs.

    Raises:
        PrecisionError: it is invalid, or its ends differ from those of the source.
    """
    try:
        onnx.checker.check_model(str(path))
        model = onnx.load(path, load_external_data=False)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise PrecisionError(f"{path.name} is no valid graph after rewriting: {error}") from error
    for ends in ("input", "output"):
        old, new = getattr(graph.model.graph, ends), getattr(model.graph, ends)
        if list(old) != list(new):
            raise PrecisionError(f"{path.name} has other {ends}s after rewriting: {list(new)}.")
