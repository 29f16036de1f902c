"""Ranges that hold nearly all values of a stage's activations.

A few values far out make steps coarse for all others; cut off, they cost less than that. ONNX
Runtime has a calibrator of its own for this (Percentile, onnxruntime 1.32.0), which is used for the
graph alone: its histogram has bins as wide as the first call's, so that after a silent call a loud
one takes all memory; it keeps the activations of all calls that it is handed at once, 52 MB a call
of a small net; and it does not go on where it was stopped. Here lowest and highest values are known
beforehand (`sideman.calibration.int8.ranges`), and one histogram between them grows call by call.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.calibration.int8.ranges import OPERATION, Inputs, Ranges
from sideman.engine.files import file_in_place_of
from sideman.engine.optional import require

#: Values that the ranges hold, of all: 99.999 %. Of the others half lie above, half below.
SHARE = 0.99999
#: Of so many calls one is looked at: a histogram takes several times as long as a call.
EVERY = 4
#: Bins of a histogram; a range of eight bits has 255 steps.
_BINS = 4096

Counts = npt.NDArray[np.int64]


def find_most(
    graph: Path,
    calls: Iterable[Inputs],
    whole: Ranges,
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
    share: float = SHARE,
) -> Ranges:
    """Run a stage on some of the calls and keep the ranges that most values lie in.

    What a stopped run has found is on disk, and is not computed again.

    Args:
        graph: that `ranges.prepare` wrote.
        calls: as in `ranges.find_ranges`; one of `EVERY` is run.
        whole: what that found.
        folder: takes what was found; belongs to this graph and these calls.
        progress: told the number of calls so far.
        share: of all values of a tensor that its range holds.

    Returns:
        Lowest and highest value by tensor, to within a 4,096th of the whole range.

    Raises:
        MissingExtraError: ONNX Runtime is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "histograms.npz"
    names = sorted(whole)
    counts, done = _load(kept, len(names))
    session: Any = None
    for number, call in enumerate(islice(calls, 0, None, EVERY)):
        if number < done:
            continue
        session = session or _session(graph, folder)
        values = dict(zip(names, session.run(names, dict(call)), strict=True))
        counts += [np.histogram(values[name], _BINS, range=whole[name])[0] for name in names]
        _save(kept, counts, number + 1)
        progress((number + 1) * EVERY)
    shutil.rmtree(folder / "graph", ignore_errors=True)
    return {name: _most(row, whole[name], share) for row, name in zip(counts, names, strict=True)}


def _session(graph: Path, folder: Path) -> Any:
    """The stage with everything that convolutions read and write among its outputs."""
    require("onnxruntime", "calibrate a bundle")
    from onnxruntime.quantization.calibrate import CalibrationMethod, create_calibrator

    place = folder / "graph"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    calibrator = create_calibrator(
        graph,
        [OPERATION],
        augmented_model_path=str(place / "augmented.onnx"),
        calibrate_method=CalibrationMethod.Percentile,
        use_external_data_format=True,
    )
    return calibrator.infer_session


def _most(counts: Counts, whole: tuple[float, float], share: float) -> tuple[float, float]:
    """The edges of the first and the last bin that are not cut off."""
    total = np.cumsum(counts)
    out = total[-1] * (1 - share) / 2
    first = int(np.searchsorted(total, out, "right"))
    last = int(np.searchsorted(total, total[-1] - out, "left"))
    edges = np.linspace(*whole, len(counts) + 1)
    return float(edges[first]), float(edges[last + 1])


def _load(file: Path, tensors: int) -> tuple[Counts, int]:
    """Histograms [tensors, bins] so far, and how many calls are in them."""
    if not file.is_file():
        return np.zeros((tensors, _BINS), np.int64), 0
    with np.load(file, allow_pickle=False) as stored:
        return stored["counts"], int(stored["done"])


def _save(file: Path, counts: Counts, done: int) -> None:
    with file_in_place_of(file) as part, part.open("wb") as stream:
        np.savez(stream, counts=counts, done=np.int64(done))
