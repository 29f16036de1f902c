"""The networks of the published configurations have exactly the published tensors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sideman.export import weights
from sideman.export.codec_config import CodecConfig
from sideman.export.config import read_config
from sideman.export.networks.codec import Codec
from sideman.export.networks.unet import UNet


@pytest.fixture(scope="module")
def tensor_shapes(published: Path) -> dict[str, dict[str, tuple[int, ...]]]:
    data = json.loads((published / "tensor-shapes.json").read_text())
    return {part: {n: tuple(s) for n, s in shapes.items()} for part, shapes in data.items()}


@pytest.mark.parametrize("name", ["ldm", "cd"])
def test_unet(published: Path, tensor_shapes, name: str) -> None:
    config = read_config(published / f"{name}.yaml").unet
    shapes = weights.expected_shapes(lambda: UNet(config))
    assert shapes == tensor_shapes["unet"]


def test_codec(tensor_shapes) -> None:
    assert weights.expected_shapes(lambda: Codec(CodecConfig())) == tensor_shapes["codec"]
