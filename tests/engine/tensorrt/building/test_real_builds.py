"""Real builds with TensorRT for RTX, ahead of time and without a GPU.

Whether an engine's results are right needs a GPU; that it builds, for whom, and that nothing is
built twice, does not. Each stage takes three seconds to build. `make test` builds single stages of
the small bundle for each target (in float32 all of it: `tests/runtime/engines`); `make test-long`
builds both tiny bundles for all of them.
"""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.bundle.manifest import STAGES, StageSpec
from sideman.engine.errors import BackendError, BundleError
from sideman.engine.tensorrt.building.build import BuildTools, build_bundle
from sideman.engine.tensorrt.building.builder import BuildOrder, Built, build_engine
from sideman.engine.tensorrt.building.request import BuildRequest
from sideman.engine.tensorrt.cache.cache import EngineCache, content_fault
from sideman.engine.tensorrt.cache.finding import find_engines, read_engine
from sideman.engine.tensorrt.flavours import TENSORRT_RTX
from sideman.engine.tensorrt.precision import Rewriter
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.target_names import join_targets
from sideman.engine.tensors import TensorSpec

#: Columns that the published server decodes at r = 0.25.
COLUMNS = 17
FIRST = "first build for this bundle"


@pytest.fixture(scope="session")
def tools() -> BuildTools:
    """The real rewriter and builder, and nobody who looks for a GPU."""
    precision = pytest.importorskip("sideman.calibration.precision")
    pytest.importorskip("onnx", reason="rewriting needs the extra 'calibration'")

    def no_gpu():
        raise AssertionError("a GPU was looked for")

    return BuildTools(lambda: Rewriter(precision.rewrite, precision.REVISION), no_gpu)


@pytest.fixture
def request_of(rtx_library, tmp_path):
    def make(precision, *targets, rows=(1,)):
        cache = tmp_path / "cache"
        return BuildRequest(TENSORRT_RTX, rows, (COLUMNS,), precision, targets, cache=cache)

    return make


def stages_built(outcomes):
    return [o.wanted.identity.stage for o in outcomes if o.reason]


@pytest.fixture
def check(rtx_library):
    """An engine is what was asked for, whole, and found again."""

    def check(outcome, request):
        identity = outcome.wanted.identity
        asked = (request.precision, *request.targets, "", rtx_library.__version__)
        assert (identity.precision, identity.target, identity.gpu, identity.version) == asked
        assert identity.convolve_products == (identity.target == "sm75")
        assert outcome.entry.details.layers > 100
        assert content_fault(outcome.entry) == ""
        engine = find_engines(EngineCache(request.cache), identity)[outcome.wanted.shapes[0]]
        assert read_engine(engine)[:4] == b"vtrt"

    return check


def faked(tools, *but):
    """Tools that build certain stages only and fake the others, and the names of those faked."""
    names = []

    def build(flavour, library, order, **options):
        if order.stage in but:
            return build_engine(flavour, library, order, **options)
        names.append(order.stage)
        return Built(memoryview(b"vtrt, faked"), 0.0, 0, None)

    return dataclasses.replace(tools, build=build), names


@pytest.mark.parametrize(
    ("precision", "target", "stage"),
    [
        ("fp16", "sm75", "encode"),
        ("fp16", "sm80", "encode"),
        ("fp16", "sm86", "step"),
        ("fp16", "sm120", "step"),
        ("bf16", "sm89", "decode"),
        pytest.param("fp16", "sm89", "decode", marks=pytest.mark.long),
        pytest.param("bf16", "sm80", "encode", marks=pytest.mark.long),
        pytest.param("bf16", "sm89", "step", marks=pytest.mark.long),
    ],
)
def test_single_stages_build_for_each_target(
    small, tools, request_of, check, precision, target, stage
):
    """Of the small bundle; the other two stages are faked."""
    request = request_of(precision, target)
    outcomes = build_bundle(small, request, tools=faked(tools, stage)[0])
    assert stages_built(outcomes) == list(STAGES)
    check(outcomes[STAGES.index(stage)], request)


def build_both(tiny_bundle, tiny_diffusion_bundle, tools, request):
    """Outcomes; both have the same codec."""
    first = build_bundle(tiny_bundle, request, tools=tools)
    assert stages_built(first) == list(STAGES)
    assert {o.reason for o in first} == {FIRST}
    second = build_bundle(tiny_diffusion_bundle, request, tools=tools)
    assert stages_built(second) == ["step"]
    assert [o.entry.engine for o in second if not o.reason] == [
        o.entry.engine for o in first if o.wanted.identity.stage != "step"
    ]
    assert stages_built(build_bundle(tiny_bundle, request, tools=tools)) == []
    assert not list(request.cache.glob(".graphs-*"))
    return (*first, *second)


