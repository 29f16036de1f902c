"""The codec's checkpoint fits the configuration that a new folder would train models with."""

from __future__ import annotations

from pathlib import Path

import torch

from sideman.export.checkpoint import read_checkpoint
from sideman.export.codec_config import CodecConfig
from sideman.export.demo import make
from sideman.export.demo.scoring.codec import score_codec

#: Beside the package's source and no part of the package: who installs sideman has the bundle.
CODEC = Path(__file__).parents[3] / "export" / "demo" / "checkpoints" / "codec.pt"


def test_the_codec_keeps_pitch() -> None:
    weights = read_checkpoint(CODEC).codec()
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    scores = score_codec(weights, CodecConfig.read(make.HERE / "codec.json"), songs=2)
    # Of 16 songs the bass kept 0.92 and the piano everything; by chance 0.29 of the beats fit.
    assert scores["bass"]["chord_fit"] > 0.75
    assert scores["piano"]["chord_fit"] > 0.75
