"""A graph of two convolutions, one of them behind a GroupNormalization."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sideman.engine.bundle.graph_files import GraphFiles

onnx = pytest.importorskip("onnx", reason="calibrating needs the extra 'calibration'")
pytest.importorskip("onnxruntime", reason="calibrating needs the extra 'cpu'")


def made_graph(path: Path) -> GraphFiles:
    """x → net.a.conv → GroupNormalization → net.b.conv → + what came out of net.a.conv.

    Both convolutions have one bias: torch's exporter lets equal ones be shared.
    """
    rng = np.random.default_rng(0)
    tensor, helper = onnx.numpy_helper.from_array, onnx.helper

    def weights(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    constants = {
        "a.weight": weights(8, 4, 3, 3),
        "a.bias": weights(8),
        "b.weight": weights(8, 8, 3, 3),
        "gain": np.ones(8, np.float32),
        "offset": np.zeros(8, np.float32),
    }
    node, pads = helper.make_node, [1, 1, 1, 1]
    nodes = [
        node("Conv", ["x", "a.weight", "a.bias"], ["h"], name="net.a.conv/Conv", pads=pads),
        node("GroupNormalization", ["h", "gain", "offset"], ["n"], name="net.n/N", num_groups=2),
        node("Conv", ["n", "b.weight", "a.bias"], ["c"], name="net.b.conv/Conv", pads=pads),
        node("Add", ["h", "c"], ["y"], name="net.Add"),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "made",
        [value("x", 1, [1, 4, 16, 16])],
        [value("y", 1, [1, 8, 16, 16])],
        [tensor(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.save(model, path, save_as_external_data=True, location=f"{path.name}.data")
    return GraphFiles.read(path)


@pytest.fixture
def made(tmp_path: Path) -> GraphFiles:
    folder = tmp_path / "made"
    folder.mkdir()
    return made_graph(folder / "made.onnx")


@pytest.fixture
def calls() -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    return [{"x": rng.normal(size=(1, 4, 16, 16)).astype(np.float32)} for _ in range(6)]


@pytest.fixture
def run():
    """Run a graph that lies in memory on an input."""
    import onnxruntime

    def outputs(files: GraphFiles, call: dict[str, np.ndarray]) -> np.ndarray:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        names, contents = list(files.weights), list(files.weights.values())
        options.add_external_initializers_from_files_in_memory(
            names, contents, list(map(len, contents))
        )
        session = onnxruntime.InferenceSession(
            files.graph, options, providers=["CPUExecutionProvider"]
        )
        return session.run(None, call)[0]

    return outputs
