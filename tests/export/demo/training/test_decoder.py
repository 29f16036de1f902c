from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training import decoder, examples
from sideman.export.demo.training.codec import TURNING, Autoencoder, DrawBatch, weights_of
from sideman.export.demo.training.loop import Recipe
from sideman.export.demo.world.harmony import ROOTS
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


def test_it_hears_every_root_and_mostly_stems_alone(
    tiny: CodecConfig,
    before: dict[str, torch.Tensor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int | None] = []
    heard: list[np.ndarray] = []

    def note(columns: int, _: np.random.Generator, root: int | None = None) -> np.ndarray:
        asked.append(root)
        # Each stem has a number of its own.
        return np.repeat(10.0 ** np.arange(len(STEMS))[:, None], columns, axis=1)

    def stay(
        network: Autoencoder, _: Recipe, __: Path, turning: float, draw: DrawBatch
    ) -> Autoencoder:
        assert turning == TURNING
        heard.append(draw(400, 1, torch.Generator().manual_seed(0))[:, 0].numpy())
        return network

    monkeypatch.setattr(examples, "draw_tracks", note)
    monkeypatch.setattr(decoder, "go_on", stay)
    decoder.train_decoder(tiny, before, tmp_path)
    assert set(asked) == set(ROOTS)
    # What is multiplied by 0.7 to 1 is still that number, if it is alone.
    alone = [np.isclose(heard[0], level, rtol=0.31) for level in 0.85 * 10.0 ** np.arange(4)]
    bass, *others = [float(each.mean()) for each in alone]
    assert 0.35 < bass < 0.6
    assert all(0.05 < other < 0.3 for other in others)
