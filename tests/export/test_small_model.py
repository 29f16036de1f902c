"""The small bundle of the tests is what the export makes of its configuration today."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from sideman.engine.backends.once import run_once
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import STAGES, Manifest, StageSpec
from sideman.engine.onnxruntime.cpu import OnnxRuntimeBackend
from sideman.export import pipeline
from sideman.export.pipeline import Request, export_bundle
from tests.models.places import BUNDLE, CODEC, CONFIG


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    out = tmp_path_factory.mktemp("small") / "small"
    request = Request(config=CONFIG, codec_hparams=CODEC, seed=0, out=out)
    with torch.no_grad():
        export_bundle(request)
    return Bundle.open(out)


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, dict[str, dict]]:
    """The manifest of an export, and inputs and outputs of the modules that it would trace.

    Tracing is what takes a minute. That a graph computes what its module computes is tested on
    graphs that are there anyway, in `test_onnx_export.py`.
    """
    made: dict[str, dict] = {}

    def compute(name, module, inputs, outputs, grid, folder):
        feed = draw(StageSpec(f"{name}.onnx", "float32", inputs, outputs), name)
        results = module(*(torch.from_numpy(value) for value in feed.values()))
        results = results if isinstance(results, tuple) else (results,)
        found = {spec.name: r.numpy() for spec, r in zip(outputs, results, strict=True)}
        made[name] = {"inputs": feed, "outputs": found}
        for end in ("", ".data"):
            (folder / f"{name}.onnx{end}").write_text(name)

    out = tmp_path_factory.mktemp("traced") / "small"
    with torch.no_grad(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "export_stage", compute)
        manifest = export_bundle(Request(config=CONFIG, codec_hparams=CODEC, seed=0, out=out))
    return manifest, made


def draw(spec: StageSpec, stage: str) -> dict[str, np.ndarray]:
    sizes = LatentGrid.free_sizes(1, 2, 64)
    random = np.random.default_rng(0)
    inputs = {
        tensor.name: random.standard_normal([sizes.get(size, size) for size in tensor.shape])
        for tensor in spec.inputs
    }
    if stage == "step":
        inputs["coefficients"] = np.array([1.6, 1.6, 1.0, 0.5, -0.3, 1.0, 0.2])
    return {name: value.astype(np.float32) for name, value in inputs.items()}


def compute(bundle: Bundle, stage: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    spec = bundle.manifest.stages[stage]
    with OnnxRuntimeBackend(threads=1) as backend:
        return run_once(backend, backend.load(stage, bundle.read_stage(stage), spec), inputs)


def check_manifest(made: Manifest) -> None:
    kept = Bundle.open(BUNDLE).manifest
    assert dataclasses.replace(kept, files={}, origin={}) == dataclasses.replace(
        made, files={}, origin={}
    )


def test_the_manifest_is_that_of_an_export(traced: tuple[Manifest, dict[str, dict]]) -> None:
    check_manifest(traced[0])


@pytest.mark.parametrize("stage", STAGES)
def test_the_graphs_compute_what_the_modules_compute(
    traced: tuple[Manifest, dict[str, dict]], relative_error: Callable, stage: str
) -> None:
    """The modules that an export would trace, with the weights that it would draw."""
    made = traced[1][stage]
    found = compute(Bundle.open(BUNDLE), stage, made["inputs"])
    assert found.keys() == made["outputs"].keys()
    for name, wanted in made["outputs"].items():
        assert relative_error(found[name], wanted) < 1e-4, name


@pytest.mark.long
def test_the_manifests_agree(exported: Bundle) -> None:
    check_manifest(exported.manifest)
    assert exported.manifest.files.keys() == Bundle.open(BUNDLE).manifest.files.keys()


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_the_graphs_agree(exported: Bundle, relative_error: Callable, stage: str) -> None:
    """By what they compute: other versions of the exporter may write other bytes."""
    inputs = draw(exported.manifest.stages[stage], stage)
    found, wanted = (compute(bundle, stage, inputs) for bundle in (exported, Bundle.open(BUNDLE)))
    for name in wanted:
        assert relative_error(found[name], wanted[name]) < 1e-4, name
