"""The small bundle of the tests is what the export makes of its configuration today."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from sideman.engine.backends.once import run_once
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.onnxruntime.cpu import OnnxRuntimeBackend
from sideman.export.pipeline import Request, export_bundle
from tests.models.places import BUNDLE, CODEC, CONFIG


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    out = tmp_path_factory.mktemp("small") / "small"
    request = Request(config=CONFIG, codec_hparams=CODEC, seed=0, out=out)
    with torch.no_grad():
        export_bundle(request)
    return Bundle.open(out)


def test_the_manifests_agree(exported: Bundle) -> None:
    kept, made = Bundle.open(BUNDLE).manifest, exported.manifest
    assert dataclasses.replace(kept, files={}, origin={}) == dataclasses.replace(
        made, files={}, origin={}
    )
    assert kept.files.keys() == made.files.keys()


@pytest.mark.parametrize("stage", STAGES)
def test_the_graphs_agree(exported: Bundle, relative_error: Callable, stage: str) -> None:
    """By what they compute: other versions of the exporter may write other bytes."""
    spec = exported.manifest.stages[stage]
    sizes = {"batch": 1, "decoded_columns": 2, "decoded_samples": 2 * 4096 + 1536}
    draw = np.random.default_rng(0)
    inputs = {
        tensor.name: draw.standard_normal([sizes.get(size, size) for size in tensor.shape])
        for tensor in spec.inputs
    }
    if stage == "step":
        inputs["coefficients"] = np.array([1.6, 1.6, 1.0, 0.5, -0.3, 1.0, 0.2])
    with OnnxRuntimeBackend(threads=1) as backend:
        found, wanted = (
            run_once(backend, backend.load(stage, bundle.stage_path(stage), spec), inputs)
            for bundle in (exported, Bundle.open(BUNDLE))
        )
    for name in wanted:
        assert relative_error(found[name], wanted[name]) < 1e-4, name
