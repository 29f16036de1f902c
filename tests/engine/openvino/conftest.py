"""What all tests of the backend share: the library, a cache of their own, and small graphs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sideman.engine.backends.base import Stage
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.openvino.backend import OpenVinoBackend
from sideman.engine.openvino.library import import_openvino, the_core
from sideman.engine.optional import found
from sideman.engine.tensors import TensorSpec
from tests.models.places import BUNDLE

X = TensorSpec("x", ("batch", 3))
Y = TensorSpec("y", ("batch", 3))
SPEC = StageSpec("small.onnx", "float32", (X,), (Y,))


@pytest.fixture(scope="session")
def library():
    """The openvino module."""
    if not found("openvino"):
        pytest.skip("OpenVINO is not installed; the extra 'openvino' brings it")
    return import_openvino()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the small model's stages are kept from test to test."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def small_stage(library, compiled: Path):
    """Load a stage of the small model."""
    bundle = Bundle.open(BUNDLE, check=False)

    def load(stage: str, precision: str = "fp32") -> tuple[OpenVinoBackend, Stage]:
        backend = OpenVinoBackend(precision=precision, cache=compiled)
        files = bundle.read_stage(stage)
        return backend, backend.load(stage, files, bundle.manifest.stages[stage])

    return load


@pytest.fixture
def has_bf16(library) -> bool:
    """Whether this processor computes in bfloat16."""
    return "BF16" in the_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of compiled models, empty."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SIDEMAN_CACHE", str(folder))
    return folder


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., GraphFiles]:
    """Write nodes from x [batch, 3] to y as a graph, whose initializers lie outside it."""
    onnx = pytest.importorskip("onnx", reason="onnx, of the dev extra, makes this test's graph")

    def write(nodes, weights=(), element=1) -> GraphFiles:
        from onnx import helper, numpy_helper

        tensors = [helper.make_tensor_value_info(name, element, ["batch", 3]) for name in "xy"]
        constants = [numpy_helper.from_array(array, name) for name, array in dict(weights).items()]
        graph = helper.make_graph(nodes, "small", tensors[:1], tensors[1:], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        file = tmp_path / "small.onnx"
        file.with_name("small.onnx.data").unlink(missing_ok=True)
        onnx.save(
            model,
            file,
            save_as_external_data=bool(constants),
            location="small.onnx.data",
            size_threshold=0,
        )
        return GraphFiles.read(file)

    return write


@pytest.fixture
def doubling(save) -> GraphFiles:
    """y = x + x."""
    from onnx import helper

    return save([helper.make_node("Add", ["x", "x"], ["y"])])


@pytest.fixture
def product(save) -> Callable[[float], GraphFiles]:
    """y = x · (a diagonal matrix with one and the same value), whose weights are a file."""
    import numpy as np
    from onnx import helper

    def make(value: float) -> GraphFiles:
        matrix = np.diag(np.full(3, value, np.float32))
        return save([helper.make_node("MatMul", ["x", "m"], ["y"])], {"m": matrix})

    return make
