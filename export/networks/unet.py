"""The denoiser's U-Net: EDM's "SongUNet" in its DDPM++ variant, inference only.

Karras et al. 2022 ("Elucidating the Design Space of Diffusion-Based Generative Models"), after
Song et al. 2021. Parameter names and shapes are those of the published checkpoints.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sideman.export.config import UNetConfig
from sideman.export.networks.layers import GroupNorm, attend, upsample
from sideman.export.networks.sub_pixel import SubPixelConv

_HALF = math.sqrt(0.5)


def _norm(channels: int) -> GroupNorm:
    return GroupNorm(channels, groups=min(32, channels // 4), eps=1e-6)


class Conv(nn.Module):
    """A convolution that may halve or double the resolution before it.

    The resampling filter [1, 1] makes that average pooling or plain repetition.

    Args:
        inputs: channels in.
        outputs: channels out.
        kernel: 1 or 3.
        resample: "down", "up" or "" for neither.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, resample: str = "") -> None:
        super().__init__()
        self.kernel = kernel
        self.resample = resample
        self.weight = nn.Parameter(torch.zeros(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        if resample:
            self.register_buffer("resample_filter", torch.full((1, 1, 2, 2), 0.25))

    def forward(self, x: Tensor) -> Tensor:
        """Map x [B, inputs, H, W] to [B, outputs, H', W']."""
        if self.resample == "down":
            x = F.avg_pool2d(x, 2)
        # A 1x1 convolution and repetition commute: convolve the quarter of the pixels.
        if self.resample == "up" and self.kernel > 1:
            x = upsample(x, 2, 2)
        x = F.conv2d(x, self.weight, self.bias, padding=self.kernel // 2)
        if self.resample == "up" and self.kernel == 1:
            x = upsample(x, 2, 2)
        return x


class Block(nn.Module):
    """Residual block, conditioned on the noise level, with optional self-attention.

    Args:
        inputs: channels in.
        outputs: channels out.
        embedding: width of the conditioning vector.
        resample: "down", "up" or "".
        heads: attention heads; 0 for a block without attention.
    """

    def __init__(
        self, inputs: int, outputs: int, embedding: int, resample: str = "", heads: int = 0
    ) -> None:
        super().__init__()
        self.heads = heads
        self.norm0 = _norm(inputs)
        self.conv0: nn.Module = Conv(inputs, outputs, 3, resample)
        self.affine = nn.Linear(embedding, outputs)
        self.norm1 = _norm(outputs)
        self.conv1 = Conv(outputs, outputs, 3)
        self.skip = Conv(inputs, outputs, 1, resample) if resample or inputs != outputs else None
        if heads:
            self.norm2 = _norm(outputs)
            self.qkv = Conv(outputs, 3 * outputs, 1)
            self.proj = Conv(outputs, outputs, 1)

    def fold_repetition(self) -> None:
        """Compute conv0 before the repetition; the same sums, for inference only."""
        if isinstance(self.conv0, Conv) and self.conv0.resample == "up":
            self.conv0 = SubPixelConv(self.conv0.weight, self.conv0.bias, (2, 2))

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """Map x [B, inputs, H, W] and embedding [B, E] to [B, outputs, H', W']."""
        h = self.conv0(F.silu(self.norm0(x)))
        h = h + self.affine(embedding)[:, :, None, None]
        h = self.conv1(F.silu(self.norm1(h)))
        x = (h + (x if self.skip is None else self.skip(x))) * _HALF
        if self.heads:
            x = (self.proj(self._attention(self.norm2(x))) + x) * _HALF
        return x

    def _attention(self, x: Tensor) -> Tensor:
        """Self-attention over all pixels; query, key and value interleave channel by channel."""
        batch, channels, height, width = x.shape
        shape = (batch, self.heads, channels // self.heads, 3, height * width)
        parts = self.qkv(x).reshape(shape).split(1, dim=3)
        query, key, value = (part.squeeze(3) for part in parts)
        return attend(query, key, value).reshape(batch, channels, height, width)


class UNet(nn.Module):
    """F(x; noise label, stem label, mixture): the network inside the denoiser.

    Args:
        config: sizes, as the YAML gives them.
    """

    frequencies: Tensor

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        noise = config.model_channels * config.channel_mult_noise
        width = config.embedding_channels
        self.map_label = nn.Linear(config.label_dim, noise)
        self.map_layer0 = nn.Linear(noise, width)
        self.map_layer1 = nn.Linear(width, width)
        exponents = torch.arange(noise // 2, dtype=torch.float32, device="cpu") / (noise // 2 - 1)
        self.register_buffer("frequencies", (1 / 10_000) ** exponents, persistent=False)
        self.enc = nn.ModuleDict()
        self.dec = nn.ModuleDict()
        skips = self._build_encoder()
        self._build_decoder(skips)

    def _heads(self, resolution: int) -> int:
        return self.config.num_heads if resolution in self.config.attn_resolutions else 0

    def _build_encoder(self) -> list[int]:
        """Fill `enc`; return the channels of every output, in order."""
        config = self.config
        channels = config.model_channels
        skips = []
        for level, multiplier in enumerate(config.channel_mult):
            resolution = config.resolution >> level
            name = f"{resolution}x{resolution}"
            if level == 0:
                self.enc[f"{name}_conv"] = Conv(config.in_channels, channels, 3)
            else:
                self.enc[f"{name}_down"] = Block(
                    channels, channels, config.embedding_channels, "down"
                )
            skips.append(channels)
            for index in range(config.num_blocks):
                outputs = config.model_channels * multiplier
                self.enc[f"{name}_block{index}"] = Block(
                    channels, outputs, config.embedding_channels, heads=self._heads(resolution)
                )
                channels = outputs
                skips.append(channels)
        return skips

    def _build_decoder(self, skips: list[int]) -> None:
        """Fill `dec`, which takes the encoder's outputs back last in, first out."""
        config = self.config
        channels = skips[-1]
        width = config.embedding_channels
        last = len(config.channel_mult) - 1
        for level in range(last, -1, -1):
            resolution = config.resolution >> level
            name = f"{resolution}x{resolution}"
            if level == last:
                self.dec[f"{name}_in0"] = Block(channels, channels, width, heads=config.num_heads)
                self.dec[f"{name}_in1"] = Block(channels, channels, width)
            else:
                self.dec[f"{name}_up"] = Block(channels, channels, width, "up")
            outputs = config.model_channels * config.channel_mult[level]
            for index in range(config.num_blocks + 1):
                heads = self._heads(resolution) if index == config.num_blocks else 0
                self.dec[f"{name}_block{index}"] = Block(
                    channels + skips.pop(), outputs, width, heads=heads
                )
                channels = outputs
        name = f"{config.resolution}x{config.resolution}"
        self.dec[f"{name}_aux_norm"] = _norm(channels)
        self.dec[f"{name}_aux_conv"] = Conv(channels, config.out_channels, 3)

    def _embed(self, noise_label: Tensor, label: Tensor) -> Tensor:
        """Embed noise label [1] and stem label [B, stems] as [B, embedding]."""
        angles = noise_label[:, None] * self.frequencies
        embedding = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
        embedding = embedding + self.map_label(label * math.sqrt(self.config.label_dim))
        return F.silu(self.map_layer1(F.silu(self.map_layer0(embedding))))

    def forward(self, x: Tensor, noise_label: Tensor, label: Tensor) -> Tensor:
        """Evaluate the network.

        Args:
            x: [B, in_channels, H, W]. H and W are the resolution; training may take fewer rows, as
                long as they can be halved as often.
            noise_label: [1], shared by the batch, or [B].
            label: [B, label_dim].

        Returns:
            [B, out_channels, H, W].
        """
        embedding = self._embed(noise_label, label)
        skips: list[Tensor] = []
        for layer in self.enc.values():
            x = layer(x, embedding) if isinstance(layer, Block) else layer(x)
            skips.append(x)
        for name, layer in self.dec.items():
            if not isinstance(layer, Block):
                x = F.silu(layer(x)) if name.endswith("_aux_norm") else layer(x)
                continue
            if "_block" in name:
                x = torch.cat([x, skips.pop()], dim=1)
            x = layer(x, embedding)
        return x
