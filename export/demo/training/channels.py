"""The latent's channels, turned until a quarter of the rows tells nearly everything.

Music2Latent's channels come in any order, and all of them vary. The U-Nets take the latent for an
image all the same: they convolve along the channels, and halve their resolution by averaging
neighbours. What is in few rows gets through that; what is spread over all of them has to be
gathered first.

The demonstration's latents have far fewer dimensions than channels: 8 hold 97 % of their energy,
16 hold 99 %. So the channels are turned, by an orthogonal matrix, until the largest direction is
the first row, the next one the second, and so on; and each of the first 16 is divided among four
rows, 16 apart. So the U-Nets can learn from 16 rows of the image, in less than half of the time,
and go on with the whole, which is that four times. With the same directions spread over all
channels, as slow cosines, 200 steps for the bass alone had its chord's root right in 0.26 of the
columns of new songs; with each in one row of its own, in 0.39.

The matrix disappears in the codec's weights: the encoder ends with a linear layer, the decoder
begins with one, and the tanh between them is as good as linear for latents that are a seventeenth
of the U-Nets'. Pieces of six seconds decoded to within 1 % of what they were (four of them, with
the same noise).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from sideman.export.demo.training.examples import draw_codec_batch
from sideman.export.networks.codec import Codec

#: Rows after which the image repeats. The U-Nets halve it three times.
PERIOD = 16
#: Pieces that tell the latents' energy, their length in columns, and the seed that draws them.
_PIECES, _COLUMNS, _SEED = 64, 64, 21


def describe_sorting() -> dict[str, object]:
    """Every number of it, to tell one recipe from another."""
    return {"period": PERIOD, "pieces": _PIECES, "columns": _COLUMNS, "seed": _SEED}


def sort_channels(codec: Codec, encode: Callable[[Tensor], Tensor]) -> None:
    """Turn the latent's channels, in place, so that the image has the largest rows first, repeated.

    Args:
        codec: trained, on the CPU.
        encode: audio [B, samples] to its latents [B, channels, columns], both on the CPU.
    """
    generator = torch.Generator().manual_seed(_SEED)
    with torch.no_grad():
        pieces = [encode(draw_codec_batch(1, _COLUMNS, generator)) for _ in range(_PIECES)]
    turn_channels(codec, sorting(torch.cat(pieces)))


def sorting(latents: Tensor) -> Tensor:
    """The orthogonal matrix that makes a row of every principal direction, the largest first.

    Each of the first 16 is divided among the rows that are 16 apart. What these differ by is the
    other directions.

    Args:
        latents: [B, channels, columns]; their channels are a power of two times 16.

    Returns:
        [channels, channels] float64; its product with a column is the sorted one.
    """
    columns = latents.double().transpose(1, 2).flatten(0, 1)
    # The smallest first. Large about zero, not about the mean: a U-Net sees the mean as well.
    _, directions = torch.linalg.eigh(columns.T @ columns)
    # Which sign the library returns is chance: the largest entry shall be positive.
    largest = directions.gather(0, directions.abs().argmax(0, keepdim=True))
    sorted_: Tensor = (directions * largest.sign()).flip(1).T
    return _repeating(latents.shape[1]) @ sorted_


def difference(latents: Tensor) -> float:
    """Share of the energy that is in what rows 16 apart differ by, 0 to 1.

    Args:
        latents: [..., channels, columns].
    """
    *before, channels, columns = latents.shape
    repeated = latents.reshape(*before, channels // PERIOD, PERIOD, columns)
    apart = repeated - repeated.mean(-3, keepdim=True)
    return float(apart.square().sum() / latents.square().sum())


def _repeating(channels: int) -> Tensor:
    """Adds and subtracts what is 16 rows apart (Sylvester's matrix), [channels, channels]."""
    signs = torch.ones((1, 1), dtype=torch.float64)
    while len(signs) < channels // PERIOD:
        signs = torch.kron(torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=torch.float64), signs)
    unit = signs / math.sqrt(len(signs))
    return torch.kron(unit, torch.eye(PERIOD, dtype=torch.float64))


def turn_channels(codec: Codec, matrix: Tensor) -> None:
    """Multiply the latent by an orthogonal matrix, and divide by it again, within the weights.

    Args:
        codec: changed in place; on the CPU.
        matrix: [channels, channels] float64, orthogonal.
    """
    last, first = codec.encoder.conv_out, codec.decoder.conv_inp
    assert isinstance(last.bias, nn.Parameter)
    with torch.no_grad():
        last.weight.copy_(torch.einsum("ij,jkl->ikl", matrix, last.weight.double()))
        last.bias.copy_(matrix @ last.bias.double())
        # An orthogonal matrix's inverse is its transpose.
        first.weight.copy_(torch.einsum("kjl,ij->kil", first.weight.double(), matrix))
