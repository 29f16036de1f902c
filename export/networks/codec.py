"""Music2Latent's encoder, decoder and consistency U-Net (Pasini et al. 2024), inference only.

Names and shapes of the parameters are those of the published `gen_state_dict`; the structure is
written from the paper and from those names.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sideman.export.codec_config import CodecConfig
from sideman.export.networks.codec_blocks import Resample, ResBlock, norm, pointwise


class Encoder(nn.Module):
    """Companded spectrum to latent.

    Args:
        config: sizes of the codec.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        channels = config.channels(0)
        self.gain = _FrequencyGain(config.bins)
        self.conv_inp = nn.Conv2d(config.data_channels, channels, 3, padding=1)
        self.down_layers = nn.ModuleList()
        for level, blocks in enumerate(config.layers_list_encoder):
            for _ in range(blocks):
                outputs, heads = config.channels(level), config.encoder_heads(level)
                self.down_layers.append(ResBlock(channels, outputs, 2, heads=heads))
                channels = outputs
            if level < config.levels - 1:
                self.down_layers.append(
                    Resample(
                        channels,
                        channels,
                        "down",
                        frequency_only=config.frequency_only(level),
                        normalise=True,
                    )
                )
        self.prenorm_1d_to_2d = norm(channels)
        width = config.bottleneck_base_channels
        self.bottleneck_layers = nn.ModuleList(
            [pointwise(channels * config.lowest_bins, width, 1)]
            + [ResBlock(width, width, 1) for _ in range(config.num_bottleneck_layers)]
        )
        self.norm_out = norm(width)
        self.conv_out = pointwise(width, config.bottleneck_channels, 1)

    def forward(self, spectrum: Tensor) -> Tensor:
        """Encode a companded spectrum [B, 2, 1024, 8·K] as [B, latent channels, K], in ±1."""
        x = self.gain(self.conv_inp(spectrum))
        for layer in self.down_layers:
            x = layer(x)
        x = self.prenorm_1d_to_2d(x).flatten(1, 2)
        for layer in self.bottleneck_layers:
            x = layer(x)
        return torch.tanh(self.conv_out(F.silu(self.norm_out(x))))


class _FrequencyGain(nn.Module):
    """One factor for each frequency."""

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1, 1, bins, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class Decoder(nn.Module):
    """Latent to the pyramid of features that conditions the consistency U-Net.

    Args:
        config: sizes of the codec.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.lowest_bins = config.lowest_bins
        width = config.bottleneck_base_channels
        channels = config.channels(config.levels - 1)
        self.conv_inp = pointwise(config.bottleneck_channels, width, 1)
        # The package gives these blocks a noise-level projection but never uses it.
        self.bottleneck_layers = nn.ModuleList(
            ResBlock(width, width, 1, condition=config.cond_channels)
            for _ in range(config.num_bottleneck_layers)
        )
        self.conv_out_bottleneck = pointwise(width, channels * config.lowest_bins, 1)
        self.up_layers = nn.ModuleList()
        for level in range(config.levels - 1, -1, -1):
            for _ in range(config.layers_list_encoder[level]):
                heads = config.encoder_heads(level)
                self.up_layers.append(ResBlock(channels, channels, 2, heads=heads))
            if level:
                outputs = config.channels(level - 1)
                self.up_layers.append(
                    Resample(
                        channels, outputs, "up", frequency_only=config.frequency_only(level - 1)
                    )
                )
                channels = outputs

    def forward(self, latent: Tensor) -> list[Tensor]:
        """Decode a latent [B, latent channels, K], in ±1.

        Returns:
            Features [B, C, F, T] of every resolution, highest first.
        """
        x = self.conv_inp(latent)
        for layer in self.bottleneck_layers:
            x = layer(x)
        x = self.conv_out_bottleneck(x)
        # Frequency is the slower half of the channel axis here, unlike in the encoder.
        x = x.unflatten(1, (self.lowest_bins, -1)).transpose(1, 2)
        pyramid = []
        for layer in self.up_layers:
            if isinstance(layer, Resample):
                pyramid.append(x)
            x = layer(x)
        return [x, *reversed(pyramid)]


class Codec(nn.Module):
    """The whole of Music2Latent: encoder, decoder and the consistency U-Net.

    Args:
        config: sizes of the codec.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        condition, channels = config.cond_channels, config.channels(0)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.emb_proj = _perceptron(condition)
        self.scale_inp = _perceptron(condition, config.bins)
        self.scale_out = _perceptron(condition, config.bins)
        self.conv_inp = nn.Conv2d(config.data_channels, channels, 3, padding=1)
        self.down_layers = nn.ModuleList()
        self.up_layers = nn.ModuleList()
        self._build(channels)
        self.conv_decoded = pointwise(channels, channels, 2)
        self.norm_out = norm(channels)
        self.conv_out = nn.Conv2d(channels, config.data_channels, 3, padding=1)

    def _build(self, channels: int) -> None:
        """Fill both halves of the U-Net; a pointwise convolution before every block."""
        config = self.config
        for level in range(config.levels):
            self._add_blocks(self.down_layers, channels, level)
            if level < config.levels - 1:
                outputs = config.channels(level + 1)
                only = config.frequency_only(level)
                self.down_layers.append(Resample(channels, outputs, "down", frequency_only=only))
                channels = outputs
        for level in range(config.levels - 1, -1, -1):
            self._add_blocks(self.up_layers, channels, level)
            if level:
                outputs = config.channels(level - 1)
                only = config.frequency_only(level - 1)
                self.up_layers.append(Resample(channels, outputs, "up", frequency_only=only))
                channels = outputs

    def _add_blocks(self, layers: nn.ModuleList, channels: int, level: int) -> None:
        condition, heads = self.config.cond_channels, self.config.heads_at(level)
        for _ in range(self.config.layers_list[level]):
            layers.append(pointwise(channels, channels, 2))
            layers.append(ResBlock(channels, channels, 2, condition=condition, heads=heads))


