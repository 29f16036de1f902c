"""The stages as PyTorch modules with the weights of a bundle that was made from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from sideman.export import torch_stages
from sideman.export.pipeline import Request

Modules = Mapping[str, nn.Module]
#: What the networks run in where they run in low precision.
LOW = {"fp16": torch.float16, "bf16": torch.bfloat16}


def make_modules(config: Path, codec: Path | None, seed: int, device: str) -> dict[str, nn.Module]:
    """The three stages, with the weights that `sideman export --random-weights SEED` draws.

    Args:
        config: the model's YAML file.
        codec: codec values that differ from the published ones.
        seed: of the weights.
        device: where they go, as PyTorch calls it.
    """
    request = Request(config=config, out=Path(), codec_hparams=codec, seed=seed)
    made = torch_stages.plain_stages(request)
    return {name: module.to(device) for name, module in made.items()}


def lower(modules: Modules, precision: str) -> None:
    """Let the networks of float32 stages run in a low precision; in place.

    Args:
        modules: the stages, in float32.
        precision: "fp16" or "bf16".
    """
    torch_stages.lower(modules, LOW[precision])
