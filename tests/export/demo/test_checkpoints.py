"""The checkpoints fit the configurations beside them, and the bundle that ships is made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sideman.engine.backends.once import run_once
from sideman.engine.backends.onnxruntime import OnnxRuntimeBackend
from sideman.engine.bundle.bundle import Bundle
from sideman.export import stages, weights
from sideman.export.checkpoint import read_checkpoint
from sideman.export.codec_config import CodecConfig
from sideman.export.config import read_config
from sideman.export.demo import make
from sideman.export.demo.scoring.codec import score_codec
from sideman.export.networks.unet import UNet
from sideman.runtime.rehearse.demo import demo_bundle
from tests.export.test_onnx_export import draw

#: Beside the package's source and no part of the package: who installs sideman has the bundle.
CHECKPOINTS = Path(__file__).parents[3] / "export" / "demo" / "checkpoints"
CODEC, STUDENT = CHECKPOINTS / "codec.pt", CHECKPOINTS / "student.ckpt"


def test_the_codec_keeps_pitch() -> None:
    tensors = read_checkpoint(CODEC).codec()
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    scores = score_codec(tensors, CodecConfig.read(make.HERE / "codec.json"), songs=2)
    # Of 16 songs the bass kept 0.92 and the piano everything; by chance 0.4 of the beats fit.
    assert scores["bass"]["chord_fit"] > 0.75
    assert scores["piano"]["chord_fit"] > 0.75


@pytest.mark.parametrize("sigma", [0.1, 80.0])
def test_half_precision_changes_little_of_what_was_trained(
    relative_error: Callable[..., float], sigma: float
) -> None:
    model = read_config(make.HERE / "student.yaml")
    tensors = read_checkpoint(STUDENT).unet(model.kind)
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    full = stages.step_stage(weights.load(lambda: UNet(model.unet), tensors, STUDENT.name), model)
    bundle = Bundle.open(demo_bundle())
    specs = bundle.manifest.stages["step"].inputs
    values = {spec.name: value for spec, value in zip(specs, draw(specs), strict=True)}
    values["x"] *= (1 + sigma**2) ** 0.5
    values["label"] = torch.tensor([[0.0, 1.0, 0.0, 0.0]])
    values["coefficients"] = torch.tensor([sigma, sigma, 1.0, 0.5, -0.3, 1.0, 0.2])
    wanted = full(*values.values())
    with OnnxRuntimeBackend(threads=1) as backend:
        stage = backend.load("step", bundle.stage_path("step"), bundle.manifest.stages["step"])
        found = run_once(backend, stage, {name: value.numpy() for name, value in values.items()})
    for each, reference in zip(found.values(), wanted, strict=True):
        assert relative_error(each, reference) < 1e-2
