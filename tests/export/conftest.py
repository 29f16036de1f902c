"""Networks of the tiny models, and exports that cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(scope="session")
def codec_config(models: Path):
    from sideman.export.codec_config import CodecConfig

    return CodecConfig.read(models / "music2latent-tiny.json")


@pytest.fixture
def codec(models: Path, codec_config):
    """The small codec, fresh for each test: decoding changes it."""
    from sideman.export import weights
    from sideman.export.checkpoint import read_checkpoint
    from sideman.export.networks.codec import Codec

    tensors = read_checkpoint(models / "music2latent-tiny.pt").codec()
    return weights.load(lambda: Codec(codec_config), tensors, "music2latent-tiny.pt")


@pytest.fixture(scope="session")
def step_of(models: Path) -> Callable[[str], object]:
    """The step stage of the small model "ldm" or "cd"."""
    from sideman.export import stages, weights
    from sideman.export.checkpoint import read_checkpoint
    from sideman.export.config import read_config
    from sideman.export.networks.unet import UNet

    def make(name: str):
        model = read_config(models / f"{name}-tiny.yaml")
        tensors = read_checkpoint(models / f"{name}-tiny.ckpt").unet(model.kind)
        return stages.step_stage(weights.load(lambda: UNet(model.unet), tensors, name), model)

    return make


@pytest.fixture
def cheap_stages(monkeypatch: pytest.MonkeyPatch):
    """Replace tracing by writing a few bytes, for tests of what happens around it."""
    from sideman.export import pipeline

    written: list[str] = []

    def write(name, module, inputs, outputs, grid, folder):
        written.append(name)
        (folder / f"{name}.onnx").write_bytes(name.encode())

    monkeypatch.setattr(pipeline, "export_stage", write)
    return written
