"""What every training has in common: optimiser, averaged weights, and a file to go on from."""

from __future__ import annotations

import copy
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sideman.engine.errors import ExportError
from sideman.engine.files import file_in_place_of
from sideman.export.demo.training.muon import Muon, is_filter

#: Steps between two saved states, and between two lines of progress.
SAVE_EVERY, TELL_EVERY = 200, 50
#: Steps over which the learning rate rises, and the share of it that is left at the end.
_WARM_UP, _LEFT = 100, 0.01
#: AdamW's decays of the gradient's mean and square, and the longest gradient.
_BETAS, _CLIP = (0.9, 0.99), 1.0


def describe_training() -> dict[str, object]:
    """Every number that all trainings have in common, to tell one recipe from another."""
    return {"rate": (_WARM_UP, _LEFT), "betas": _BETAS, "clip": _CLIP}


@dataclass(frozen=True)
class Recipe:
    """How long and how fast.

    Attributes:
        steps: of the optimiser.
        rate: highest learning rate, of every optimiser; it falls along a cosine to a hundredth.
        average: decay of the exponential moving average of the weights (Karras et al. 2022).
        seed: of everything random; a step's own seed follows from it and the step's number, so
            that a training that was interrupted sees the same data as one that was not.
        falls: steps over which the rate falls, if not `steps`: a training that another one
            continues may end before its rate has fallen. Not fewer than `steps`.
        muon: whether convolutions from several channels to several learn by Muon instead of AdamW.
    """

    steps: int
    rate: float
    average: float
    seed: int = 0
    falls: int | None = None
    muon: bool = False

    def __post_init__(self) -> None:
        if self.falls is not None and self.falls < self.steps:
            raise ValueError(f"the rate falls over {self.falls} of {self.steps} steps")


#: Computes the loss of one step: given the step's number, and a generator seeded for it.
Loss = Callable[[int, torch.Generator], Tensor]


def train(
    network: nn.Module,
    loss: Loss,
    recipe: Recipe,
    state: Path,
    groups: Sequence[dict[str, Any]] | None = None,
) -> nn.Module:
    """Train a network, or resume its training from `state`.

    Args:
        network: whose parameters are trained, in place and where they lie.
        loss: of one step; calls `network`.
        recipe: how long and how fast.
        state: file that everything needed to go on is kept in; written atomically.
        groups: PyTorch's parameter groups; the entry "scale" multiplies a group's rate.

    Returns:
        The network with averaged weights.

    Raises:
        ExportError: the gradient is not finite: one such step spoils all weights for good.
    """
    optimisers = _optimisers(groups or [{"params": list(network.parameters())}], recipe)
    averaged = copy.deepcopy(network).requires_grad_(False)
    first = 0
    if state.is_file():
        kept = torch.load(state, weights_only=True, map_location="cpu")
        network.load_state_dict(kept["network"])
        averaged.load_state_dict(kept["averaged"])
        for optimiser, remembered in zip(optimisers, kept["optimisers"], strict=True):
            optimiser.load_state_dict(remembered)
        first = kept["step"]
    begin, told = time.monotonic(), 0.0
    for step in range(first, recipe.steps):
        factor = _rate(step, recipe.falls or recipe.steps)
        for group in (group for each in optimisers for group in each.param_groups):
            group["lr"] = recipe.rate * factor * group.get("scale", 1.0)
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        value = loss(step, generator)
        network.zero_grad(set_to_none=True)
        torch.autograd.backward(value)
        norm = nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
        if not math.isfinite(float(norm)):
            raise ExportError(
                f"Step {step + 1} of {state.name} has a loss of {float(value.detach()):.4g} and no "
                "finite gradient; the weights of the last saved step are kept.",
                "A lower rate in the stage's recipe is the usual way out.",
            )
        for optimiser in optimisers:
            optimiser.step()
        _average(averaged, network, min(recipe.average, (step + 1) / (step + 10)))
        told += float(value.detach())
        if (step + 1) % TELL_EVERY == 0:
            pace = (time.monotonic() - begin) / (step + 1 - first)
            left = pace * (recipe.steps - step - 1) / 60
            sys.stdout.write(
                f"step {step + 1}/{recipe.steps}  loss {told / TELL_EVERY:.4f}  "
                f"{pace:.2f} s/step  {left:.0f} min left\n"
            )
            sys.stdout.flush()
            told = 0.0
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == recipe.steps:
            _save(state, step + 1, network, averaged, optimisers)
    return averaged


def narrowed(device: str, enabled: bool = True) -> torch.autocast:
    """Compute in bfloat16 within this context, where the device has arithmetic for it.

    A processor that lacks it emulates: on one with AVX2 alone, seven steps of the codec's training
    took 12 s in float32 and did not end within five minutes in bfloat16.

    Args:
        device: its kind, as PyTorch calls it: "cpu" or "cuda".
        enabled: whether it is wanted at all.
    """
    return torch.autocast(device, torch.bfloat16, enabled=enabled and _has_bfloat16(device))


def _has_bfloat16(device: str) -> bool:
    if device != "cpu":
        return True
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _optimisers(groups: Sequence[Mapping[str, Any]], recipe: Recipe) -> list[torch.optim.Optimizer]:
    """AdamW; and Muon for convolutions, where that is wanted."""

    def part(filters: bool) -> list[dict[str, Any]]:
        return [
            {**group, "params": [p for p in group["params"] if is_filter(p) == filters]}
            for group in groups
        ]

    rest = part(filters=False) if recipe.muon else [dict(group) for group in groups]
    adam = torch.optim.AdamW(rest, recipe.rate, betas=_BETAS, weight_decay=0.0)
    return [adam, Muon(part(filters=True), recipe.rate)] if recipe.muon else [adam]


def _rate(step: int, steps: int) -> float:
    """Share of the highest learning rate."""
    fall = _LEFT + (1 - _LEFT) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
    return min(1.0, (step + 1) / _WARM_UP) * fall


def _average(averaged: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for mean, value in zip(averaged.parameters(), network.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)


def _save(
    state: Path,
    step: int,
    network: nn.Module,
    averaged: nn.Module,
    optimisers: Sequence[torch.optim.Optimizer],
) -> None:
    kept = {
        "step": step,
        "network": network.state_dict(),
        "averaged": averaged.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers],
    }
    with file_in_place_of(state) as partial:
        torch.save(kept, partial)
