"""The diffusion model: EDM's training (Karras et al. 2022) on latents of the demonstration."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor, nn

from sideman.export.config import ModelConfig
from sideman.export.demo.training.latents import COLUMNS, Latents
from sideman.export.demo.training.loop import Recipe, narrowed, train
from sideman.export.networks.unet import Conv, UNet

RECIPE = Recipe(steps=3800, rate=1e-3, average=0.998, seed=2)
#: Windows of a batch.
ROWS = 16
#: ln(sigma) of training is normal with this mean and spread. The mean is higher than EDM's −1.2:
#: what a stem plays at all is decided at high levels, and the codec forgives what is left at low.
_MEAN, _SPREAD = 0.5, 1.6


def describe_loss() -> dict[str, object]:
    """Every number of the loss, to tell one recipe from another."""
    return {
        "rows": ROWS,
        "mean": _MEAN,
        "spread": _SPREAD,
        "columns": column_weights(COLUMNS).tolist(),
    }


def initialise(unet: UNet, seed: int) -> None:
    """EDM's first weights: spread by fan-in, and zero where a block or the network ends."""
    torch.manual_seed(seed)
    for name, module in unet.named_modules():
        if isinstance(module, Conv):
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5))
            if name.endswith(("conv1", "proj", "aux_conv")):
                module.weight.data.mul_(1e-2)


def denoise(
    unet: nn.Module,
    x: Tensor,
    sigma: Tensor,
    label: Tensor,
    mixture: Tensor,
    sigma_min: float = 0.0,
) -> Tensor:
    """D(x; sigma) with EDM's preconditioning or a consistency model's, sigma_data = 1.

    Args:
        unet: the network.
        x: [B, channels, columns].
        sigma: [B].
        label: [B, stems].
        mixture: [B, channels, columns].
        sigma_min: level at which a consistency model returns its input (Song et al. 2023); 0 is
            EDM's preconditioning.
    """
    level = sigma[:, None, None]
    over = level - sigma_min
    root = (level.square() + 1).sqrt()
    inputs = torch.stack([x / root, mixture], dim=1)
    with narrowed(x.device.type):
        output = unet(inputs, sigma.log() / 4, label).squeeze(1)
    denoised: Tensor = x / (over.square() + 1) + over / root * output.float()
    return denoised


def column_weights(columns: int) -> Tensor:
    """How much each column counts, [columns], one on average.

    A cycle takes the newest columns only, the others are kept from earlier ones: half of the
    window at the most, a quarter in the usual step.
    """
    weights = torch.ones(columns)
    weights[columns // 2 :] *= 2
    weights[columns * 3 // 4 :] *= 2
    return weights / weights.mean()


def draw_pairs(
    latents: Latents, rows: int, generator: torch.Generator, device: str = "cpu"
) -> tuple[Tensor, Tensor, Tensor]:
    """Random mixtures of random windows, each with a stem that is not in it, on a device.

    Returns:
        Latent [B, channels, columns], one-hot label [B, stems], mixture [B, channels, columns].
    """
    mixtures, stems = latents.heard.shape[1:]
    window = torch.randint(len(latents), (rows,), generator=generator)
    mixture = torch.randint(mixtures, (rows,), generator=generator)
    missing = ~latents.heard[window, mixture]
    stem = torch.multinomial(missing.float(), 1, generator=generator).squeeze(1)
    label = nn.functional.one_hot(stem, stems).float()
    clean = latents.stems[window, stem]
    return clean.to(device), label.to(device), latents.mixtures[window, mixture].to(device)


def train_diffusion(model: ModelConfig, latents: Latents, state: Path, device: str = "cpu") -> UNet:
    """Train the diffusion model, or go on with it.

    Args:
        model: its configuration.
        latents: what it learns from.
        state: file that the training is kept in.
        device: where to train, as PyTorch calls it.

    Returns:
        The network with averaged weights.
    """
    unet = UNet(model.unet)
    initialise(unet, RECIPE.seed)
    unet.to(device)

    def loss(_: int, generator: torch.Generator) -> Tensor:
        clean, label, mixture = draw_pairs(latents, ROWS, generator, device)
        sigma = (torch.randn(ROWS, generator=generator) * _SPREAD + _MEAN).exp().to(device)
        noise = torch.randn(clean.shape, generator=generator).to(device)
        noisy = clean + sigma[:, None, None] * noise
        error = denoise(unet, noisy, sigma, label, mixture) - clean
        weight = (sigma.square() + 1) / sigma.square()
        columns = column_weights(clean.shape[2]).to(device)
        return (weight * (columns * error.square()).mean((1, 2))).mean()

    averaged = train(unet, loss, RECIPE, state)
    assert isinstance(averaged, UNet)
    return averaged.to("cpu")
