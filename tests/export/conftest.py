"""Tiny models, loaded and exported once a session: those of the recordings, and made ones.

What can be tested without recordings uses the made ones, so that it runs in every checkout.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from tests.models.places import CODEC, CONFIG


@pytest.fixture(scope="session")
def configs() -> dict[str, dict]:
    """A configuration of each kind: "cd" is the small one, "ldm" made from it."""
    cd = yaml.safe_load(CONFIG.read_text())
    ldm = {name: dict(section) for name, section in cd.items() if name != "diffusion"}
    ldm["model"] |= {"diffusion_sigma_data": 1.0, "diffusion_dynamic_threshold": -1.0}
    ldm["audio_samples_logger"]["sampling_steps"] = 5
    ldm["diffusion_schedule"] = {"sigma_min": 1e-4, "sigma_max": 50.0, "rho": 9.0}
    ldm["diffusion_schedule"]["_target_"] = "audio_diffusion_pytorch_.KarrasSchedule"
    ldm["diffusion_sampler"] = {"rho": 1, "num_resamples": 2}
    ldm["diffusion_sampler"]["_target_"] = "audio_diffusion_pytorch_.ADPM2Sampler"
    return {"cd": cd, "ldm": ldm}


@pytest.fixture(scope="session")
def files(configs: dict[str, dict], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the layouts of the recordings, under the recordings' names."""
    from sideman.export.codec_config import CodecConfig
    from sideman.export.config import read_config
    from sideman.export.networks.codec import Codec
    from sideman.export.networks.unet import UNet
    from sideman.export.random_weights import random_weights
    from sideman.export.weights import expected_shapes

    folder = tmp_path_factory.mktemp("files")
    for name, config in configs.items():
        (folder / f"{name}-tiny.yaml").write_text(yaml.safe_dump(config))
    hparams = CODEC.read_text()
    (folder / "music2latent-tiny.json").write_text(hparams)
    codec = CodecConfig.read(CODEC)
    tensors = random_weights(expected_shapes(lambda: Codec(codec)), 0)
    torch.save({"gen_state_dict": tensors}, folder / "music2latent-tiny.pt")
    unet = read_config(CONFIG).unet
    shapes = expected_shapes(lambda: UNet(unet))
    state = {
        f"{owner}.model.unet.{name}": tensor
        for seed, owner in enumerate(("net", "target_model", "teacher_model"))
        for name, tensor in random_weights(shapes, seed).items()
    }
    torch.save({"state_dict": state}, folder / "cd-tiny.ckpt")
    state = {
        f"{owner}.{name}": tensor
        for owner in ("model.unet", "model.diffusion.net")
        for name, tensor in random_weights(shapes, 3).items()
    }
    torch.save({"state_dict": state}, folder / "ldm-tiny.ckpt")
    return folder


@pytest.fixture(scope="session")
def models(files: Path) -> Path:
    """The recordings' models where they are, else the made ones under the same names."""
    recorded = Path(__file__).parents[3] / "shared" / "golden"
    return recorded if recorded.is_dir() else files


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


@pytest.fixture(scope="session")
def tiny_request(models: Path, tmp_path_factory: pytest.TempPathFactory):
    from sideman.export.pipeline import Request

    return Request(
        config=models / "cd-tiny.yaml",
        checkpoint=models / "cd-tiny.ckpt",
        codec=models / "music2latent-tiny.pt",
        codec_hparams=models / "music2latent-tiny.json",
        out=tmp_path_factory.mktemp("bundles") / "cd-tiny",
    )


@pytest.fixture(scope="session")
def tiny_bundle(tiny_request) -> Path:
    """The bundle of the small consistency student."""
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
