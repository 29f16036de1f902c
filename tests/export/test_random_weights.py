"""Untrained weights: a realistic spread everywhere, the same for the same seed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from sideman.export import stages
from sideman.export.config import read_config
from sideman.export.networks.codec import Codec
from sideman.export.networks.unet import UNet
from sideman.export.random_weights import random_weights
from sideman.export.weights import expected_shapes, load


@pytest.fixture(scope="module")
def model(models: Path):
    return read_config(models / "cd-tiny.yaml")


@pytest.fixture(scope="module")
def shapes(model, codec_config) -> dict[str, dict[str, tuple[int, ...]]]:
    return {
        "unet": expected_shapes(lambda: UNet(model.unet)),
        "codec": expected_shapes(lambda: Codec(codec_config)),
    }


@pytest.mark.parametrize("network", ["unet", "codec"])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_layer_is_near_zero(shapes, network: str, seed: int) -> None:
    for name, tensor in random_weights(shapes[network], seed).items():
        if name.endswith("resample_filter"):
            assert (tensor == 0.25).all()
            continue
        assert tensor.isfinite().all(), name
        fan_in = math.prod(tensor.shape[1:]) if tensor.ndim > 1 else 1
        root_mean_square = tensor.square().mean().sqrt() * math.sqrt(fan_in)
        assert 0.003 < root_mean_square < 40, name
        if tensor.numel() > 1:
            assert tensor.std() > 1e-4, name


def test_deterministic_and_independent(shapes) -> None:
    first = random_weights(shapes["unet"], 7)
    again = random_weights(dict(reversed(shapes["unet"].items())), 7)
    other = random_weights(shapes["unet"], 8)
    assert all(torch.equal(first[name], again[name]) for name in first)
    name = "enc.64x64_conv.weight"
    assert not torch.equal(first[name], other[name])
    assert not torch.equal(
        first["enc.64x64_block0.conv0.weight"], first["enc.64x64_block0.conv1.weight"]
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_activations_are_of_order_one(model, codec_config, shapes, seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    codec = load(
        lambda: Codec(codec_config), random_weights(shapes["codec"], seed), "random weights"
    )
    unet = load(lambda: UNet(model.unet), random_weights(shapes["unet"], seed), "random weights")
    mixture = stages.encode_stage(codec)(
        torch.randn(1, 263_680, generator=draw) * 0.1, torch.ones(1, 64)
    )
    assert 0.2 < mixture.std() < 5
    step = stages.step_stage(unet, model)
    zeros = torch.zeros(1, 64, 64)
    for sigma in (80.0, 1.6):
        x = torch.randn(1, 64, 64, generator=draw) * sigma
        coefficients = torch.tensor([sigma, 0, 0, 0, 0, 1, 0])
        _, denoised, _ = step(
            x, *[zeros] * 4, torch.zeros(1, 64), mixture, torch.eye(4)[:1], coefficients
        )
        assert 0.1 < denoised.std() < 5
    noise = torch.randn(1, 2, 1024, 4, 8, generator=draw)
    _, audio = stages.decode_stage(codec)(
        mixture, mixture, torch.zeros(1, 64), noise, torch.ones(4 * 4096 + 1536)
    )
    assert 1e-3 < audio.std() < 1
