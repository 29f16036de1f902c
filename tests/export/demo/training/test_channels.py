from __future__ import annotations

import pytest
import torch

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training import channels as module
from sideman.export.demo.training.channels import (
    cosines,
    smooth_channels,
    smoothing,
    turn_channels,
)
from sideman.export.demo.training.codec import Autoencoder
from sideman.export.demo.training.examples import draw_codec_batch


def roughness(latent: torch.Tensor) -> float:
    """How much neighbouring channels differ: 1 where they have nothing in common, 0 to 2."""
    return float(latent.diff(dim=1).square().mean() / latent.square().mean() / 2)


def test_cosines_are_orthonormal_and_turn_ever_faster() -> None:
    basis = cosines(16)
    torch.testing.assert_close(basis.T @ basis, torch.eye(16, dtype=torch.float64))
    turns = (basis.sign().diff(dim=0) != 0).sum(0)
    assert turns.tolist() == list(range(16))


def test_what_varies_most_becomes_smoothest() -> None:
    """Latents of three directions in space, each with its own size."""
    generator = torch.Generator().manual_seed(0)
    directions, _ = torch.linalg.qr(torch.randn((64, 3), generator=generator))
    amounts = torch.randn((5, 3, 40), generator=generator) * torch.tensor([[4.0], [2.0], [1.0]])
    latents = torch.einsum("ck,bkt->bct", directions, amounts)
    matrix = smoothing(latents)
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(64, dtype=torch.float64))
    turned = torch.einsum("ij,bjt->bit", matrix, latents.double())
    shares = torch.einsum("ik,bit->bkt", cosines(64), turned).square().mean((0, 2))
    assert shares[0] > shares[1] > shares[2] > 0.5
    assert shares[3:].max() < 1e-9
    assert roughness(latents) > 0.5
    assert roughness(turned) < 0.01
    # Of a direction and its opposite, one.
    sums = (cosines(64).T @ matrix).sum(1)
    assert (sums[:3] > 0).all()
    assert (sums > -1e-9).all()


def test_a_turned_codec_sounds_as_before(tiny: CodecConfig) -> None:
    network = Autoencoder(tiny, 0).eval()
    generator = torch.Generator().manual_seed(0)
    audio = draw_codec_batch(2, 8, generator)
    matrix, _ = torch.linalg.qr(torch.randn((64, 64), generator=generator).double())
    noise = torch.randn((2, 2, 1024, 64), generator=generator)
    bias = network.codec.encoder.conv_out.bias
    assert bias is not None
    with torch.no_grad():
        bias.normal_(0, 0.03, generator=generator)
        latent = network.encode(audio)
        sound = network.decode(latent, noise)
        turn_channels(network.codec, matrix)
        turned = network.encode(audio)
        found, another = (network.decode(each, noise) for each in (turned, latent))
    wanted = torch.einsum("ij,bjt->bit", matrix.float(), latent)
    # No more than the tanh between them is off a straight line.
    assert (turned - wanted).norm() < 0.01 * wanted.norm()
    assert (turned - latent).norm() > latent.norm()
    assert (found - sound).norm() < 0.01 * sound.norm()
    assert (another - sound).norm() > 0.05 * sound.norm()


def test_a_codec_s_own_latents_are_made_smooth(
    tiny: CodecConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PIECES", 3)
    network = Autoencoder(tiny, 0).eval()
    audio = draw_codec_batch(2, 16, torch.Generator().manual_seed(3))
    with torch.no_grad():
        before = roughness(network.encode(audio))
        smooth_channels(network.codec, network.encode)
        after = roughness(network.encode(audio))
    assert after < 0.1 * before
