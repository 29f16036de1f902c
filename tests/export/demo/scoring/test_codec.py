from __future__ import annotations

import pytest
import torch

from sideman.engine.errors import ExportError
from sideman.export.codec_config import CodecConfig
from sideman.export.demo.scoring.codec import score_codec
from sideman.export.demo.world.song import STEMS
from sideman.export.networks.codec import Codec
from sideman.export.random_weights import random_weights
from sideman.export.weights import expected_shapes


def test_an_untrained_codec_is_told_to_be_one(tiny: CodecConfig) -> None:
    shapes = expected_shapes(lambda: Codec(tiny))
    scores = score_codec(random_weights(shapes, 0), tiny, songs=1)
    assert set(scores) == set(STEMS)
    assert {stem for stem in STEMS if "chord_fit" in scores[stem]} == {"bass", "piano"}
    for figures in scores.values():
        assert figures["si_sdr"] < -10
        assert figures["log_spectral_distance"] > 10
    assert scores == score_codec(random_weights(shapes, 0), tiny, songs=1)


def test_weights_of_other_sizes_are_refused(tiny: CodecConfig) -> None:
    with pytest.raises(ExportError, match="misshapen"):
        score_codec({"conv_inp.weight": torch.zeros(1)}, tiny, songs=1)
