from __future__ import annotations

import pytest
import torch

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training import channels as module
from sideman.export.demo.training.channels import (
    PERIOD,
    difference,
    sort_channels,
    sorting,
    turn_channels,
)
from sideman.export.demo.training.codec import Autoencoder
from sideman.export.demo.training.examples import draw_codec_batch


def energy(latent: torch.Tensor) -> torch.Tensor:
    """Of every row, [channels]; all together are 1."""
    rows = latent.double().square().mean((0, 2))
    return rows / rows.sum()


def test_what_varies_most_comes_first_and_four_times() -> None:
    """Latents of three directions in space, each with its own size."""
    generator = torch.Generator().manual_seed(0)
    directions, _ = torch.linalg.qr(torch.randn((64, 3), generator=generator))
    amounts = torch.randn((5, 3, 40), generator=generator) * torch.tensor([[1.0], [4.0], [2.0]])
    latents = torch.einsum("ck,bkt->bct", directions, amounts)
    matrix = sorting(latents)
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(64, dtype=torch.float64))
    turned = torch.einsum("ij,bjt->bit", matrix, latents.double())
    rows = energy(turned)
    assert rows[0] > rows[1] > rows[2] > 0.005
    assert rows[3:PERIOD].max() < 1e-9
    for first in range(PERIOD, 64, PERIOD):
        assert (turned[:, first : first + PERIOD] - turned[:, :PERIOD]).abs().max() < 1e-5
    # Of a direction and its opposite, one.
    together = matrix.reshape(4, PERIOD, 64).sum(0) / 2
    assert (together.gather(1, together.abs().argmax(1, keepdim=True)) > 0).all()


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


def test_rows_that_repeat_do_not_differ() -> None:
    rows = torch.randn((3, 2, PERIOD, 5), generator=torch.Generator().manual_seed(0))
    assert difference(rows.repeat(1, 1, 4, 1)) < 1e-12
    # Of four that have nothing in common, their mean has a quarter of the energy.
    assert abs(difference(torch.randn((2, 64, 4000))) - 0.75) < 0.01


def test_a_codec_s_own_latents_are_sorted(
    tiny: CodecConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PIECES", 3)
    network = Autoencoder(tiny, 0).eval()
    audio = draw_codec_batch(2, 16, torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert difference(network.encode(audio)) > 0.5
        sort_channels(network.codec, network.encode)
        latent = network.encode(audio)
    assert difference(latent) < 0.1
    rows = energy(latent)[:PERIOD]
    assert rows[0] > 2 * rows[1:].max()
