"""The student: consistency distillation of the diffusion model (Song et al. 2023)."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from sideman.export.config import ModelConfig
from sideman.export.demo.training.diffusion import (
    ROWS,
    SHARES,
    column_weights,
    denoise,
    draw_pairs,
)
from sideman.export.demo.training.latents import COLUMNS, Latents
from sideman.export.demo.training.loop import Recipe, train
from sideman.export.networks.unet import UNet
from sideman.runtime.playing.samplers import karras_sigmas

RECIPE = Recipe(steps=250, rate=1e-4, average=0.98, seed=3)
#: Levels between which the teacher takes one step of Heun, and EDM's exponent between them.
_LEVELS, _RHO = 12, 7.0
#: Lowest of the levels. Below it the teacher has hardly learnt to recognise noise, and a student's
#: error at one level spreads to all levels above. With 18 levels from 0.002 up and six times the
#: rate, 800 steps left 14 times the teacher's squared error at a level of 80.
_LOWEST = 0.1
#: Where the distance of Song and Dhariwal (2023) turns from squared to absolute, divided by the
#: square root of the number of dimensions.
_HUBER = 0.00054

#: From x, sigma, label and mixture to x without noise.
Find = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def describe_loss() -> dict[str, object]:
    """Every number of the loss, to tell one recipe from another."""
    return {
        "batch": ROWS,
        "shares": SHARES,
        "levels": (_LEVELS, _LOWEST, _RHO),
        "huber": _HUBER,
        "columns": column_weights(COLUMNS).tolist(),
    }


def levels(sigma_max: float) -> Tensor:
    """Karras et al.'s schedule, ascending, [12]."""
    return torch.tensor(karras_sigmas(_LEVELS, _LOWEST, sigma_max, _RHO)[-2::-1])


def heun(
    teacher: nn.Module, x: Tensor, high: Tensor, low: Tensor, label: Tensor, mixture: Tensor
) -> Tensor:
    """One step of the teacher along the probability flow.

    Args:
        teacher: a diffusion model.
        x: [B, channels, columns], noisy at `high`.
        high: [B], level to come from.
        low: [B], level to go to; not zero.
        label: [B, stems].
        mixture: [B, channels, columns].

    Returns:
        [B, channels, columns], noisy at `low`.
    """
    above, below = high[:, None, None], low[:, None, None]
    slope = (x - denoise(teacher, x, high, label, mixture)) / above
    there = x + (below - above) * slope
    second = (there - denoise(teacher, there, low, label, mixture)) / below
    return x + (below - above) * 0.5 * (slope + second)


def inconsistency(
    find: Find,
    teacher: nn.Module,
    noisy: Tensor,
    high: Tensor,
    low: Tensor,
    label: Tensor,
    mixture: Tensor,
) -> Tensor:
    """The result at one level minus the result at the level below, after a step of the teacher.

    No gradient flows through the result at the lower level.

    Args:
        find: the consistency function.
        teacher: a diffusion model.
        noisy: [B, channels, columns], at `high`.
        high: [B], levels.
        low: [B], levels below.
        label: [B, stems].
        mixture: [B, channels, columns].

    Returns:
        [B, channels, columns].
    """
    with torch.no_grad():
        lower = heun(teacher, noisy, high, low, label, mixture)
        wanted = find(lower, low, label, mixture)
    return find(noisy, high, label, mixture) - wanted


def distil(
    model: ModelConfig, teacher: UNet, latents: Latents, state: Path, device: str = "cpu"
) -> UNet:
    """Distil the student, or go on with it.

    Its result at one level has to equal its result at the level below, after a step of the teacher.
    It begins as a copy of the teacher.

    Args:
        model: the student's configuration; its network has the teacher's sizes.
        teacher: the diffusion model.
        latents: what both learn from.
        state: file that the training is kept in.
        device: where to train, as PyTorch calls it.

    Returns:
        The network with averaged weights.

    Raises:
        ExportError: a gradient is not finite.
    """
    teacher = teacher.eval().requires_grad_(False).to(device)
    student = UNet(model.unet).to(device)
    student.load_state_dict(teacher.state_dict())
    schedule = levels(model.sampler.sigma_max).to(device)

    def find(x: Tensor, sigma: Tensor, label: Tensor, mixture: Tensor) -> Tensor:
        return denoise(student, x, sigma, label, mixture, model.sigma_min)

    def loss(_: int, generator: torch.Generator) -> Tensor:
        clean, label, mixture = draw_pairs(latents, ROWS, generator, device)
        index = torch.randint(_LEVELS - 1, (ROWS,), generator=generator).to(device)
        high, low = schedule[index + 1], schedule[index]
        noise = torch.randn(clean.shape, generator=generator).to(device)
        noisy = clean + high[:, None, None] * noise
        return pseudo_huber(inconsistency(find, teacher, noisy, high, low, label, mixture))

    averaged = train(student, loss, RECIPE, state)
    assert isinstance(averaged, UNet)
    return averaged.to("cpu")


def pseudo_huber(difference: Tensor) -> Tensor:
    """Distance robust to outliers (Song and Dhariwal 2023), with their c, 0.00054·sqrt(dimensions).

    Columns are weighted as in the teacher's training.

    Args:
        difference: [B, channels, columns].
    """
    dimensions = difference[0].numel()
    c = _HUBER * math.sqrt(dimensions)
    weights = column_weights(difference.shape[2]).to(difference.device)
    squared = (weights * difference.square()).sum((1, 2))
    distance: Tensor = ((squared + c * c).sqrt() - c).mean() / math.sqrt(dimensions)
    return distance
