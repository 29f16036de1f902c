from __future__ import annotations

import pytest

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
