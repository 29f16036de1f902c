from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training import decoder
from sideman.export.demo.training.codec import Autoencoder, weights_of
from sideman.export.demo.training.loop import Recipe
from sideman.export.demo.world.song import STEMS


@pytest.fixture
def before(tiny: CodecConfig) -> dict[str, torch.Tensor]:
    """The weights of a codec whose output scale has been learnt."""
    network = Autoencoder(tiny, 3)
    with torch.no_grad():
        network.scale_out.add_(0.1 * torch.randn(network.scale_out.shape))
    return weights_of(network)


@pytest.mark.usefixtures("gradients")
def test_the_decoder_alone_learns(
    tiny: CodecConfig,
    before: dict[str, torch.Tensor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipes = [Recipe(steps=2, rate=1e-3, average=0.0, seed=seed) for seed in (1, 2)]
    monkeypatch.setattr(decoder, "RECIPES", recipes)
    after = decoder.train_decoder(tiny, before, tmp_path)
    assert after.keys() == before.keys()
    moved = {name for name, tensor in after.items() if not torch.equal(tensor, before[name])}
    assert not any(name.startswith("encoder.") for name in moved)
    assert {"decoder.conv_inp.weight", "conv_out.weight", "scale_out.4.bias"} <= moved


def test_it_begins_where_the_codec_ended(
    tiny: CodecConfig,
    before: dict[str, torch.Tensor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder, "RECIPES", (Recipe(steps=0, rate=1e-3, average=0.0),))
    after = decoder.train_decoder(tiny, before, tmp_path)
    torch.testing.assert_close(after, before)


def test_every_stem_is_drawn() -> None:
    assert len(decoder.SHARES) == len(STEMS)
    assert min(decoder.SHARES) > 0
    assert sum(decoder.SHARES) == pytest.approx(1)
