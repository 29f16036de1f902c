"""Convolutions of a repeated image, computed on the image itself.

Shi et al. 2016 ("Real-time single image and video super-resolution using an efficient sub-pixel
convolutional neural network"); Aitken et al. 2017 show that nearest-neighbour upsampling with a
convolution behind it is one of these.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SubPixelConv(nn.Module):
    """Nearest-neighbour upsampling and the convolution behind it, as one convolution.

    Along an axis that is repeated `factor` times, the factor + 1 taps of the kernel reach two
    distinct pixels only. So each of the `factor` outputs that lie around the border between two
    pixels has two taps, sums of the kernel's; they are computed as channels, and put in place.

    Args:
        weight: [outputs, inputs, height, width] of the convolution of the repeated image, which is
            padded with zeros so that its size stays.
        bias: [outputs].
        factors: how often rows and columns are repeated: (2, 2), with a kernel of 3×3, or (4, 1),
            with one of 5×1.

    Raises:
        ValueError: other factors, or another kernel.
    """

    def __init__(self, weight: Tensor, bias: Tensor, factors: tuple[int, int]) -> None:
        super().__init__()
        down, across = factors
        if factors not in {(2, 2), (4, 1)} or weight.shape[2:] != _kernel(down, across):
            raise ValueError(f"no kernel of {list(weight.shape)} for {down}x{across} repetitions")
        self.factors = factors
        self.outputs = len(weight)
        taps = (_taps(factor).to(weight.device) for factor in factors)
        # In float64: a tap is a sum of up to sixteen numbers, rounded once.
        folded = torch.einsum("oiyx,aty,bux->oabitu", weight.double(), *taps)
        self.weight = nn.Parameter(folded.flatten(0, 2).to(weight.dtype), requires_grad=False)
        # Outputs first, phases second: the order in which `pixel_shuffle` takes them.
        self.bias = nn.Parameter(bias.repeat_interleave(down * across), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map x [B, inputs, H, W] to [B, outputs, H·down, W·across]."""
        down, across = self.factors
        # With zeros around it an image has one border more than pixels.
        x = F.conv2d(x, self.weight, self.bias, padding=(1, 1 if across > 1 else 0))
        if across == 1:
            rows: Tensor = x.unflatten(1, (self.outputs, down))  # type: ignore[no-untyped-call]
            x = rows.transpose(2, 3).flatten(2, 3)
        else:
            x = F.pixel_shuffle(x, down)
        # Outer halves of the outermost borders lie in the padding.
        return F.pad(x, (-(across // 2), -(across // 2), -(down // 2), -(down // 2)))


def _kernel(down: int, across: int) -> tuple[int, int]:
    return down + 1 if down > 1 else 1, across + 1 if across > 1 else 1


def _taps(factor: int) -> Tensor:
    """Which taps of a kernel reach which pixel: ones and zeros [factor, pixels, taps].

    The phases are the outputs around the border between two pixels, from the middle of the first
    to the middle of the second: half a factor of them lie in each.
    """
    if factor == 1:
        return torch.ones(1, 1, 1, dtype=torch.float64)
    reached = torch.zeros(factor, 2, factor + 1, dtype=torch.float64)
    for phase in range(factor):
        for tap in range(factor + 1):
            # The phase lies at factor/2 + phase, and the kernel reaches factor/2 to either side.
            reached[phase, (phase + tap) // factor, tap] = 1
    return reached
