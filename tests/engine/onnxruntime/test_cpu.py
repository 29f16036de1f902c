from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.once import run_once
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError
from sideman.engine.onnxruntime.cpu import OnnxRuntimeBackend
from sideman.engine.tensors import TensorSpec

onnx = pytest.importorskip("onnx", reason="onnx, of the dev extra, makes this test's graph")

X = TensorSpec("x", ("batch", 3))
Y = TensorSpec("y", ("batch", 3))


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """y = x + x, with a batch that is chosen when buffers are bound."""
    from onnx import TensorProto, helper

    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 3]) for name in "xy"
    ]
    node = helper.make_node("Add", ["x", "x"], ["y"])
    model = helper.make_model(
        helper.make_graph([node], "double", tensors[:1], tensors[1:]),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    file = tmp_path / "double.onnx"
    onnx.save(model, file)
    return file


def spec(inputs=(X,), outputs=(Y,)) -> StageSpec:
    return StageSpec("double.onnx", "float32", inputs, outputs)


def test_a_graph_runs_on_bound_memory_again_and_again(graph: Path) -> None:
    with OnnxRuntimeBackend(threads=1) as backend:
        stage = backend.load("double", GraphFiles.read(graph), spec())
        x, y = backend.allocate((2, 3)), backend.allocate((2, 3))
        binding = stage.bind({"x": x, "y": y})
        for value in (1.0, 2.0):
            x.host.fill(value)
            binding.run()
            assert (y.host == 2 * value).all()
        out = run_once(backend, stage, {"x": np.ones((5, 3))})
        assert out["y"].shape == (5, 3)
        assert "ONNX Runtime" in backend.describe()


def test_a_graph_that_is_not_what_the_manifest_promises_is_refused(graph: Path) -> None:
    backend = OnnxRuntimeBackend(threads=1)
    other = TensorSpec("z", ("batch", 3))
    for promised in (spec(inputs=(X, other)), spec(outputs=(other,))):
        with pytest.raises(BackendError, match="the manifest promises"):
            backend.load("double", GraphFiles.read(graph), promised)


def test_a_file_that_is_no_graph_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "double.onnx"
    file.write_bytes(b"not a graph")
    with pytest.raises(BackendError, match=r"double.*double\.onnx"):
        OnnxRuntimeBackend(threads=1).load("double", GraphFiles.read(file), spec())


def test_the_arithmetic_of_the_calling_thread_stays_as_it_was(graph: Path) -> None:
    """ONNX Runtime's own way to treat subnormals as zero changes the thread that calls it."""
    backend = OnnxRuntimeBackend(threads=1)
    run_once(
        backend, backend.load("double", GraphFiles.read(graph), spec()), {"x": np.ones((1, 3))}
    )
    smallest = np.float32(1e-45)
    assert smallest * np.float32(1) > 0