def test_bundles_share_their_codec(tiny_bundle, tiny_diffusion_bundle, tools, request_of):
    """Whatever is built of it; for Turing, for which most is written anew."""
    tools, built = faked(tools)
    build_both(tiny_bundle, tiny_diffusion_bundle, tools, request_of("fp16", "sm75"))
    assert sorted(built) == sorted([*STAGES, "step"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("precision", "target"),
    [
        *(("fp16", target) for target in ("sm75", "sm80", "sm86", "sm89", "sm120")),
        ("fp32", "sm89"),
        ("bf16", "sm89"),
    ],
)
def test_both_bundles_build_and_share_their_codec(
    tiny_bundle, tiny_diffusion_bundle, tools, request_of, check, precision, target
):
    request = request_of(precision, target)
    for outcome in build_both(tiny_bundle, tiny_diffusion_bundle, tools, request):
        check(outcome, request)


def test_an_engine_holds_a_profile_for_each_shape(rtx_library, tmp_path):
    """What the graph is does not matter: one product, which takes no time to build."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", kind, ["batch", 64])],
        [helper.make_tensor_value_info("y", kind, ["batch", 64])],
        [onnx.numpy_helper.from_array(np.ones((64, 64), np.float32), "w")],
    )
    path = tmp_path / "step.onnx"
    opset = [helper.make_opsetid("", 21)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    ends = ((TensorSpec(name, ("batch", 64)),) for name in "xy")
    spec = StageSpec(path.name, "float32", *ends)
    shapes = tuple(Shape.of({"batch": rows}) for rows in (1, 2))
    sizes = [
        build_engine(
            TENSORRT_RTX, rtx_library, BuildOrder("step", path, spec, some, "sm89")
        ).plan.nbytes
        for some in (shapes[:1], shapes)
    ]
    assert sizes[0] < sizes[1]


def test_one_plan_for_two_targets_holds_the_weights_once(rtx_library, tmp_path):
    """And is the same whatever order they come in. Weights are 4 MB, and outweigh the rest."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = np.random.default_rng(0).standard_normal((1024, 1024), np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", kind, [1, 1024])],
        [helper.make_tensor_value_info("y", kind, [1, 1024])],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    path = tmp_path / "step.onnx"
    opset = [helper.make_opsetid("", 21)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    ends = ((TensorSpec(name, (1, 1024)),) for name in "xy")
    spec = StageSpec(path.name, "float32", *ends)

    def build(*targets):
        order = BuildOrder("step", path, spec, (Shape(),), join_targets(targets))
        return bytes(build_engine(TENSORRT_RTX, rtx_library, order).plan)

    alone, both = build("sm89"), build("sm89", "sm120")
    assert weights.nbytes < len(both) < len(alone) + weights.nbytes / 4
    assert both == build("sm120", "sm89")
    assert both != alone


def test_one_byte_of_a_real_bundle_s_weights_builds_one_stage(small, tools, request_of, tmp_path):
    """With the weights' own bytes, through a manifest that is written anew; building is faked."""
    folder = tmp_path / "copy"
    shutil.copytree(small, folder)
    request = request_of("fp32", "sm89")
    tools, built = faked(tools)
    build_bundle(folder, request, tools=tools)
    assert sorted(built) == sorted(STAGES)
    weights = folder / "step.onnx.data"
    content = bytearray(weights.read_bytes())
    content[1000] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(BundleError, match=r"step\.onnx\.data has another SHA-256"):
        build_bundle(folder, request, tools=tools)
    manifest = Bundle.open(folder, check=False).manifest
    write_manifest(folder, **manifest.fields())
    built.clear()
    outcomes = build_bundle(folder, request, tools=tools)
    assert built == ["step"]
    assert stages_built(outcomes) == ["step"]
    assert outcomes[1].reason.startswith("weights changed (")
    assert {o.reason for o in build_bundle(folder, request, tools=tools)} == {""}
    assert built == ["step"]


def test_float32_on_turing_is_refused_before_any_work(small, rtx_library, request_of):
    request = request_of("fp32", "sm75")
    with pytest.raises(BackendError, match="--precision fp16"):
        build_bundle(small, request)
    assert not request.cache.exists()
