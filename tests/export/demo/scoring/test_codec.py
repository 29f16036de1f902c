from __future__ import annotations

import pytest
import torch

from sideman.engine.errors import ExportError
from sideman.export.codec_config import CodecConfig
from sideman.export.demo.scoring.codec import score_codec
from sideman.export.demo.world.song import STEMS
from sideman.export.networks.codec import Codec
from sideman.export.random_weights import random_weights

TINY = CodecConfig(
    base_channels=4,
    layers_list=(0, 1, 1, 1, 1),
    multipliers_list=(1, 1, 1, 1, 1),
    layers_list_encoder=(0, 1, 1, 1, 1),
    attention_list=(0, 0, 0, 0, 0),
    attention_list_encoder=(0, 0, 0, 0, 0),
    bottleneck_base_channels=8,
    num_bottleneck_layers=1,
    cond_channels=8,
)


def test_an_untrained_codec_is_told_to_be_one() -> None:
    shapes = {name: tuple(t.shape) for name, t in Codec(TINY).state_dict().items()}
    scores = score_codec(random_weights(shapes, 0), TINY, songs=1)
    assert set(scores) == set(STEMS)
    assert {stem for stem in STEMS if "chord_fit" in scores[stem]} == {"bass", "piano"}
    for figures in scores.values():
        assert figures["si_sdr"] < -10
        assert figures["log_spectral_distance"] > 10
    assert scores == score_codec(random_weights(shapes, 0), TINY, songs=1)


def test_weights_of_other_sizes_are_refused() -> None:
    with pytest.raises(ExportError, match="misshapen"):
        score_codec({"conv_inp.weight": torch.zeros(1)}, TINY, songs=1)
