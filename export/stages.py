"""The three exported graphs as modules: encode, step and decode.

A bundle's stages must have exactly these tensor names, shapes and meanings, whatever the model.
B: rows of the batch, one stem each; C: latent channels; W: columns of the window; E: columns
encoded, of which a cycle takes all W unless it leaves some out; K: columns decoded; S: stems of the
model; M: contexts, 1 for all rows or as many as there are rows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sideman.engine.bundle.contexts import CONTEXTS
from sideman.engine.bundle.grid import BINS, FRAMES_PER_COLUMN, LatentGrid
from sideman.engine.bundle.manifest import Kind
from sideman.engine.tensors import TensorSpec
from sideman.export.codec_config import CodecConfig
from sideman.export.config import ModelConfig
from sideman.export.networks.codec import Codec, Encoder, OneStepDecoder
from sideman.export.networks.codec_blocks import Resample
from sideman.export.networks.stft import Compand, Expand, InverseStft, Stft
from sideman.export.networks.unet import Block, UNet

#: Names of the sizes that stay free in a graph.
BATCH, COLUMNS, SAMPLES = "batch", "decoded_columns", "decoded_samples"
ENCODED_COLUMNS, ENCODED_SAMPLES = "encoded_columns", "encoded_samples"
#: Most rows that a batch may have.
MAX_BATCH = 4
#: Samples below this (400 dB under full scale) count as silence. Sums of smaller ones become
#: subnormal, which processors compute slowly.
INAUDIBLE = 1e-20

Specs = tuple[TensorSpec, ...]


def encode_specs(grid: LatentGrid) -> tuple[Specs, Specs]:
    """Inputs and outputs of the encode stage."""
    inputs = (
        TensorSpec("audio", (1, ENCODED_SAMPLES)),
        TensorSpec("known", (1, ENCODED_COLUMNS)),
    )
    return inputs, (TensorSpec("mixture", (1, grid.channels, ENCODED_COLUMNS)),)


def step_specs(grid: LatentGrid, stems: int) -> tuple[Specs, Specs]:
    """Inputs and outputs of the step stage."""
    rows = (BATCH, grid.channels, grid.columns)
    inputs = (
        *(TensorSpec(name, rows) for name in ("x", "anchor", "source", "source_noise", "noise")),
        TensorSpec("keep", (BATCH, grid.columns)),
        TensorSpec("mixture", (CONTEXTS, grid.channels, grid.columns)),
        TensorSpec("label", (BATCH, stems)),
        TensorSpec("coefficients", (7,)),
    )
    return inputs, tuple(TensorSpec(name, rows) for name in ("next", "denoised", "merged"))


def decode_specs(grid: LatentGrid) -> tuple[Specs, Specs]:
    """Inputs and outputs of the decode stage."""
    rows = (BATCH, grid.channels, grid.columns)
    inputs = (
        TensorSpec("sample", rows),
        TensorSpec("source", rows),
        TensorSpec("keep", (BATCH, grid.columns)),
        TensorSpec("noise", (BATCH, 2, BINS, COLUMNS, FRAMES_PER_COLUMN)),
        TensorSpec("gain", (SAMPLES,)),
    )
    return inputs, (TensorSpec("latent", rows), TensorSpec("audio", (BATCH, SAMPLES)))


class EncodeStage(nn.Module):
    """Context audio to the masked mixture latent.

    Args:
        encoder: the codec's encoder.
        config: the codec's companding and latent scale.
    """

    def __init__(self, encoder: Encoder, config: CodecConfig) -> None:
        super().__init__()
        self.stft = Stft()
        self.compand = Compand(config.alpha_rescale, config.beta_rescale)
        self.encoder = encoder
        self.latent_scale = config.latent_scale

    def forward(self, audio: Tensor, known: Tensor) -> Tensor:
        """Encode.

        Args:
            audio: [1, 4096·E + 1536], in ±1.
            known: [1, E], 1 for a column that the model may see, else 0.

        Returns:
            mixture [1, C, E].
        """
        audible = torch.where(audio.abs() > INAUDIBLE, audio, 0.0)
        latent: Tensor = self.encoder(self.compand(self.stft(audible)))
        return latent * (known[:, None] / self.latent_scale)


class StepStage(nn.Module):
    """One evaluation of the denoiser, with the merge before and the solver's update after it.

    Any solver whose update is linear in (anchor, merged, denoised, noise) is a table of
    coefficients for this stage: consistency sampling, ancestral DPM2, Euler, Heun.

    Args:
        unet: the network.
        kind: which preconditioning it was trained with (Karras et al. 2022, table 1; Song et
            al. 2023, appendix C).
        sigma_data: of the preconditioning.
        sigma_min: of the student's preconditioning.
    """

    def __init__(self, unet: UNet, kind: Kind, sigma_data: float, sigma_min: float) -> None:
        super().__init__()
        self.unet = unet
        self.sigma_data = sigma_data
        #: The noise level at which the denoiser returns its input unchanged.
        self.identity_sigma = sigma_min if kind == "consistency" else 0.0

    def forward(
        self,
        x: Tensor,
        anchor: Tensor,
        source: Tensor,
        source_noise: Tensor,
        noise: Tensor,
        keep: Tensor,
        mixture: Tensor,
        label: Tensor,
        coefficients: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Merge the kept columns, denoise, and combine.

        Args:
            x: [B, C, W], the state.
            anchor: [B, C, W], an earlier state.
            source: [B, C, W], the latent that kept columns are taken from.
            source_noise: [B, C, W], unit normal, added to the kept columns.
            noise: [B, C, W], unit normal, added to the result.
            keep: [B, W], 1 for a column to keep, else 0.
            mixture: [M, C, W], one for all rows, or one for each.
            label: [B, S], one-hot.
            coefficients: [7], sigma, level of the kept columns, whether to merge, alpha, beta,
                gamma, delta.

        Returns:
            next = alpha·anchor + beta·merged + gamma·denoised + delta·noise; denoised; merged;
            each [B, C, W].
        """
        sigma, keep_level, merge, alpha, beta, gamma, delta = torch.split(coefficients, 1)
        # A selection, not a weighted sum: at sigma 80 a sum would round away the source's digits.
        kept = (keep * merge)[:, None] > 0.5
        merged = torch.where(kept, source + keep_level * source_noise, x)
        denoised = self._denoise(merged, sigma, label, mixture)
        following = alpha * anchor + beta * merged + gamma * denoised + delta * noise
        return following, denoised, merged

    def _denoise(self, x: Tensor, sigma: Tensor, label: Tensor, mixture: Tensor) -> Tensor:
        """D(x; sigma) for x [B, C, W] and sigma [1]."""
        data = self.sigma_data
        root = (sigma * sigma + data**2).sqrt()
        distance = sigma - self.identity_sigma
        skip = data**2 / (distance * distance + data**2)
        inputs = torch.stack([x / root, mixture.expand_as(x)], dim=1)
        output: Tensor = self.unet(inputs, sigma.log() / 4, label).squeeze(1)
        return skip * x + (distance * data / root) * output


