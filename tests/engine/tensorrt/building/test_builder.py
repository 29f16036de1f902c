from __future__ import annotations

import dataclasses
import logging
import signal

import numpy as np
import pytest

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.building.builder import BuildOrder, build_engine
from sideman.engine.tensorrt.flavours import TENSORRT, TENSORRT_RTX
from sideman.engine.tensorrt.shapes import Shape, plan_shapes
from sideman.engine.tensors import TensorSpec

SPEC = StageSpec(
    "step.onnx", "float32", (TensorSpec("in", ("batch", 3)),), (TensorSpec("out", ("batch", 3)),)
)


@pytest.fixture
def order(tmp_path):
    (tmp_path / "step.onnx").write_text("graph")
    shapes = (Shape.of({"batch": 1}), Shape.of({"batch": 4}))
    return BuildOrder("step", tmp_path / "step.onnx", SPEC, shapes, "sm89")


def test_every_shape_becomes_a_fixed_profile(library, order):
    seen = []
    library.during = lambda monitor: (
        monitor.phase_start("Building", None, 2),
        seen.append(monitor.step_complete("Building", 0)),
        monitor.phase_finish("Building"),
    )
    progress = []
    built = build_engine(TENSORRT_RTX, library, order, report=lambda *a: progress.append(a))
    assert bytes(built.plan) == b"vtrt fake"
    assert built.layers == 3
    assert built.seconds > 0
    assert built.timing_cache is None
    (_, flags), (_, config) = library.calls
    assert flags == 1
    assert config["profiles"] == [{"in": ((1, 3),) * 3}, {"in": ((4, 3),) * 3}]
    assert config["cleared"] == ["TF32"]
    assert config["set"] == ["REQUIRE_USER_ALLOCATION"]
    assert config["capabilities"] == ["SM89"]
    assert config["timing"] is None
    assert progress == [(0.5, "Building")]
    assert seen == [True]


def test_a_stage_without_free_sizes_gets_no_profile(library, order):
    spec = StageSpec("e.onnx", "float32", (TensorSpec("in", (2, 3)),), (TensorSpec("out", (2, 3)),))
    build_engine(TENSORRT_RTX, library, dataclasses.replace(order, spec=spec, shapes=(Shape(),)))
    assert library.calls[1][1]["profiles"] == []


def test_the_classic_library_keeps_its_timings_and_takes_no_target(library, order):
    first = build_engine(TENSORRT, library, order)
    again = build_engine(TENSORRT, library, order, timing_cache=first.timing_cache)
    assert first.timing_cache == b"+"
    assert again.timing_cache == b"++"
    assert library.calls[1][1]["capabilities"] == []
    assert library.calls[1][1]["set"] == []


def test_what_the_parser_refuses_is_named_by_node_and_operator(library, order):
    library.parser_errors = [("no such\n operator", "unet.a/Foo", "Foo"), ("file ends", "", "")]
    with pytest.raises(BackendError) as error:
        build_engine(TENSORRT_RTX, library, order)
    assert "node unet.a/Foo (Foo): no such operator; file ends" in error.value.what
    assert "fake_tensorrt 9.9" in error.value.what


def test_a_parser_that_gives_no_reason_is_an_error_all_the_same(library, order):
    library.parses = False
    with pytest.raises(BackendError, match="Stage step for sm89"):
        build_engine(TENSORRT_RTX, library, order)


@pytest.mark.parametrize(
    "tensors",
    [
        ([("other", (-1, 3))], [("out", (-1, 3))]),
        ([("in", (-1, 3))], [("out", (-1,))]),
        ([], []),
    ],
)
def test_a_graph_that_is_not_the_manifest_s_is_refused(library, order, tensors):
    library.tensors = tensors
    with pytest.raises(BackendError, match="manifest promises"):
        build_engine(TENSORRT_RTX, library, order)


def test_nothing_built_is_an_error_that_names_the_layer(library, order, caplog):
    library.plan = None
    library.says = [
        (1, "Cannot compile operation 'unet.b/Gemm' for Turing: not supported"),
        (2, "a warning"),
    ]
    with pytest.raises(BackendError, match=r"at layer unet\.b/Gemm"):
        build_engine(TENSORRT_RTX, library, order)
    # Errors of one build are not those of the next.
    library.says = []
    with pytest.raises(BackendError, match="no reason"):
        build_engine(TENSORRT_RTX, library, order)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (None, [(1, "Requested amount of GPU memory (3000000 bytes) could not be allocated.")]),
        (MemoryError("std::bad_alloc: 3000000 bytes"), []),
    ],
)
def test_missing_memory_is_said(library, order, plan, says):
    library.plan, library.says = plan, says
    with pytest.raises(BackendError, match=r"memory ran out during the build \(3 MB"):
        build_engine(TENSORRT_RTX, library, order)


def test_a_target_that_the_library_refuses(library, order):
    library.accepts_capability = False
    with pytest.raises(BackendError, match="refuses the target sm89"):
        build_engine(TENSORRT_RTX, library, order)


def test_one_plan_is_built_for_all_its_targets(library, order):
    build_engine(TENSORRT_RTX, library, dataclasses.replace(order, target="sm89,sm120"))
    assert library.calls[1][1]["capabilities"] == ["SM89", "SM120"]


def test_a_plan_for_several_targets_that_fails_is_to_be_tried_one_by_one(library, order):
    library.plan, library.says = None, [(1, "Cannot compile operation 'a' for Turing")]
    for target, several in (("sm89", False), ("sm89,sm120", True)):
        with pytest.raises(BackendError, match=f"Stage step for {target}: ") as error:
            build_engine(TENSORRT_RTX, library, dataclasses.replace(order, target=target))
        assert ("one --target at a time" in error.value.remedy) is several


