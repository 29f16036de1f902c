"""Ranges, pairs, mixtures and kernels, on a graph that the tools are known to get wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnx
import pytest

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8 import quantising
from sideman.calibration.int8.kernels import check_kernels, count_kernels
from sideman.calibration.int8.mixing import Mixer
from sideman.calibration.int8.quantising import SCHEMES, quantise
from sideman.calibration.int8.ranges import find_ranges, prepare
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.building.integers import check_integers

A, B = "net.a.conv/Conv", "net.b.conv/Conv"


def mixer(made: GraphFiles, calls, folder, scheme=SCHEMES["cpu"]) -> Mixer:
    graph = prepare(made, folder / "prepared")
    ranges = find_ranges(graph, calls, folder / "ranges")
    return Mixer.of(made, quantise(graph, ranges, scheme))


def relative(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def test_ranges_reach_over_all_calls(made, calls, tmp_path) -> None:
    graph = prepare(made, tmp_path / "prepared")
    ranges = find_ranges(graph, calls, tmp_path / "ranges")
    assert set(ranges) == {"x", "h", "n", "c"}
    assert ranges["x"] == pytest.approx(
        (min(c["x"].min() for c in calls), max(c["x"].max() for c in calls))
    )


def test_ranges_that_were_found_are_not_computed_again(made, calls, tmp_path, monkeypatch) -> None:
    from sideman.calibration.int8 import ranges as module

    graph = prepare(made, tmp_path / "prepared")

    def stopping():
        yield from calls[:5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_ranges(graph, stopping(), tmp_path / "ranges")
    collected = []
    collect = module._collect
    monkeypatch.setattr(
        module, "_collect", lambda tool, some: collected.append(len(some)) or collect(tool, some)
    )
    found = find_ranges(graph, calls, tmp_path / "ranges")
    assert collected == [2]
    assert found == find_ranges(graph, calls, tmp_path / "other")


def test_without_calls_there_is_no_range(made, tmp_path) -> None:
    graph = prepare(made, tmp_path / "prepared")
    with pytest.raises(CalibrationError, match="no recorded calls"):
        find_ranges(graph, [], tmp_path / "ranges")


def test_values_that_are_not_finite_are_refused(made, calls, tmp_path) -> None:
    calls[3]["x"][0, 0, 0, 0] = np.inf
    graph = prepare(made, tmp_path / "prepared")
    with pytest.raises(CalibrationError, match="not finite"):
        find_ranges(graph, calls, tmp_path / "ranges")


def test_a_convolution_behind_a_group_normalisation_is_quantised(
    made, calls, tmp_path, run
) -> None:
    """The tool alone leaves it in float without a word, for its input has no known type."""
    found = mixer(made, calls, tmp_path)
    assert found.names == (A, B)
    files = found.mix(found.names)
    assert count_kernels(files)["QLinearConv"] == 2
    check_kernels(files, 2, "made")
    assert relative(run(files, calls[0]), run(made, calls[0])) < 0.03


def test_a_convolution_that_the_tool_leaves_out_is_an_error(made, calls, tmp_path) -> None:
    graph = prepare(made, tmp_path / "prepared")
    ranges = find_ranges(graph, calls, tmp_path / "ranges")
    model = onnx.load(graph)
    for value in [v for v in model.graph.value_info if v.name == "n"]:
        model.graph.value_info.remove(value)
    onnx.save(model, graph)
    with pytest.raises(CalibrationError, match=r"left net\.b\.conv/Conv in float"):
        quantise(graph, ranges, SCHEMES["tensorrt"])
    with pytest.raises(CalibrationError, match="quantiser refuses it"):
        quantise(graph, ranges, SCHEMES["cpu"])


def test_any_choice_is_made_and_none_is_float32(made, calls, tmp_path, run) -> None:
    found = mixer(made, calls, tmp_path)
    wanted = run(made, calls[0])
    assert np.array_equal(run(found.mix(()), calls[0]), wanted)
    errors = {names: relative(run(found.mix(names), calls[0]), wanted) for names in ((A,), (B,))}
    assert all(1e-4 < error < 0.03 for error in errors.values())
    assert count_kernels(found.mix((B,)))["QLinearConv"] == 1


def test_what_is_no_convolution_keeps_all_digits(made, calls, tmp_path) -> None:
    """Where only the second is quantised, the residual reads what the first one gave."""
    model = onnx.load_from_string(mixer(made, calls, tmp_path).mix((B,)).graph)
    add = next(node for node in model.graph.node if node.op_type == "Add")
    assert add.input[0] == "h"
    assert add.input[1] != "c"


def test_written_files_hold_what_was_tried_and_nothing_else(made, calls, tmp_path, run) -> None:
    found = mixer(made, calls, tmp_path)
    folder = tmp_path / "written"
    folder.mkdir()
    written = GraphFiles.read(found.write((B,), folder))
    assert np.array_equal(run(written, calls[0]), run(found.mix((B,)), calls[0]))
    model = onnx.load(folder / "made.onnx", load_external_data=False)
    names = {tensor.name for tensor in model.graph.initializer}
    assert "a.weight" in names
    assert "b.weight" not in names
    small = [t for t in model.graph.initializer if np.prod(t.dims) * 4 < 1024]
    # Shapes and scales outside of the graph are constants that no shape inference reads.
    assert all(t.data_location != onnx.TensorProto.EXTERNAL for t in small)


def test_weights_are_signed_and_scaled_by_output_channel(made, calls, tmp_path) -> None:
    """Unsigned weights would run in float, and QLinearConv's read the wrong axis."""
    model = onnx.load_from_string(mixer(made, calls, tmp_path).mix((A, B)).graph)
    assert not [node for node in model.graph.node if node.op_type == "QLinearConv"]
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    producers = {node.output[0]: node for node in model.graph.node}
    for node in convolutions_of(model):
        weight = producers[node.input[1]]
        assert constants[weight.input[0]].data_type == onnx.TensorProto.INT8
        assert list(constants[weight.input[1]].dims) == [8]
        assert next(a.i for a in weight.attribute if a.name == "axis") == 0


