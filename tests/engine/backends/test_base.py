from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError
from sideman.engine.tensors import TensorSpec

SPEC = StageSpec(
    "double.onnx",
    "float32",
    (TensorSpec("x", ("batch", 3)), TensorSpec("y", ("batch",))),
    (TensorSpec("z", ("batch", 3)),),
)


class Doubling(Stage):
    def _bind(self, buffers):
        class Bound(Binding):
            def run(self) -> None:
                buffers["z"].host[:] = 2 * buffers["x"].host + buffers["y"].host[:, None]

        return Bound()


class NumpyBackend(Backend):
    name = "numpy"

    def describe(self) -> str:
        return "numpy"

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        return Doubling(name, spec)


def buffers(**changes: np.ndarray | None) -> dict[str, Buffer]:
    arrays = {
        "x": np.zeros((2, 3), np.float32),
        "y": np.zeros(2, np.float32),
        "z": np.zeros((2, 3), np.float32),
        **changes,
    }
    return {name: Buffer(array) for name, array in arrays.items() if array is not None}


def test_a_bound_stage_writes_into_the_given_memory() -> None:
    bound = buffers(x=np.ones((2, 3), np.float32))
    Doubling("double", SPEC).bind(bound).run()
    assert (bound["z"].host == 2).all()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"y": None}, "y"),
        ({"w": np.zeros(1, np.float32)}, "w"),
        ({"x": np.zeros((2, 4), np.float32)}, "x"),
        ({"x": np.zeros((2, 3), np.float64)}, "x"),
        ({"x": np.zeros((3, 2), np.float32).T}, "x"),
        ({"x": np.zeros(2, np.float32)}, "x"),
        ({"z": np.zeros((1, 3), np.float32)}, "z"),
        ({"y": np.zeros(5, np.float32)}, "y"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict, named: str) -> None:
    with pytest.raises(BackendError, match=rf"double.*\b{named}\b"):
        Doubling("double", SPEC).bind(buffers(**changes))


def test_run_once_sizes_its_outputs_by_its_inputs() -> None:
    backend = NumpyBackend()
    inputs = {"x": np.ones((4, 3)), "y": np.arange(4)}
    out = run_once(backend, Doubling("double", SPEC), inputs)
    np.testing.assert_array_equal(out["z"][:, 0], [2, 3, 4, 5])
    with pytest.raises(BackendError, match="no value for input y"):
        run_once(backend, Doubling("double", SPEC), {"x": np.ones((4, 3))})