def test_ctrl_c_during_a_build_stops_it(library, order):
    answers = []

    def press(monitor):
        monitor.phase_start("Building", None, 3)
        answers.append(monitor.step_complete("Building", 0))
        signal.raise_signal(signal.SIGINT)
        answers.append(monitor.step_complete("Building", 1))

    library.during, library.plan = press, None
    with pytest.raises(KeyboardInterrupt):
        build_engine(TENSORRT_RTX, library, order)
    assert answers == [True, False]


class TestRealLibrary:
    @pytest.fixture
    def encode(self, small):
        bundle = Bundle.open(small)
        (shape,) = plan_shapes(bundle.manifest, [1], [17])["encode"]
        spec = bundle.manifest.stages["encode"]
        return BuildOrder("encode", bundle.stage_path("encode"), spec, (shape,), "sm89")

    def test_progress_reaches_its_end_phase_by_phase(self, rtx_library, encode):
        seen = []
        built = build_engine(
            TENSORRT_RTX,
            rtx_library,
            encode,
            report=lambda fraction, phase: seen.append((fraction, phase)),
        )
        fractions = [fraction for fraction, _ in seen]
        assert len(seen) > 100
        assert len({phase for _, phase in seen}) > 3
        assert fractions == sorted(fractions)
        assert 0.5 < fractions[-1] <= 1
        assert bytes(built.plan[:4]) == TENSORRT_RTX.magic
        assert built.layers > 100
        assert built.peak_bytes is None or built.peak_bytes > built.plan.nbytes

    @pytest.mark.parametrize("after", [0, 900])
    def test_ctrl_c_stops_the_library_early_or_late(self, rtx_library, encode, after):
        seen = []

        def press(fraction, phase):
            seen.append(phase)
            if len(seen) == after + 1:
                signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            build_engine(TENSORRT_RTX, rtx_library, encode, report=press)
        # Whatever a build does after the signal, it does not go on to its end.
        assert after < len(seen) < after + 20

    def test_a_display_that_breaks_stops_the_build_with_its_own_error(self, rtx_library, encode):
        def fail(fraction, phase):
            raise ZeroDivisionError("display")

        with pytest.raises(ZeroDivisionError, match="display"):
            build_engine(TENSORRT_RTX, rtx_library, encode, report=fail)

    def test_a_file_that_is_no_graph(self, rtx_library, encode, tmp_path, caplog):
        (tmp_path / "encode.onnx").write_bytes(b"\xff" * 50)
        with caplog.at_level(logging.CRITICAL), pytest.raises(BackendError, match="Stage encode"):
            build_engine(
                TENSORRT_RTX,
                rtx_library,
                dataclasses.replace(encode, source=tmp_path / "encode.onnx"),
            )

    def test_a_node_that_the_library_lacks_is_named(self, rtx_library, tmp_path):
        onnx = pytest.importorskip("onnx")
        helper, real = onnx.helper, onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            [helper.make_node("Unheard", ["x"], ["y"], name="lost/Unheard", domain="nowhere")],
            "g",
            [helper.make_tensor_value_info("x", real, (1, 3))],
            [helper.make_tensor_value_info("y", real, (1, 3))],
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("nowhere", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets), tmp_path / "x.onnx")
        spec = StageSpec(
            "x.onnx", "float32", (TensorSpec("x", (1, 3)),), (TensorSpec("y", (1, 3)),)
        )
        with pytest.raises(BackendError, match=r"node lost/Unheard \(Unheard\)"):
            build_engine(
                TENSORRT_RTX,
                rtx_library,
                BuildOrder("x", tmp_path / "x.onnx", spec, (Shape(),), "sm89"),
            )

    def test_a_layer_that_the_target_lacks_is_named(self, rtx_library, tmp_path):
        onnx = pytest.importorskip("onnx")
        helper, real = onnx.helper, onnx.TensorProto.FLOAT
        weight = onnx.numpy_helper.from_array(np.ones((3, 3), np.float32), "w")
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"], name="unet.product/MatMul")],
            "g",
            [helper.make_tensor_value_info("x", real, ("batch", 3))],
            [helper.make_tensor_value_info("y", real, ("batch", 3))],
            [weight],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
        onnx.save(model, tmp_path / "x.onnx")
        spec = StageSpec(
            "x.onnx", "float32", (TensorSpec("x", ("batch", 3)),), (TensorSpec("y", ("batch", 3)),)
        )
        shapes = (Shape.of({"batch": 2}),)
        order = BuildOrder("step", tmp_path / "x.onnx", spec, shapes, "sm75")
        with pytest.raises(BackendError, match=r"at layer unet\.product/MatMul: .*FP32 GEMM"):
            build_engine(TENSORRT_RTX, rtx_library, order)
        assert build_engine(
            TENSORRT_RTX, rtx_library, dataclasses.replace(order, target="sm80")
        ).plan
        # One target that cannot be built for is enough.
        with pytest.raises(BackendError, match="FP32 GEMM") as error:
            build_engine(TENSORRT_RTX, rtx_library, dataclasses.replace(order, target="sm75,sm80"))
        assert "one --target at a time" in error.value.remedy


@pytest.mark.parametrize(
    "error", [TypeError("pybind11::init(): factory function returned nullptr"), RuntimeError("x")]
)
def test_what_the_bindings_raise_is_an_error_without_a_trace(library, order, monkeypatch, error):
    def refuse(logger):
        logger.log(library.ILogger.Severity.ERROR, "CUDA initialization failure with error: 35")
        raise error

    monkeypatch.setattr(library, "Builder", refuse, raising=False)
    with pytest.raises(BackendError, match="CUDA initialization failure"):
        build_engine(TENSORRT, library, order)
