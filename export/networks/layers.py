"""Layers that both networks use, written for inference and for export."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GroupNorm(nn.Module):
    """Group normalisation over (channels of a group, every other axis).

    Wu and He 2018. Statistics span the time axis, so the result depends on the whole window.

    Args:
        channels: channels of the input [B, channels, ...].
        groups: how many groups they are split into; must divide `channels`.
        eps: added to the variance.
    """

    def __init__(self, channels: int, groups: int, eps: float) -> None:
        super().__init__()
        self.groups = groups
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x [B, channels, ...]; the shape stays."""
        return F.group_norm(x, self.groups, self.weight, self.bias, self.eps)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Scaled dot-product attention over the last axis.

    Queries are scaled before the product, so that scores keep to float16's range when a graph is
    written in that; softmax stays float32 there (`sideman.calibration.precision.policy`).

    Args:
        query: [..., head channels, N].
        key: [..., head channels, N].
        value: [..., head channels, N].

    Returns:
        [..., head channels, N]: for every query position the mean of the values it attends to.
    """
    scores = (query * (1.0 / math.sqrt(query.shape[-2]))).transpose(-1, -2) @ key
    return value @ torch.softmax(scores, dim=-1).transpose(-1, -2)


def upsample(x: Tensor, height: int, width: int) -> Tensor:
    """Repeat every pixel of x [B, C, H, W] `height` times down and `width` times across."""
    return F.interpolate(x, scale_factor=(float(height), float(width)), mode="nearest")
