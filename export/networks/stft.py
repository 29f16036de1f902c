"""STFT, inverse STFT and companding in real arithmetic, without FFT or complex types.

Sizes and windows are those of Music2Latent (Pasini et al. 2024): frames of 2,048 samples, hop
512, periodic Hann window, no padding, the Nyquist bin dropped. TensorRT knows neither FFT nor
complex numbers, so the transform is written as matrix products. A single product would need a
matrix of 2,048 x 2,048; here the length factors as P·Q (Cooley and Tukey 1965), which keeps the
constants small and the sums short. With n = Q·a + b and k = c + P·d,

    X[c + P·d] = sum_b exp(-2πi·b·d/Q) · exp(-2πi·b·c/2048) · sum_a exp(-2πi·a·c/P) · x[Q·a + b]

and bins 0 to 1,023 are exactly d < Q/2. Frames stay the last axis throughout: that is where the
networks want them, and it makes both products large and free of transposes of single elements.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sideman.engine.bundle.grid import BINS, HOP

#: Samples of a frame.
FRAME = 4 * HOP
#: Factors (P, Q, bins over P) of the two directions. Companding lifts rounding errors of nearly
#: empty bins, so the forward transform takes the factors with the smallest error: on the
#: recordings, a latent's error is 4.4e-4 with 8 x 256, 5.1e-4 with 32 x 64, and 3.7e-4 with a
#: transform in float64. The inverse gains nothing from that choice and takes the smallest
#: constants.
_FORWARD = (8, 256, BINS // 8)
_INVERSE = (32, 64, BINS // 32)


def _turns(rows: int, columns: int, length: int) -> Tensor:
    """Angles 2π·r·c/length in float64, [rows, columns], reduced to one turn first."""
    steps = torch.outer(torch.arange(rows), torch.arange(columns)) % length
    return steps.double() * (2 * math.pi / length)


def _hann() -> Tensor:
    return torch.hann_window(FRAME, periodic=True, dtype=torch.float64)


class _Transform(nn.Module):
    """Constants live in buffers outside the state dict: checkpoints hold none of them."""

    first: Tensor
    twiddle_cos: Tensor
    twiddle_sin: Tensor
    second: Tensor
    window: Tensor

    def _constant(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value.to(torch.float32), persistent=False)


class Stft(_Transform):
    """Short-time Fourier transform of whole hops."""

    def __init__(self) -> None:
        super().__init__()
        with torch.device("cpu"):
            p, q, d = _FORWARD
            ac, bc, db = _turns(p, p, p), _turns(p, q, FRAME), _turns(d, q, q)
            self._constant("first", torch.cat([ac.cos(), -ac.sin()]))
            self._constant("twiddle_cos", bc.cos()[:, :, None])
            self._constant("twiddle_sin", bc.sin()[:, :, None])
            real = torch.cat([db.cos(), db.sin()], dim=1)
            imaginary = torch.cat([-db.sin(), db.cos()], dim=1)
            self._constant("second", torch.cat([real, imaginary]))
            self._constant("window", _hann()[:, None])

    def forward(self, audio: Tensor) -> Tensor:
        """Transform audio [B, 512·(F + 3)] to its spectrum [B, 2, 1024, F] (real, imaginary)."""
        p, q, d = _FORWARD
        batch, samples = audio.shape
        hops = samples // HOP
        frames = hops - 3
        by_hop = audio.reshape(batch, hops, HOP).transpose(1, 2)
        framed = torch.cat([by_hop[:, :, s : s + frames] for s in range(4)], dim=1) * self.window
        # [B, 2P, Q·F]: over c, real parts first, then imaginary.
        inner = (self.first @ framed.reshape(batch, p, q * frames)).reshape(batch, 2, p, q, frames)
        real, imaginary = inner[:, 0], inner[:, 1]
        turned = torch.cat(
            [
                real * self.twiddle_cos + imaginary * self.twiddle_sin,
                imaginary * self.twiddle_cos - real * self.twiddle_sin,
            ],
            dim=2,
        )
        outer = (self.second @ turned).reshape(batch, p, 2, d, frames)
        return outer.permute(0, 2, 3, 1, 4).reshape(batch, 2, BINS, frames)


class InverseStft(_Transform):
    """Inverse of `Stft`, with the synthesis window Hann/1.5 and uncorrected edges.

    The imaginary part of bin 0 has no effect and the Nyquist bin is zero.
    """

    def __init__(self) -> None:
        super().__init__()
        with torch.device("cpu"):
            p, q, d = _INVERSE
            ac, bc, bd = _turns(p, p, p), _turns(p, q, FRAME), _turns(q, d, q)
            real = torch.cat([bd.cos(), -bd.sin()], dim=1)
            imaginary = torch.cat([bd.sin(), bd.cos()], dim=1)
            self._constant("first", torch.cat([real, imaginary]))
            self._constant("twiddle_cos", bc.cos()[:, :, None])
            self._constant("twiddle_sin", bc.sin()[:, :, None])
            self._constant("second", torch.cat([ac.cos(), -ac.sin()], dim=1))
            self._constant("window", _hann()[:, None] / 1.5)

    @staticmethod
    def bin_weights() -> Tensor:
        """Weight of each bin in a real signal's inverse transform, [1024, 1].

        Every bin but the first stands for its conjugate too. `Expand` scales the spectrum anyway
        and includes these factors, which saves an operation here.
        """
        with torch.device("cpu"):
            weights = torch.full((BINS, 1), 2.0 / FRAME)
            weights[0] = 1.0 / FRAME
        return weights

    def forward(self, spectrum: Tensor) -> Tensor:
        """Transform a weighted spectrum back.

        Args:
            spectrum: [B, 2, 1024, F], already multiplied by `bin_weights`.

        Returns:
            Audio [B, 512·(F + 3)].
        """
        p, q, d = _INVERSE
        batch, _, _, frames = spectrum.shape
        rows = spectrum.reshape(batch, 2, d, p, frames).permute(0, 3, 1, 2, 4)
        inner = (self.first @ rows.reshape(batch, p, 2 * d, frames)).reshape(batch, p, 2, q, frames)
        real, imaginary = inner[:, :, 0], inner[:, :, 1]
        turned = torch.cat(
            [
                real * self.twiddle_cos - imaginary * self.twiddle_sin,
                imaginary * self.twiddle_cos + real * self.twiddle_sin,
            ],
            dim=1,
        )
        framed = self.second @ turned.reshape(batch, 2 * p, q * frames)
        framed = framed.reshape(batch, FRAME, frames) * self.window
        by_hop = sum(F.pad(framed[:, s * HOP : (s + 1) * HOP], (s, 3 - s)) for s in range(4))
        assert isinstance(by_hop, Tensor)
        return by_hop.transpose(1, 2).reshape(batch, HOP * (frames + 3))


class Compand(nn.Module):
    """X → beta·|X|^alpha·e^(i·angle X), which evens out the range of a spectrum.

    A silent bin becomes zero rather than a subnormal number, on which processors are slow: a
    reverb's tail that dies below 1e-38 made an encode take four times as long (130 against 500 ms
    on 2 cores).

    Args:
        alpha: exponent of the magnitude (0.65).
        beta: factor (0.34).
    """

    #: Power below which a bin counts as silent: |X| = 1e-15, far under float32's resolution of
    #: any audible frame, and large enough that its negative power is finite.
    FLOOR = 1e-30

    def __init__(self, alpha: float, beta: float) -> None:
        super().__init__()
        self.exponent = (alpha - 1) / 2
        self.beta = beta

    def forward(self, spectrum: Tensor) -> Tensor:
        """Compand a spectrum [B, 2, bins, F]; zero stays zero."""
        power = (spectrum * spectrum).sum(dim=1, keepdim=True)
        factor = power.clamp(min=self.FLOOR).pow(self.exponent) * self.beta
        return spectrum * torch.where(power > self.FLOOR, factor, 0.0)


class Expand(nn.Module):
    """Inverse of `Compand`, with the bins weighted for `InverseStft` on the way.

    Args:
        alpha: exponent of `Compand`.
        beta: factor of `Compand`.
    """

    factor: Tensor

    def __init__(self, alpha: float, beta: float) -> None:
        super().__init__()
        self.exponent = (1 / alpha - 1) / 2
        factor = InverseStft.bin_weights().double() * (1 / beta) ** (1 / alpha)
        self.register_buffer("factor", factor.to(torch.float32), persistent=False)

    def forward(self, companded: Tensor) -> Tensor:
        """Expand [B, 2, 1024, F] to a spectrum weighted by `InverseStft.bin_weights`."""
        power = (companded * companded).sum(dim=1, keepdim=True)
        return companded * (power.pow(self.exponent) * self.factor)
