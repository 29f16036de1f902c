"""How far the activations of a stage's convolutions reach, over all recorded calls.

ONNX Runtime's MinMax calibrator does it: it adds minimum and maximum of every tensor to a graph's
outputs, so that no activation is kept. (Its histogram calibrators keep every activation of every
call until the last: 52 MB a call of a small net.) Two of its habits are worked around here:

- It passes over tensors of unknown type, and ONNX's shape inference knows none behind a
  GroupNormalization: those convolutions would stay in float without a word. So the type of every
  tensor that a convolution touches is written into the graph first.
- `CalibMaxIntermediateOutputs`, which is to limit its memory, forgets the ranges of all but the
  last calls (onnxruntime 1.32.0). Here it is handed a few calls at a time instead.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

from sideman.calibration.errors import CalibrationError
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.files import write_whole
from sideman.engine.optional import require

#: Lowest and highest value of a tensor, by its name.
Ranges = dict[str, tuple[float, float]]
Inputs = Mapping[str, npt.NDArray[Any]]
#: Calls after which what was found is kept on disk.
_TOGETHER = 4
#: What is quantised. Only convolutions: that is faster and closer than quantising what lies
#: between them, too.
OPERATION = "Conv"


def prepare(files: GraphFiles, folder: Path) -> Path:
    """Write a stage's graph with the types of all that convolutions read and write.

    The tools work on paths, and onnx reads weights through no kind of link, so the files are
    copied.

    Args:
        files: a stage in float32.
        folder: for the graph, under its own name, and its weights; made where it is missing.

    Returns:
        The new ONNX file.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model = onnx.load_from_string(files.graph)
    graph = model.graph
    known = {value.name for value in (*graph.value_info, *graph.input, *graph.output)}
    known |= {tensor.name for tensor in graph.initializer}
    for node in convolutions(model):
        for name in (node.input[0], node.output[0]):
            if name not in known:
                graph.value_info.append(
                    helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
                )
                known.add(name)
    for name, content in files.weights.items():
        (folder / name).write_bytes(content)
    path = folder / files.path.name
    path.write_bytes(model.SerializeToString())
    return path


def convolutions(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Convolutions whose weights are known, which can be quantised, in the graph's order."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return [
        node
        for node in model.graph.node
        if node.op_type == OPERATION and node.input[1] in constants
    ]


def find_ranges(
    graph: Path,
    calls: Iterable[Inputs],
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Ranges:
    """Run a stage on calls and keep the range of every tensor that a convolution reads or writes.

    What a stopped run has found is on disk, and is not computed again.

    Args:
        graph: that `prepare` wrote.
        calls: inputs by name, one mapping a call; the same in the same order for one folder.
        folder: takes what was found; belongs to this graph and these calls.
        progress: told the number of calls so far.

    Raises:
        CalibrationError: there are no calls, or a tensor was not finite.
        MissingExtraError: ONNX Runtime is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    calibrator: Any = None
    merged: Ranges = {}
    done = 0
    remaining, number = iter(calls), -1
    while together := list(islice(remaining, _TOGETHER)):
        number += 1
        kept = folder / f"ranges-{number}.json"
        if kept.is_file():
            found: Ranges = {name: (low, high) for name, (low, high) in _load(kept).items()}
        else:
            calibrator = calibrator or _calibrator(graph, folder)
            found = _collect(calibrator, together)
            write_whole(kept, json.dumps(found))
        merged = _merge(merged, found) if merged else found
        done += len(together)
        progress(done)
    if not merged:
        raise CalibrationError(f"{graph.stem}: there are no recorded calls to calibrate with.")
    (folder / "augmented.onnx").unlink(missing_ok=True)
    for left in folder.glob("*-*-*-*-*"):  # the tool names its file of weights by a UUID
        left.unlink()
    return merged


def _load(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CalibrationError(
            f"{file} cannot be read: {error}", "Delete it and run the command again."
        ) from error


def _merge(one: Ranges, other: Ranges) -> Ranges:
    return {
        name: (min(low, other[name][0]), max(high, other[name][1]))
        for name, (low, high) in one.items()
    }


def _calibrator(graph: Path, folder: Path) -> Any:
    require("onnxruntime", "calibrate a bundle")
    from onnxruntime.quantization.calibrate import CalibrationMethod, create_calibrator

    return create_calibrator(
        graph,
        [OPERATION],
        augmented_model_path=str(folder / "augmented.onnx"),
        calibrate_method=CalibrationMethod.MinMax,
        # Beyond 2 GB, the largest that a graph without such a file may be, it fails at the end.
        use_external_data_format=True,
    )


def _collect(calibrator: Any, calls: Iterable[Inputs]) -> Ranges:
    calibrator.calibrate_tensors_range = None
    calibrator.collect_data(_Reader(calls))
    found: Ranges = {}
    for name, data in calibrator.compute_data().items():
        low, high = (float(np.min(value)) for value in data.range_value)
        if not (np.isfinite(low) and np.isfinite(high)):
            raise CalibrationError(
                f"{name} takes values that are not finite ({low}, {high}) in a recorded call.",
                "Check the float32 bundle with 'sideman verify'.",
            )
        found[name] = (low, high)
    return found


class _Reader:
    """Hands calls to the tool, as its `CalibrationDataReader` does."""

    def __init__(self, calls: Iterable[Inputs]) -> None:
        self._calls = iter(calls)

    def get_next(self) -> dict[str, Any] | None:
        call = next(self._calls, None)
        return None if call is None else dict(call)
