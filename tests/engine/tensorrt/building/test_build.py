from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.errors import BackendError, BundleError
from sideman.engine.tensorrt.building.build import BuildTools, Observer, build_bundle
from sideman.engine.tensorrt.building.builder import Built
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.flavours import TENSORRT
from sideman.engine.tensorrt.precision import Rewriter

STAGES = ["encode", "step", "decode"]


class Record(Observer):
    def __init__(self):
        self.events = []

    def planned(self, count):
        self.events.append(("planned", count))

    def rewriting(self, wanted):
        self.events.append(("rewriting", wanted.identity.stage))

    def building(self, wanted, reason):
        self.events.append(("building", wanted.identity.stage))

    def progress(self, fraction, phase):
        self.events.append(("progress", fraction))

    def done(self, outcome):
        self.events.append(("done", outcome.wanted.identity.stage))


def reasons(outcomes):
    return {outcome.wanted.identity.stage: outcome.reason for outcome in outcomes}


def edit(folder, name, content):
    """Change a file of a bundle and write its manifest anew."""
    manifest = Bundle.open(folder).manifest
    (folder / name).write_bytes(content)
    write_manifest(folder, **manifest.fields())


def test_the_first_build_makes_every_engine_and_the_second_none(paper_bundle, spied):
    first = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    assert [order.stage for order in spied.orders] == STAGES
    assert set(reasons(first).values()) == {"first build for this bundle"}
    spied.orders.clear()
    spied.rewritten.clear()
    second = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    assert set(reasons(second).values()) == {""}
    assert not spied.orders
    assert not spied.rewritten
    assert [a.entry.details for a in first] == [b.entry.details for b in second]


def test_one_byte_of_the_weights_builds_that_stage_anew_and_says_so(paper_bundle, spied):
    edit(paper_bundle, "step.onnx", b"graph with step.data")
    edit(paper_bundle, "step.data", b"\x00\x01\x02")
    before = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    spied.orders.clear()
    edit(paper_bundle, "step.data", b"\x00\x01\x03")
    after = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    assert [order.stage for order in spied.orders] == ["step"]
    said = reasons(after)
    assert said["encode"] == said["decode"] == ""
    assert said["step"].startswith("weights changed (")
    assert before[1].wanted.identity.key != after[1].wanted.identity.key


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"precision": "bf16"}, "precision bf16, not fp16"),
        ({"precision": "fp32"}, "precision fp32, not fp16"),
        ({"targets": ("sm75",)}, "target sm75, not sm89"),
        ({"rows": (2,)}, "rows 2 was not built yet, only rows 1"),
        ({"force": True}, "asked for with --force"),
    ],
)
def test_what_else_is_asked_for_builds_anew_and_says_so(paper_bundle, spied, change, said):
    before = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    spied.orders.clear()
    after = build_bundle(paper_bundle, replace(spied.request, **change), tools=spied.tools)
    assert [order.stage for order in spied.orders] == STAGES
    assert set(reasons(after).values()) == {said}
    same = [a.wanted == b.wanted for a, b in zip(before, after, strict=True)]
    assert same == [change == {"force": True}] * 3


def test_another_version_of_the_library_builds_anew(paper_bundle, spied, library):
    build_bundle(paper_bundle, spied.request, tools=spied.tools)
    library.__version__ = "10.0"
    after = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    assert set(reasons(after).values()) == {"library version 10.0, not 9.9"}


def test_another_revision_of_the_rewriter_builds_anew(paper_bundle, spied):
    build_bundle(paper_bundle, spied.request, tools=spied.tools)
    rewrite = spied.tools.rewriter().rewrite
    newer = replace(spied.tools, rewriter=lambda: Rewriter(rewrite, 2))
    after = build_bundle(paper_bundle, spied.request, tools=newer)
    assert set(reasons(after).values()) == {"revision of the precision rewriter 2, not 1"}


def test_a_damaged_engine_is_built_anew_and_the_fault_is_said(paper_bundle, spied):
    first = build_bundle(paper_bundle, spied.request, tools=spied.tools)
    first[1].entry.engine.write_bytes(b"vtrt")
    first[2].entry.path.write_text("no json")
    spied.orders.clear()
    after = reasons(build_bundle(paper_bundle, spied.request, tools=spied.tools))
    assert [order.stage for order in spied.orders] == ["step", "decode"]
    assert "truncated" in after["step"]
    assert "not JSON" in after["decode"]
    assert all(not entry.fault for entry in EngineCache(spied.request.cache).entries())


def test_graphs_are_rewritten_once_for_all_targets_and_shapes_and_removed(paper_bundle, spied):
    request = replace(spied.request, rows=(1, 2), targets=("sm120", "sm75", "sm89"))
    observer = Record()
    build_bundle(paper_bundle, request, observer, spied.tools)
    assert sorted(spied.rewritten) == sorted(
        (f"{stage}.onnx", "fp16", convolve) for stage in STAGES for convolve in (False, True)
    )
    # Whatever is built from the same graph shares a plan; Turing has graphs of its own.
    assert [(order.target, order.stage) for order in spied.orders] == [
        (target, stage) for target in ("sm89,sm120", "sm75") for stage in STAGES
    ]
    assert observer.events[0] == ("planned", 6)
    assert observer.events.count(("progress", 0.5)) == 6
    assert observer.events.count(("rewriting", "step")) == 2
    assert not any(order.source.exists() for order in spied.orders)
    assert not list(request.cache.glob(".graphs-*"))


