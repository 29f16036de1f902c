from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import ExportError
from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training import codec as module
from sideman.export.demo.training.codec import (
    Autoencoder,
    autoencoder_of,
    spectral_distance,
    train_codec,
    turning_distance,
    weights_of,
)
from sideman.export.demo.training.examples import draw_codec_batch
from sideman.export.demo.training.loop import Recipe
from sideman.export.networks.codec import Codec, OneStepDecoder


def audio() -> torch.Tensor:
    return draw_codec_batch(2, 8, torch.Generator().manual_seed(1))


def test_the_shipped_sizes_are_a_codec() -> None:
    config = CodecConfig.read(Path(module.__file__).resolve().parents[1] / "codec.json")
    assert sum(p.numel() for p in Codec(config).parameters()) < 5_000_000


def test_distances_are_zero_for_the_same_and_one_for_silence() -> None:
    sound = audio()
    assert spectral_distance(sound, sound, 512) == 0
    squared_and_absolute = spectral_distance(torch.zeros_like(sound), sound, 2048)
    assert 0.9 < squared_and_absolute < 1.3
    # Another phase is no distance, which is what lets a network begin.
    shifted = spectral_distance(-sound, sound, 2048)
    assert shifted == pytest.approx(0, abs=1e-6)


def test_turning_is_a_matter_of_frequency_and_not_of_phase() -> None:
    """Sines in three bins: turned as a whole they are the same, at other pitches they are not."""
    frames = torch.arange(16.0)

    def sines(frequencies: list[float], phase: float) -> torch.Tensor:
        turn = torch.tensor(frequencies)[:, None] * frames + phase
        return torch.stack([turn.cos(), turn.sin()])[None]

    wanted = sines([0.5, 1.5, 2.5], 0.0)
    assert turning_distance(sines([0.5, 1.5, 2.5], 1.0), wanted) < 1e-3
    assert turning_distance(sines([0.8, 1.8, 2.8], 0.0), wanted) > 0.3
    assert turning_distance(torch.zeros_like(wanted), wanted) == pytest.approx(1, abs=0.01)


def test_an_untrained_one_has_latents_of_the_right_size(tiny: CodecConfig) -> None:
    network = Autoencoder(tiny, 0).eval()
    with torch.no_grad():
        latent = network.encode(audio())
    assert latent.shape == (2, 64, 8)
    assert 0.3 < latent.std() < 3


def test_what_is_saved_decodes_as_what_was_trained(
    tiny: CodecConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is folded while it trains has to be where the export looks for it."""

    def turn(codec: Codec, encode: Callable[[torch.Tensor], torch.Tensor]) -> None:
        assert encode(audio()).shape == (2, 64, 8)
        assert not codec.training
        with torch.no_grad():
            for parameter in codec.encoder.conv_out.parameters():
                parameter.neg_()

    monkeypatch.setattr(module, "sort_channels", turn)
    recipes = [Recipe(steps=2, rate=1e-2, average=0.0, seed=seed) for seed in (1, 2)]
    monkeypatch.setattr(module, "RECIPES", recipes)
    weights = train_codec(tiny, tmp_path)
    trained = Autoencoder(tiny, 1)
    trained.load_state_dict(torch.load(tmp_path / "codec-1.state", weights_only=True)["averaged"])
    assert (trained.scale_out != 1).any()
    fresh = Codec(tiny)
    fresh.load_state_dict(weights)
    decoder = OneStepDecoder(fresh).eval()
    generator = torch.Generator().manual_seed(0)
    latent = 0.06 * torch.randn((1, 64, 4), generator=generator)
    noise = torch.randn((1, 2, 1024, 32), generator=generator)
    with torch.no_grad():
        torch.testing.assert_close(decoder(latent, noise), trained.eval().decoder(latent, noise))
        torch.testing.assert_close(
            fresh.encoder(noise), -trained.codec.encoder(noise), rtol=0, atol=0
        )


def test_a_step_moves_everything_that_is_exported(tiny: CodecConfig) -> None:
    network = Autoencoder(tiny, 0)
    torch.autograd.backward(network.loss(audio(), torch.Generator().manual_seed(0)))
    without = {
        name.split(".")[0]
        for name, parameter in network.codec.named_parameters()
        if parameter.grad is None and "proj_emb" not in name
    }
    # The noise level's embedding is a constant, of which one part is learnt by itself.
    assert without == {"emb_proj", "scale_inp", "scale_out"}
    assert network.scale_out.grad is not None


def test_sound_has_the_length_that_was_encoded(tiny: CodecConfig) -> None:
    network = Autoencoder(tiny, 0).eval()
    with torch.no_grad():
        sound = network.decode(torch.zeros(1, 64, 4), torch.randn(1, 2, 1024, 32))
    assert sound.shape == (1, LatentGrid.decoded_samples(4))
    assert set(weights_of(network)) == set(Codec(tiny).state_dict())


def test_what_was_saved_goes_on_as_it_was(tiny: CodecConfig) -> None:
    trained = Autoencoder(tiny, 2)
    with torch.no_grad():
        trained.scale_out.mul_(1.5)
    state = torch.random.get_rng_state()
    again = autoencoder_of(tiny, weights_of(trained))
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.testing.assert_close(again.state_dict(), trained.state_dict())
    assert all(parameter.requires_grad for parameter in again.parameters())


def test_a_codec_of_other_sizes_is_refused(tiny: CodecConfig) -> None:
    weights = weights_of(Autoencoder(tiny, 2))
    del weights["conv_out.weight"]
    with pytest.raises(ExportError, match=r"missing: conv_out\.weight"):
        autoencoder_of(tiny, weights)