class DecodeStage(nn.Module):
    """Sample to waveform: the final merge, the slice, the decoder and the fade.

    Args:
        decoder: the codec's decoder at its one noise level.
        config: the codec's companding and latent scale.
    """

    def __init__(self, decoder: OneStepDecoder, config: CodecConfig) -> None:
        super().__init__()
        self.decoder = decoder
        self.expand = Expand(config.alpha_rescale, config.beta_rescale)
        self.istft = InverseStft()
        self.latent_scale = config.latent_scale

    def forward(
        self, sample: Tensor, source: Tensor, keep: Tensor, noise: Tensor, gain: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Decode the last K columns.

        Args:
            sample: [B, C, W].
            source: [B, C, W], the latent that kept columns are taken from.
            keep: [B, W], 1 for a column to keep, else 0.
            noise: [B, 2, 1024, K, 8], unit normal; its fourth axis says how many columns.
            gain: [4096·K + 1536], factors of the samples: the fade, zero for what is not sent.

        Returns:
            latent [B, C, W] = keep ? source : sample; audio [B, 4096·K + 1536].
        """
        latent = torch.where(keep[:, None] > 0.5, source, sample)
        columns = noise.shape[3]
        last = latent.narrow(2, latent.shape[2] - columns, columns) * self.latent_scale
        spectrum = self.decoder(last, noise.flatten(3))
        audio = self.istft(self.expand(spectrum))
        return latent, audio.clamp(-1.0, 1.0) * gain


def encode_stage(codec: Codec) -> EncodeStage:
    """The encode stage of a codec with its weights."""
    return EncodeStage(codec.encoder, codec.config).eval()


def step_stage(unet: UNet, model: ModelConfig) -> StepStage:
    """The step stage of a model's U-Net with its weights; changes the U-Net's blocks in place."""
    for layer in unet.modules():
        if isinstance(layer, Block):
            layer.fold_repetition()
    return StepStage(unet, model.kind, model.sigma_data, model.sigma_min).eval()


def decode_stage(codec: Codec) -> DecodeStage:
    """The decode stage of a codec with its weights; changes the codec's blocks in place."""
    decoder = OneStepDecoder(codec)
    for layer in decoder.modules():
        if isinstance(layer, Resample):
            layer.fold_repetition()
    return DecodeStage(decoder, codec.config).eval()