def test_float32_uses_the_bundle_s_own_graphs_and_no_rewriter(paper_bundle, spied):
    def none():
        raise AssertionError("the rewriter was asked for")

    tools = replace(spied.tools, rewriter=none)
    build_bundle(paper_bundle, replace(spied.request, precision="fp32"), tools=tools)
    assert [order.source for order in spied.orders] == [
        paper_bundle / f"{stage}.onnx" for stage in STAGES
    ]


def test_all_shapes_of_a_stage_stand_in_one_engine(paper_bundle, spied):
    request = replace(spied.request, rows=(1, 2))
    build_bundle(paper_bundle, request, tools=spied.tools)
    assert [len(order.shapes) for order in spied.orders] == [2, 2, 2]
    spied.orders.clear()
    fewer = build_bundle(paper_bundle, replace(request, rows=(2,)), tools=spied.tools)
    assert not spied.orders
    assert set(reasons(fewer).values()) == {""}


def test_engines_of_the_classic_library_belong_to_the_gpu_at_hand(paper_bundle, spied):
    class Card:
        name, capability = "A card", (8, 9)

    tools = replace(spied.tools, device=Card)
    request = replace(spied.request, flavour=TENSORRT, targets=())
    outcomes = build_bundle(paper_bundle, request, tools=tools)
    assert {outcome.wanted.identity.gpu for outcome in outcomes} == {"A card"}
    Card.name = "Another card"
    after = build_bundle(paper_bundle, request, tools=tools)
    assert set(reasons(after).values()) == {"GPU Another card, not A card"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"precision": "bf16", "targets": ("sm75",)}, "no bfloat16"),
        ({"precision": "fp32", "targets": ("sm89", "sm75")}, "no float32 matrix products"),
        ({"targets": ("sm99",)}, "sm75, sm89"),
        ({"rows": (3,)}, "2 stems"),
        ({"precision": "int4"}, "fp16, bf16, fp32, int8"),
        ({"precision": "int8"}, "no stage in int8"),
    ],
)
def test_what_cannot_be_built_is_refused_before_any_work(paper_bundle, spied, change, said):
    with pytest.raises(BackendError, match=said):
        build_bundle(paper_bundle, replace(spied.request, **change), tools=spied.tools)
    assert not spied.orders
    assert not spied.request.cache.exists()


def test_a_bundle_that_has_a_precision_is_used_as_it_is(paper_bundle, spied):
    path = paper_bundle / "manifest.json"
    data = json.loads(path.read_text())
    for stage in data["stages"].values():
        stage["precision"] = "float16"
    path.write_text(json.dumps(data))
    build_bundle(paper_bundle, spied.request, tools=spied.tools)
    assert not spied.rewritten
    for change in ({"precision": "fp32"}, {"targets": ("sm75",)}):
        with pytest.raises(BackendError, match="in fp16 already"):
            build_bundle(paper_bundle, replace(spied.request, **change), tools=spied.tools)


def test_a_damaged_bundle_is_refused(paper_bundle, spied):
    (paper_bundle / "step.onnx").write_text("graph stop")
    with pytest.raises(BundleError, match=r"step\.onnx"):
        build_bundle(paper_bundle, spied.request, tools=spied.tools)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), BackendError("no memory")])
def test_what_was_finished_before_a_failure_is_kept_and_nothing_else(paper_bundle, spied, error):
    def build(*arguments, **options):
        if len(spied.orders) == 1:
            raise error
        return spied.tools.build(*arguments, **options)

    with pytest.raises(type(error)):
        build_bundle(paper_bundle, spied.request, tools=replace(spied.tools, build=build))
    cache = spied.request.cache
    assert [e.sidecar.identity["stage"] for e in EngineCache(cache).entries()] == ["encode"]
    assert sorted(p.suffix for p in cache.rglob("*") if p.is_file()) == [".engine", ".json"]
    assert not list(cache.glob(".graphs-*"))


def test_timings_are_kept_for_the_next_build(paper_bundle, spied, monkeypatch):
    class Card:
        name, capability = "A card", (8, 9)

    given = []

    def build(flavour, library, order, *, report, timing_cache):
        given.append(timing_cache)
        return Built(memoryview(b"ftrt"), 0.1, 3, None, (timing_cache or b"") + b"t")

    tools = BuildTools(spied.tools.rewriter, Card, build)
    request = replace(spied.request, flavour=TENSORRT, targets=())
    build_bundle(paper_bundle, request, tools=tools)
    assert given == [None, b"t", b"tt"]
    build_bundle(paper_bundle, replace(request, force=True), tools=tools)
    assert given[3] == b"ttt"


def test_timings_that_cannot_be_kept_cost_no_engine(paper_bundle, spied, monkeypatch, caplog):
    def refuse(*_):
        raise BackendError("The disk is full.")

    def build(*_, **__):
        return Built(memoryview(b"vtrt"), 0.1, 3, 1000, b"timings")

    monkeypatch.setattr("sideman.engine.cache.blobs.BlobStore.save", refuse)
    build_bundle(paper_bundle, spied.request, tools=replace(spied.tools, build=build))
    assert "The disk is full." in caplog.text
    assert len(list(EngineCache(spied.request.cache).entries())) == len(STAGES)


def test_the_reason_of_whoever_removed_an_engine_is_told(paper_bundle, spied):
    request = replace(spied.request, because="the library refused it")
    outcomes = build_bundle(paper_bundle, request, tools=spied.tools)
    assert set(reasons(outcomes).values()) == {"the library refused it"}