def _perceptron(width: int, outputs: int = 0) -> nn.Sequential:
    layers = [nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU()]
    return nn.Sequential(*layers, *([nn.Linear(width, outputs)] if outputs else []))


class OneStepDecoder(nn.Module):
    """Latent and noise to companded spectrum: one consistency step from the highest level.

    The noise level is a constant of this module, so its embedding and everything computed from
    it are computed here, once, and no graph holds them.

    Args:
        codec: the codec with its weights loaded; its blocks are changed in place, so it can
            make one decoder only.
    """

    scale_in: Tensor
    scale_out: Tensor

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        config = codec.config
        self.layers_list = config.layers_list
        self.decoder = codec.decoder
        self.conv_inp, self.conv_out = codec.conv_inp, codec.conv_out
        self.down_layers, self.up_layers = codec.down_layers, codec.up_layers
        self.conv_decoded, self.norm_out = codec.conv_decoded, codec.norm_out
        with torch.no_grad():
            embedding = _noise_embedding(config.sigma_max, config.cond_channels)
            for name, network in (("scale_in", codec.scale_inp), ("scale_out", codec.scale_out)):
                scale = 1 + network(embedding).reshape(1, 1, -1, 1)
                self.register_buffer(name, scale, persistent=False)
            condition = codec.emb_proj(embedding)
            for layer in (*self.down_layers, *self.up_layers):
                if isinstance(layer, ResBlock):
                    layer.fix_condition(condition)
        sigma, floor, data = config.sigma_max, config.sigma_min, config.sigma_data
        root = math.sqrt(sigma**2 + data**2)
        # Factors of unit noise: at the network's input, and on the path that skips the network.
        self.input_factor = sigma / root
        self.skip_factor = sigma * data**2 / ((sigma - floor) ** 2 + data**2)
        self.output_factor = data * (sigma - floor) / root

    def forward(self, latent: Tensor, noise: Tensor) -> Tensor:
        """Decode.

        Args:
            latent: [B, latent channels, K], in ±1.
            noise: unit normal [B, 2, 1024, 8·K].

        Returns:
            Companded spectrum [B, 2, 1024, 8·K].
        """
        pyramid = self.decoder(latent)
        x = self.scale_in * self.conv_inp(noise * self.input_factor)
        x, skips = self._down(x, pyramid)
        x = self._up(x, pyramid, skips)
        x = (x + self.conv_decoded(pyramid[0])) * math.sqrt(1 / 2)
        output: Tensor = self.conv_out(self.scale_out * F.silu(self.norm_out(x)))
        return noise * self.skip_factor + output * self.output_factor

    def _down(self, x: Tensor, pyramid: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        layers = iter(self.down_layers)
        skips = []
        for level, blocks in enumerate(self.layers_list):
            for _ in range(blocks):
                x = (x + next(layers)(pyramid[level])) * math.sqrt(1 / 2)
                x = next(layers)(x)
                skips.append(x)
            if level < len(self.layers_list) - 1:
                x = next(layers)(x)
        return x, skips

    def _up(self, x: Tensor, pyramid: list[Tensor], skips: list[Tensor]) -> Tensor:
        layers = iter(self.up_layers)
        for level in range(len(self.layers_list) - 1, -1, -1):
            for _ in range(self.layers_list[level]):
                x = (x + skips.pop() + next(layers)(pyramid[level])) * math.sqrt(1 / 3)
                x = next(layers)(x)
            if level:
                x = next(layers)(x)
        return x


def _noise_embedding(sigma: float, width: int) -> Tensor:
    """Positional embedding [width] of ln(sigma)/4 (Vaswani et al. 2017, as EDM scales it)."""
    half = width // 2
    exponents = torch.arange(half, dtype=torch.float32) / (half - 1)
    angles = math.log(sigma) / 4 * (1 / 10_000) ** exponents
    return torch.cat([angles.sin(), angles.cos()])