def convolutions_of(model) -> list:
    return [node for node in model.graph.node if node.op_type == "Conv"]


def test_seven_bits_stay_within_seven(made, calls, tmp_path) -> None:
    scheme = dataclasses.replace(SCHEMES["cpu"], weight_bits=7)
    found = mixer(made, calls, tmp_path, scheme)
    highest = [
        int(np.abs(onnx.numpy_helper.to_array(t).astype(int)).max())
        for name, t in found.quantised.constants.items()
        if name.endswith("weight_quantized")
    ]
    assert len(highest) == 2
    assert max(highest) <= 64


def test_kernels_in_float_are_noticed(made, calls, tmp_path) -> None:
    """Without a quantised output, ONNX Runtime's convolution is one in float."""
    scheme = dataclasses.replace(SCHEMES["cpu"], outputs=False)
    files = mixer(made, calls, tmp_path, scheme).mix((A, B))
    with pytest.raises(CalibrationError, match="would run 0 of them in eight bits"):
        check_kernels(files, 2, "made")


def test_tensorrt_gets_symmetric_int8_without_integer_biases(made, calls, tmp_path, run) -> None:
    found = mixer(made, calls, tmp_path, SCHEMES["tensorrt"])
    files = found.mix((A, B))
    check_integers("made", files)
    model = onnx.load_from_string(files.graph)
    types = {tensor.data_type for tensor in model.graph.initializer}
    assert types == {onnx.TensorProto.INT8, onnx.TensorProto.FLOAT}
    assert relative(run(files, calls[0]), run(made, calls[0])) < 0.03


def test_a_graph_for_cpus_is_refused_for_tensorrt(made, calls, tmp_path) -> None:
    files = mixer(made, calls, tmp_path).mix((A, B))
    with pytest.raises(BackendError, match="takes symmetric INT8 only") as refused:
        check_integers("decode", files)
    assert "--target tensorrt" in refused.value.remedy


def test_the_tool_says_nothing_of_its_own(made, calls, tmp_path, caplog) -> None:
    mixer(made, calls, tmp_path)
    assert not [record for record in caplog.records if record.name == "root"]
    assert quantising.OPERATION == "Conv"


@pytest.mark.parametrize("target", ["sm89", "sm120", "sm89,sm120"])
def test_tensorrt_for_rtx_builds_what_is_made_for_it(made, calls, tmp_path, target) -> None:
    library = pytest.importorskip("tensorrt_rtx", reason="needs the extra 'tensorrt-rtx'")
    from sideman.engine.bundle.manifest import StageSpec
    from sideman.engine.tensorrt.building.builder import BuildOrder, build_engine
    from sideman.engine.tensorrt.flavours import TENSORRT_RTX
    from sideman.engine.tensors import TensorSpec

    folder = tmp_path / "written"
    folder.mkdir()
    path = mixer(made, calls, tmp_path, SCHEMES["tensorrt"]).write((A, B), folder)
    spec = StageSpec(
        path.name, "int8", (TensorSpec("x", (1, 4, 16, 16)),), (TensorSpec("y", (1, 8, 16, 16)),)
    )
    order = BuildOrder("made", path, spec, (), target)
    assert len(build_engine(TENSORRT_RTX, library, order).plan) > 1000
