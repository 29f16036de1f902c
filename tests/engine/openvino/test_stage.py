"""Stages that are compiled for the sizes they usually run in, and for others when they come."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.backends.once import run_once
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.openvino import backend as module
from sideman.engine.openvino.backend import OpenVinoBackend
from sideman.engine.tensors import TensorSpec
from tests.engine.openvino.conftest import SPEC

pytestmark = pytest.mark.usefixtures("library")
COLUMNS = StageSpec(
    "small.onnx",
    "float32",
    (TensorSpec("x", ("encoded_columns", 3)),),
    (TensorSpec("y", ("encoded_columns", 3)),),
)


@pytest.fixture
def compiled(monkeypatch) -> list[dict]:
    """The sizes that were compiled for, rather than found in the cache."""
    found: list[dict] = []
    plain = module.compile_graph

    def note(*arguments):
        found.append(dict(arguments[-1]))
        return plain(*arguments)

    monkeypatch.setattr(module, "compile_graph", note)
    return found


def answer(backend, stage, rows: int) -> np.ndarray:
    return run_once(backend, stage, {"x": np.ones((rows, 3))})["y"]


def test_what_is_bound_first_is_compiled_for_and_all_else_together(product, compiled) -> None:
    for compiled_now in ([{"x": (2, 3)}, {}], []):
        compiled.clear()
        backend = OpenVinoBackend(threads=1)
        stage = backend.load("product", product(3.0), COLUMNS)
        for rows in (2, 5, 2, 4):
            np.testing.assert_array_equal(answer(backend, stage, rows), np.full((rows, 3), 3.0))
        assert compiled == compiled_now


def test_another_usual_size_is_another_model(product, compiled) -> None:
    for rows in (2, 3):
        backend = OpenVinoBackend(threads=1)
        answer(backend, backend.load("product", product(3.0), COLUMNS), rows)
    assert compiled == [{"x": (2, 3)}, {"x": (3, 3)}]


def test_other_sizes_stay_open(product, compiled) -> None:
    backend = OpenVinoBackend(threads=1)
    stage = backend.load("product", product(3.0), SPEC)
    assert compiled == [{}]
    for rows in (1, 2):
        assert answer(backend, stage, rows).shape == (rows, 3)
    assert compiled == [{}]
