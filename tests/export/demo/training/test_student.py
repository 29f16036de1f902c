from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from sideman.export.demo.training import student as module
from sideman.export.demo.training.diffusion import initialise
from sideman.export.demo.training.latents import Latents
from sideman.export.demo.training.loop import Recipe
from sideman.export.demo.training.student import (
    Find,
    distil,
    heun,
    inconsistency,
    levels,
    pseudo_huber,
)
from sideman.export.networks.unet import UNet
from tests.export.demo.training.test_diffusion import SIZES

CONFIG = type("Config", (), {"unet": SIZES, "sigma_min": 1e-4, "sampler": None})


class Gaussian(torch.nn.Module):
    """The perfect denoiser of unit noise, behind EDM's preconditioning: F = 0."""

    def forward(self, inputs: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(inputs[:, :1])


def test_levels_rise_to_the_highest() -> None:
    found = levels(80.0)
    assert found[-1] == pytest.approx(80.0, rel=1e-5)
    assert (found.diff() > 0).all()


def test_the_teacher_steps_along_the_flow() -> None:
    """For unit noise the flow is known: x goes as sqrt(sigma² + 1)."""
    schedule = levels(80.0)
    x = (schedule[1:].square() + 1).sqrt()[:, None, None]
    found = heun(Gaussian(), x, schedule[1:], schedule[:-1], torch.zeros(len(x), 4), x)
    wanted = (schedule[:-1].square() + 1).sqrt()
    torch.testing.assert_close(found.flatten(), wanted, rtol=0.05, atol=0)


def test_distances_forgive() -> None:
    zero = torch.zeros(2, 4, 4)
    assert pseudo_huber(zero) == 0
    far, twice = pseudo_huber(zero + 10), pseudo_huber(zero + 20)
    assert twice / far == pytest.approx(2, rel=0.01)


def test_the_known_consistency_function_is_consistent_and_the_denoiser_is_not() -> None:
    """For unit noise it is x / sqrt(sigma² + 1), and the denoiser x / (sigma² + 1)."""
    schedule = levels(80.0)
    label = torch.zeros(len(schedule) - 1, 4)
    x = torch.randn((len(label), 8, 8), generator=torch.Generator().manual_seed(0))
    x = x * (schedule[1:].square() + 1).sqrt()[:, None, None]

    def gap(power: float) -> torch.Tensor:
        def find(x: torch.Tensor, sigma: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
            return x / (sigma.square() + 1)[:, None, None] ** power

        found = inconsistency(find, Gaussian(), x, schedule[1:], schedule[:-1], label, x)
        return found.square().mean((1, 2)).sqrt()

    assert gap(0.5).max() < 0.05
    assert gap(1.0).max() > 0.2


@pytest.fixture
def teacher() -> UNet:
    teacher = UNet(SIZES)
    initialise(teacher, 5)
    return teacher


@pytest.fixture
def distilled(
    teacher: UNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], UNet]:
    """Gives the teacher's student after a number of steps, on latents that are unit noise."""
    config = CONFIG()
    config.sampler = type("Sampler", (), {"sigma_max": 80.0})()
    drawn = torch.randn((20, 4, 16, 16), generator=torch.Generator().manual_seed(0))
    latents = Latents(drawn, drawn, (~torch.eye(4, dtype=torch.bool)).expand(20, 4, 4))

    def run(steps: int) -> UNet:
        monkeypatch.setattr(module, "RECIPE", Recipe(steps=steps, rate=1e-3, average=0.0))
        return distil(config, teacher, latents, tmp_path / f"{steps}")

    return run


def test_the_student_learns_from_the_level_below(
    distilled: Callable[[int], UNet], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[torch.Tensor, ...]] = []

    def spy(find: Find, teacher: nn.Module, *tensors: torch.Tensor) -> torch.Tensor:
        calls.append(tensors)
        return inconsistency(find, teacher, *tensors)

    monkeypatch.setattr(module, "inconsistency", spy)
    distilled(2)
    assert len(calls) == 2
    schedule = levels(80.0)
    for noisy, high, low, label, _ in calls:
        index = torch.searchsorted(schedule, high)
        torch.testing.assert_close(schedule[index], high)
        torch.testing.assert_close(schedule[index - 1], low)
        found = noisy.square().mean((1, 2)).sqrt()
        torch.testing.assert_close(found, (high.square() + 1).sqrt(), rtol=0.25, atol=0)
        assert (label.sum(1) == 1).all()


def test_the_student_begins_as_its_teacher_which_stays(
    distilled: Callable[[int], UNet], teacher: UNet
) -> None:
    before = {name: tensor.clone() for name, tensor in teacher.state_dict().items()}
    for steps in (0, 2):
        student = distilled(steps)
        moved = [not torch.equal(before[n], t) for n, t in student.state_dict().items()]
        assert any(moved) == bool(steps)
    assert all(torch.equal(before[name], t) for name, t in teacher.state_dict().items())
