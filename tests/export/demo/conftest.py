from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from sideman.export.codec_config import CodecConfig


@pytest.fixture(scope="session")
def tiny() -> CodecConfig:
    """A codec that learns nothing, but quickly."""
    return CodecConfig(
        base_channels=4,
        layers_list=(0, 1, 1, 1, 1),
        multipliers_list=(1, 1, 1, 1, 1),
        attention_list=(0, 0, 0, 0, 1),
        layers_list_encoder=(0, 1, 1, 1, 1),
        attention_list_encoder=(0, 0, 0, 0, 1),
        bottleneck_base_channels=8,
        num_bottleneck_layers=1,
        cond_channels=8,
    )


@pytest.fixture
def gradients() -> Iterator[None]:
    """Unlike all other tests of the export, these train."""
    with torch.enable_grad():
        yield
