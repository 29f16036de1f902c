"""Blocks of Music2Latent's networks (Pasini et al. 2024), under its checkpoint's names."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sideman.export.networks.layers import GroupNorm, attend, upsample
from sideman.export.networks.sub_pixel import SubPixelConv


def norm(channels: int) -> GroupNorm:
    """The codec's group normalisation over `channels`."""
    return GroupNorm(channels, groups=min(channels // 4, 32), eps=1e-5)


def pointwise(inputs: int, outputs: int, axes: Literal[1, 2]) -> nn.Conv1d | nn.Conv2d:
    """A convolution of one pixel."""
    return (nn.Conv1d if axes == 1 else nn.Conv2d)(inputs, outputs, 1)


def _same(inputs: int, outputs: int, axes: Literal[1, 2]) -> nn.Conv1d | nn.Conv2d:
    return (nn.Conv1d if axes == 1 else nn.Conv2d)(inputs, outputs, 3, padding=1)


class _Projections(nn.Module):
    """Holds the weights of multi-head attention; `FrequencyAttention` uses them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * channels, channels))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * channels))
        self.out_proj = nn.Linear(channels, channels)


class FrequencyAttention(nn.Module):
    """Self-attention over the frequencies of one frame, with its residual connection.

    Args:
        channels: channels of the input.
        heads: attention heads.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.mha = _Projections(channels)
        self.norm = norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Attend within every frame of x [B, C, F, T]; the shape stays."""
        batch, channels, frequencies, frames = x.shape
        mha = self.mha
        # Frames become a batch axis once, and channels stay before frequencies: both transposes
        # move a single axis, which runtimes do several times as fast as reversing three.
        framed = self.norm(x).permute(0, 3, 1, 2)
        qkv = mha.in_proj_weight @ framed + mha.in_proj_bias[:, None]
        shape = (batch, frames, 3, self.heads, channels // self.heads, frequencies)
        parts = qkv.reshape(shape).split(1, dim=2)
        query, key, value = (part.squeeze(2) for part in parts)
        attended = attend(query, key, value).reshape(batch, frames, channels, frequencies)
        attended = mha.out_proj.weight @ attended + mha.out_proj.bias[:, None]
        return x + attended.permute(0, 2, 3, 1)


class ResBlock(nn.Module):
    """Pre-activation residual block, over one axis (time) or two (frequency, time).

    Args:
        inputs: channels in.
        outputs: channels out.
        axes: 1 or 2.
        condition: width of the noise-level embedding; 0 for a block that knows no noise level.
        heads: attention heads; 0 for a block without attention.
    """

    def __init__(
        self, inputs: int, outputs: int, axes: Literal[1, 2], condition: int = 0, heads: int = 0
    ) -> None:
        super().__init__()
        self.norm1 = norm(inputs)
        self.conv1 = _same(inputs, outputs, axes)
        self.norm2 = norm(outputs)
        self.conv2 = _same(outputs, outputs, axes)
        self.res_conv = pointwise(inputs, outputs, axes) if inputs != outputs else None
        if condition:
            self.proj_emb = nn.Linear(condition, outputs)
        self.att = FrequencyAttention(outputs, heads) if heads else None

    def fix_condition(self, embedding: Tensor) -> None:
        """Fold the contribution of a noise-level embedding [condition] into conv1's bias.

        The codec decodes from one noise level only, so no graph needs the embedding.
        """
        assert self.conv1.bias is not None
        self.conv1.bias = nn.Parameter(self.conv1.bias + self.proj_emb(embedding))

    def forward(self, x: Tensor) -> Tensor:
        """Map x [B, inputs, (F,) T] to [B, outputs, (F,) T]."""
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        x = (x if self.res_conv is None else self.res_conv(x)) + h
        return x if self.att is None else self.att(x)


class Resample(nn.Module):
    """Strided convolution down, or repetition and convolution up.

    Args:
        inputs: channels in.
        outputs: channels out.
        direction: "down" or "up".
        frequency_only: change the frequency axis by 4 instead of both axes by 2.
        normalise: normalise the input first.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        direction: Literal["down", "up"],
        *,
        frequency_only: bool,
        normalise: bool = False,
    ) -> None:
        super().__init__()
        self.norm = norm(inputs) if normalise else None
        self.factors = (4, 1) if frequency_only else (2, 2)
        self.repeat = direction == "up"
        kernel, padding = ((5, 1), (2, 0)) if frequency_only else ((3, 3), (1, 1))
        stride = (1, 1) if self.repeat else self.factors
        self.c: nn.Module = nn.Conv2d(inputs, outputs, kernel, stride, padding)

    def fold_repetition(self) -> None:
        """Compute the convolution before the repetition; the same sums, for inference only."""
        if self.repeat and isinstance(self.c, nn.Conv2d):
            assert self.c.bias is not None
            self.c, self.repeat = SubPixelConv(self.c.weight, self.c.bias, self.factors), False

    def forward(self, x: Tensor) -> Tensor:
        """Map x [B, inputs, F, T] to [B, outputs, F', T']."""
        if self.norm is not None:
            x = self.norm(x)
        resampled: Tensor = self.c(upsample(x, *self.factors) if self.repeat else x)
        return resampled
