"""Real builds with TensorRT for RTX, ahead of time and without a GPU.

Two tiny bundles, every target and precision. Whether an engine's results are right needs a GPU;
that it builds, for whom, and that nothing is built twice, does not. The library takes three
seconds a stage, so only Turing's build, which differs most, is of whole bundles in every run;
the others are of one stage there, and of whole bundles in the long tests.
"""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.errors import BackendError, BundleError
from sideman.engine.tensorrt.building.build import BuildTools, build_bundle
from sideman.engine.tensorrt.building.builder import BuildOrder, build_engine
from sideman.engine.tensorrt.building.request import BuildRequest
from sideman.engine.tensorrt.cache.cache import EngineCache, content_fault
from sideman.engine.tensorrt.cache.finding import find_engines, read_engine
from sideman.engine.tensorrt.cache.identity import identify, rewrites
from sideman.engine.tensorrt.flavours import TENSORRT_RTX
from sideman.engine.tensorrt.precision import Rewriter, check_precision
from sideman.engine.tensorrt.shapes import plan_shapes
from sideman.engine.tensorrt.targets import resolve_targets

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
def request_of(rtx, tmp_path):
    def make(precision, *targets, rows=(1,)):
        cache = tmp_path / "cache"
        return BuildRequest(TENSORRT_RTX, rows, (COLUMNS,), precision, targets, cache=cache)

    return make


def stages_built(outcomes):
    return [o.wanted.identity.stage for o in outcomes if o.reason]


OTHERS = [
    *(("fp16", target) for target in ("sm80", "sm86", "sm89", "sm120")),
    ("fp32", "sm89"),
    ("bf16", "sm89"),
]


@pytest.mark.parametrize(("precision", "target"), OTHERS)
def test_a_stage_builds_for_every_target_and_in_every_precision(
    small, tools, rtx, tmp_path, precision, target
):
    bundle = Bundle.open(small)
    path = bundle.stage_path("encode")
    (resolved,) = resolve_targets(TENSORRT_RTX, rtx, (target,), tools.device)
    check_precision(TENSORRT_RTX, target, precision)
    identity = identify(
        bundle,
        "encode",
        TENSORRT_RTX,
        rtx.__version__,
        resolved,
        precision,
        rewriter=tools.rewriter,
    )
    assert (identity.precision, identity.target, identity.gpu) == (precision, target, "")
    assert not identity.convolve_products
    if rewrites(bundle, "encode", TENSORRT_RTX, target, precision):
        path = tools.rewriter().rewrite(path, tmp_path, precision, convolve_products=False)
    shapes = plan_shapes(bundle.manifest, (1,), (COLUMNS,))["encode"]
    order = BuildOrder("encode", path, bundle.manifest.stages["encode"], shapes, target)
    built = build_engine(TENSORRT_RTX, rtx, order)
    assert built.layers > 100
    assert bytes(built.plan[:4]) == b"vtrt"


@pytest.mark.parametrize(
    ("precision", "target"),
    [("fp16", "sm75"), *(pytest.param(*other, marks=pytest.mark.long) for other in OTHERS)],
)
def test_both_bundles_build_and_share_their_codec(
    tiny_bundle, tiny_diffusion_bundle, tools, request_of, rtx, precision, target
):
    request = request_of(precision, target)
    first = build_bundle(tiny_bundle, request, tools=tools)
    assert stages_built(first) == ["encode", "step", "decode"]
    assert {o.reason for o in first} == {FIRST}
    second = build_bundle(tiny_diffusion_bundle, request, tools=tools)
    assert stages_built(second) == ["step"]
    assert [o.entry.engine for o in second if not o.reason] == [
        o.entry.engine for o in first if o.wanted.identity.stage != "step"
    ]
    assert stages_built(build_bundle(tiny_bundle, request, tools=tools)) == []
    for outcome in (*first, *second):
        identity = outcome.wanted.identity
        assert (identity.precision, identity.target, identity.gpu) == (precision, target, "")
        assert identity.version == rtx.__version__
        assert identity.convolve_products == (target == "sm75")
        assert outcome.entry.details.layers > 100
        assert content_fault(outcome.entry) == ""
        engine = find_engines(EngineCache(request.cache), identity)[outcome.wanted.shapes[0]]
        assert read_engine(engine)[:4] == b"vtrt"
    assert not list(request.cache.glob(".graphs-*"))


def test_an_engine_holds_a_profile_for_each_shape(small, rtx):
    bundle = Bundle.open(small)
    shapes = plan_shapes(bundle.manifest, (1, 2), (COLUMNS,))["step"]
    spec, path = bundle.manifest.stages["step"], bundle.stage_path("step")
    sizes = [
        build_engine(TENSORRT_RTX, rtx, BuildOrder("step", path, spec, some, "sm89")).plan.nbytes
        for some in (shapes[:1], shapes)
    ]
    assert sizes[0] < sizes[1]


def test_one_byte_of_a_real_bundle_s_weights_builds_one_stage(
    small, rtx, request_of, tmp_path, monkeypatch
):
    """With the weights' own bytes, through a manifest that is written anew."""
    folder = tmp_path / "copy"
    shutil.copytree(small, folder)
    request = request_of("fp32", "sm89")
    build_bundle(folder, request)
    weights = folder / "step.onnx.data"
    content = bytearray(weights.read_bytes())
    content[1000] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(BundleError, match=r"step\.onnx\.data has another SHA-256"):
        build_bundle(folder, request)
    manifest = Bundle.open(folder, check=False).manifest
    write_manifest(folder, **manifest.fields())
    builder = SimpleNamespace(count=0, real=rtx.Builder)

    def counted(logger):
        builder.count += 1
        return builder.real(logger)

    monkeypatch.setattr(rtx, "Builder", counted)
    outcomes = build_bundle(folder, request)
    assert builder.count == 1
    assert stages_built(outcomes) == ["step"]
    assert outcomes[1].reason.startswith("weights changed (")
    assert {o.reason for o in build_bundle(folder, request)} == {""}
    assert builder.count == 1


def test_float32_on_turing_is_refused_before_any_work(small, rtx, request_of):
    request = request_of("fp32", "sm75")
    with pytest.raises(BackendError, match="--precision fp16"):
        build_bundle(small, request)
    assert not request.cache.exists()
