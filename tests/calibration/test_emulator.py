"""The emulator rounds where a GPU would, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import helper

from tests.calibration.rewriting import rewrite


@pytest.mark.parametrize("stage", ["encode", "step", "decode"])
def test_float32_graphs_give_what_onnx_runtime_gives(
    small, run, emulate, feed, relative_error, stage
):
    inputs = feed(small, stage)
    wanted = run(small / f"{stage}.onnx", inputs)
    found, largest = emulate(small / f"{stage}.onnx", inputs)
    assert largest == {}
    for name, values in wanted.items():
        assert relative_error(found[name], values) < 1e-5, name


def test_it_overflows_where_float16_does_and_onnx_runtime_does_not(build, run, emulate, tmp_path):
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["a"], name="net/Conv"),
        helper.make_node("Conv", ["a", "s"], ["y"], name="net/Conv_2"),
    ]
    constants = {
        "k": np.full((1, 1, 1), 300, np.float32),
        "s": np.full((1, 1, 1), 1e-3, np.float32),
    }
    source = build(tmp_path / "in" / "g.onnx", nodes, {"x": [1, 1, 2]}, {"y": [1, 1, 2]}, constants)
    inputs = {"x": np.full((1, 1, 2), 300, np.float32)}
    half = rewrite(source, tmp_path / "half", "fp16")
    assert np.isinf(emulate(half, inputs)[0]["y"]).all()
    assert emulate(half, inputs)[1]["a"] == pytest.approx(90_000)
    # If this ever fails, its CPU provider has learned to round: then it can be believed.
    np.testing.assert_allclose(run(half, inputs)["y"], 90, rtol=1e-2)
    brain = rewrite(source, tmp_path / "brain", "bf16")
    np.testing.assert_allclose(emulate(brain, inputs)[0]["y"], 90, rtol=2e-2)
