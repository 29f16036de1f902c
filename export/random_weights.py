"""Untrained weights of realistic spread, so that speed can be measured without a checkpoint.

Networks are commonly initialised with zeros before every residual sum. Such a network computes
nothing, which kernels, compilers and quantisers may exploit. Here every layer's weights have the
standard deviation that preserves the variance of its activations (He et al. 2015, Glorot and Bengio
2010), and every normalisation and bias varies a little.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping

import torch
from torch import Tensor

#: Spread of biases, and of normalisation weights around 1.
_SMALL = 0.1
#: Factors by the end of a tensor's name, for layers that need another scale: the codec's latents
#: leave tanh, and enter the decoder, at about 0.06 (its latent scale).
_FACTORS = {
    "encoder.conv_out.weight": 0.12,
    "encoder.conv_out.bias": 0.12,
    "decoder.conv_inp.weight": 10.0,
    # Frequency gains stay around 1.
    "scale_inp.4.weight": 0.3,
    "scale_out.4.weight": 0.3,
}


def random_weights(shapes: Mapping[str, tuple[int, ...]], seed: int) -> dict[str, Tensor]:
    """Draw weights.

    A tensor depends on the seed, its name and its shape only, not on the others.

    Args:
        shapes: name and shape of every tensor of a network.
        seed: any integer.

    Returns:
        Tensors of float32.
    """
    return {name: _draw(name, shape, seed) for name, shape in shapes.items()}


def _draw(name: str, shape: tuple[int, ...], seed: int) -> Tensor:
    if name.endswith("resample_filter"):
        return torch.full(shape, 0.25)
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "little"))
    values = torch.randn(shape, generator=generator)
    factor = next((f for end, f in _FACTORS.items() if name.endswith(end)), 1.0)
    fan_in = math.prod(shape[1:])
    if name.endswith("gain.scale") or (len(shape) == 1 and not name.endswith("bias")):
        return values.mul_(_SMALL).add_(1.0)
    spread = _SMALL if len(shape) == 1 else math.sqrt(1 / fan_in)
    return values.mul_(spread * factor)
