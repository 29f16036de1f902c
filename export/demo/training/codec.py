"""The codec: Music2Latent's networks, trained by spectral losses instead of consistency training.

The published codec learns to denoise from every level, so that one step from the highest decodes.
Here only that one step is learnt: from noise and latent to a spectrum whose sound has the right
magnitudes in short, middle and long windows.

The obvious loss, the distance of complex bins, teaches nothing for thousands of steps: phases turn
by several cycles a frame and never match by chance, and for a bin of unknown phase that loss is
smallest at silence. Magnitudes of the sound, taken in other windows than the codec's own, only
require phases to agree with one another, which can be learnt step by step. With them, the
spectrum's error is 0.39 of its energy after 300 steps; with complex distances the same network had
learnt no phase at all.

The sound then has the right timbre at the right time, but low notes all come out at one pitch:
their semitones are a few hertz apart, a fifth of a bin. A second training therefore compares how
far every bin's phase turns from a frame to those after it, which is its frequency, whatever the
phase itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training.channels import sort_channels
from sideman.export.demo.training.examples import draw_codec_batch
from sideman.export.demo.training.loop import Recipe, narrowed, train
from sideman.export.networks.codec import Codec, OneStepDecoder
from sideman.export.networks.codec_blocks import FrequencyAttention
from sideman.export.networks.stft import Compand, Expand, InverseStft, Stft
from sideman.export.weights import load

#: Colour and time first, then pitch.
RECIPES = (
    Recipe(steps=1400, rate=2e-3, average=0.995, seed=1),
    Recipe(steps=3000, rate=1e-3, average=0.995, seed=11),
)
#: (rows, columns) of a step's batch: three seconds of sound however it is cut. Normalisation spans
#: the whole piece, so the networks have to see several lengths.
_CUTS = ((4, 8), (2, 16), (1, 32))
#: Noise on the latents, in units of their standard deviation: a decoder after a diffusion model
#: sees noisy latents too.
_LATENT_NOISE = 0.1
#: Windows of the spectral losses in samples: for onsets, the codec's own, for low notes' pitch.
_WINDOWS = (512, 2048, 8192)
#: Power under which a bin is as good as silent, and the exponent that powers are compared with.
_SILENT, _COMPANDED = 1e-5, 0.325
#: Frames over which the turning of phases is compared.
_LAGS = (1, 2, 4)
#: Weights of the loss's other terms, relative to the squared distance of the sound's magnitudes:
#: their absolute distance, the spectrum's own magnitudes, turning phases, and the latents' mean and
#: spread.
_ABSOLUTE, _DIRECT, TURNING, _REGULAR = 0.3, 0.3, 1.0, 0.05

#: From rows, columns and a generator to audio [rows, samples].
DrawBatch = Callable[[int, int, torch.Generator], Tensor]


def describe_loss() -> dict[str, object]:
    """Every number of the loss, to tell one recipe from another."""
    return {
        "cuts": _CUTS,
        "noise": _LATENT_NOISE,
        "windows": _WINDOWS,
        "powers": (_SILENT, _COMPANDED),
        "lags": _LAGS,
        "weights": (_ABSOLUTE, _DIRECT, TURNING, _REGULAR),
    }


class Autoencoder(nn.Module):
    """Encoder and one-step decoder in training.

    Args:
        config: sizes of the codec.
        seed: of the first weights.
    """

    def __init__(self, config: CodecConfig, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.config = config
        self.codec = Codec(config)
        _initialise(self.codec)
        decoder = OneStepDecoder(self.codec)
        # There is one noise level, so its embedding acts as constants; only this one is learnt.
        scale = decoder.scale_out
        del decoder.scale_out
        self.scale_out = decoder.scale_out = nn.Parameter(scale)
        self.decoder = decoder
        # The decoder shares all modules with `codec`, and only those are saved.
        self.decoder.requires_grad_(True)
        self.stft, self.compand = Stft(), Compand(config.alpha_rescale, config.beta_rescale)
        self.istft, self.expand = InverseStft(), Expand(config.alpha_rescale, config.beta_rescale)

    def encode(self, audio: Tensor) -> Tensor:
        """Audio [B, samples] to latents [B, channels, K], as the U-Nets see them."""
        return self._encode(self.compand(self.stft(audio)))

    def decode(self, latent: Tensor, noise: Tensor) -> Tensor:
        """Latents [B, channels, K] and unit noise [B, 2, bins, 8·K] to audio [B, samples]."""
        return self._sound(self._decode(latent, noise))

    def loss(self, audio: Tensor, generator: torch.Generator, turning: float = 0.0) -> Tensor:
        """Distance of magnitudes and phases, and of the latents' spread from one.

        Args:
            audio: [B, samples of whole columns].
            generator: of the noise.
            turning: weight of `turning_distance`.
        """
        audio = audio.to(self.scale_out.device)
        with torch.no_grad():
            spectrum = self.compand(self.stft(audio))
        latent = self._encode(spectrum)
        # Drawn where the generator is: the same on every device.
        jitter = _LATENT_NOISE * torch.randn(latent.shape, generator=generator).to(audio.device)
        noise = torch.randn(spectrum.shape, generator=generator).to(audio.device)
        found = self._decode(latent + jitter, noise)
        sound = self._sound(found)
        spectral = [spectral_distance(sound, audio, window) for window in _WINDOWS]
        direct = (_magnitude(found) - _magnitude(spectrum)).square().mean()
        energy = spectrum.square().sum(1).mean()
        mean, spread = latent.mean((0, 2)), latent.std((0, 2))
        regular = mean.square().mean() + (spread - 1).square().mean()
        error: Tensor = torch.stack(spectral).sum() + _DIRECT * direct / energy
        if turning:
            error = error + turning * turning_distance(found, spectrum)
        return error + _REGULAR * regular

    def _encode(self, spectrum: Tensor) -> Tensor:
        with narrowed(spectrum.device.type, self.training):
            latent: Tensor = self.codec.encoder(spectrum)
        return latent.float() / self.config.latent_scale

    def _decode(self, latent: Tensor, noise: Tensor) -> Tensor:
        with narrowed(latent.device.type, self.training):
            spectrum: Tensor = self.decoder(latent * self.config.latent_scale, noise)
        return spectrum.float()

    def _sound(self, spectrum: Tensor) -> Tensor:
        sound: Tensor = self.istft(self.expand(spectrum))
        return sound


def spectral_distance(found: Tensor, wanted: Tensor, window: int) -> Tensor:
    """Squared and absolute distance of companded magnitudes, each relative to those wanted.

    Args:
        found: [B, samples].
        wanted: [B, samples].
        window: samples of a frame; a quarter of it is the hop.
    """

    def companded(audio: Tensor) -> Tensor:
        hann = torch.hann_window(window, device=audio.device)
        spectrum = torch.stft(
            audio, window, window // 4, window=hann, center=False, return_complex=True
        )
        return (spectrum.abs().square() + _SILENT).pow(_COMPANDED)

    ours, theirs = companded(found), companded(wanted)
    squared = (ours - theirs).square().mean() / theirs.square().mean()
    absolute = (ours - theirs).abs().mean() / theirs.mean()
    return squared + _ABSOLUTE * absolute


def turning_distance(found: Tensor, wanted: Tensor) -> Tensor:
    """How differently phases turn from frame to frame, relative to the wanted energy.

    The product of a frame with the conjugate of an earlier one has the phase by which a bin has
    turned in between: 2π times its frequency times the time between the frames.

    Args:
        found: [B, 2, bins, F], real and imaginary.
        wanted: [B, 2, bins, F].
    """
    ours = torch.complex(found[:, 0], found[:, 1])
    theirs = torch.complex(wanted[:, 0], wanted[:, 1])
    total = found.new_zeros(())
    for lag in _LAGS:
        turned = ours[..., lag:] * ours[..., :-lag].conj()
        target = theirs[..., lag:] * theirs[..., :-lag].conj()
        distance = (torch.view_as_real(turned - target).square().sum(-1) + 1e-8).sqrt()
        total = total + (distance.sum((1, 2)) / (target.abs().sum((1, 2)) + 1e-2)).mean()
    return total / len(_LAGS)


def train_codec(config: CodecConfig, state: Path, device: str = "cpu") -> dict[str, Tensor]:
    """Train the codec, or go on with it, and sort its latent's channels.

    Args:
        config: its sizes.
        state: folder that the trainings are kept in.
        device: where to train, as PyTorch calls it.

    Returns:
        The tensors of a `gen_state_dict`, as the export reads them.

    Raises:
        ExportError: a gradient is not finite.
    """
    network = Autoencoder(config, RECIPES[0].seed).to(device)
    for index, recipe in enumerate(RECIPES):
        # A training returns averaged weights, whose gradients are switched off.
        network.requires_grad_(True)
        turning = index * TURNING
        network = go_on(network, recipe, state / f"codec-{index}.state", turning, draw_codec_batch)
    network = network.to("cpu").eval()
    sort_channels(network.codec, network.encode)
    return weights_of(network)


def go_on(
    network: Autoencoder, recipe: Recipe, state: Path, turning: float, draw: DrawBatch
) -> Autoencoder:
    """Train those parameters of a codec that require gradients, or resume their training.

    Args:
        network: the codec.
        recipe: how long and how fast.
        state: file that the training is kept in.
        turning: weight of `turning_distance`.
        draw: draws the audio of a batch.

    Returns:
        The network with averaged weights.

    Raises:
        ExportError: a gradient is not finite.
    """

    def loss(step: int, generator: torch.Generator) -> Tensor:
        rows, columns = _CUTS[step % len(_CUTS)]
        return network.loss(draw(rows, columns, generator), generator, turning)

    averaged = train(network, loss, recipe, state, _groups(network))
    assert isinstance(averaged, Autoencoder)
    return averaged


def weights_of(network: Autoencoder) -> dict[str, Tensor]:
    """The codec's tensors under their published names; sets `scale_out` to what was learnt."""
    codec = network.codec
    last = codec.scale_out[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.bias.copy_(network.scale_out.flatten() - 1)
    return {name: tensor.detach().clone() for name, tensor in codec.state_dict().items()}


def autoencoder_of(config: CodecConfig, weights: Mapping[str, Tensor]) -> Autoencoder:
    """The inverse of `weights_of`: the network in training that has these weights.

    Args:
        config: its sizes.
        weights: tensors of a `gen_state_dict`, of any floating point.

    Raises:
        ExportError: the weights are not of these sizes.
    """
    codec = load(lambda: Codec(config), weights, "The codec")
    with torch.random.fork_rng(devices=[]):
        network = Autoencoder(config, 0)
    network.codec.load_state_dict(codec.state_dict())
    with torch.no_grad():
        network.scale_out.copy_(OneStepDecoder(codec).scale_out)
    return network


def _magnitude(spectrum: Tensor) -> Tensor:
    """[B, 2, bins, F] to [B, bins, F]; smooth at zero."""
    return (spectrum.square().sum(1) + 1e-6).sqrt()


def _groups(network: Autoencoder) -> list[dict[str, object]]:
    """Groups of parameters with rates by size, because AdamW moves every weight equally far."""
    scale = network.config.latent_scale
    small = list(network.codec.encoder.conv_out.parameters())
    large = [network.codec.decoder.conv_inp.weight]
    special = {id(parameter) for parameter in (*small, *large)}
    rest = [p for p in network.parameters() if id(p) not in special]
    return [
        {"params": rest},
        {"params": small, "scale": scale},
        {"params": large, "scale": 1 / scale},
    ]


def _initialise(codec: Codec) -> None:
    """PyTorch's initial weights, but latents have their later spread and noise levels no effect."""
    with torch.no_grad():
        for module in codec.modules():
            if isinstance(module, FrequencyAttention):
                nn.init.xavier_uniform_(module.mha.in_proj_weight)
                module.mha.out_proj.weight.mul_(0.1)
            projection = getattr(module, "proj_emb", None)
            if isinstance(projection, nn.Linear):
                nn.init.zeros_(projection.weight)
                nn.init.zeros_(projection.bias)
        for network in (codec.scale_inp, codec.scale_out):
            last = network[-1]
            assert isinstance(last, nn.Linear)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        scale = codec.config.latent_scale
        codec.encoder.conv_out.weight.mul_(scale * math.sqrt(3))
        assert codec.encoder.conv_out.bias is not None
        codec.encoder.conv_out.bias.zero_()
        codec.decoder.conv_inp.weight.mul_(1 / scale)
