"""Tiny models of the recordings, loaded and exported once a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(scope="session")
def relative_error() -> Callable[..., float]:
    """Norm of the difference over norm of the reference, in float64."""

    def error(found: object, wanted: object) -> float:
        a, b = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
        assert a.shape == b.shape
        return float(np.linalg.norm(a - b) / np.linalg.norm(b))

    return error


@pytest.fixture(scope="session")
def codec_config(golden: Path):
    from sideman.export.codec_config import CodecConfig

    return CodecConfig.read(golden / "music2latent-tiny.json")


@pytest.fixture
def codec(golden: Path, codec_config):
    """The codec of the recordings, fresh for each test: decoding changes it."""
    from sideman.export import weights
    from sideman.export.checkpoint import read_checkpoint
    from sideman.export.networks.codec import Codec

    tensors = read_checkpoint(golden / "music2latent-tiny.pt").codec()
    return weights.load(lambda: Codec(codec_config), tensors, "music2latent-tiny.pt")


@pytest.fixture(scope="session")
def step_of(golden: Path) -> Callable[[str], object]:
    """The step stage of the recordings' model "ldm" or "cd"."""
    from sideman.export import stages, weights
    from sideman.export.checkpoint import read_checkpoint
    from sideman.export.config import read_config
    from sideman.export.networks.unet import UNet

    def make(name: str):
        model = read_config(golden / f"{name}-tiny.yaml")
        tensors = read_checkpoint(golden / f"{name}-tiny.ckpt").unet(model.kind)
        return stages.step_stage(weights.load(lambda: UNet(model.unet), tensors, name), model)

    return make


@pytest.fixture(scope="session")
def tiny_request(golden: Path, tmp_path_factory: pytest.TempPathFactory):
    from sideman.export.pipeline import Request

    return Request(
        config=golden / "cd-tiny.yaml",
        checkpoint=golden / "cd-tiny.ckpt",
        codec=golden / "music2latent-tiny.pt",
        codec_hparams=golden / "music2latent-tiny.json",
        out=tmp_path_factory.mktemp("bundles") / "cd-tiny",
    )


@pytest.fixture(scope="session")
def tiny_bundle(tiny_request) -> Path:
    """The bundle of the recordings' consistency student."""
    from sideman.export.pipeline import export_bundle

    with torch.no_grad():
        export_bundle(tiny_request)
    return tiny_request.out


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
