"""The diffusion model: EDM's training (Karras et al. 2022) on latents of the demonstration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from sideman.export.config import ModelConfig
from sideman.export.demo.training.channels import PERIOD
from sideman.export.demo.training.latents import CHANNELS, COLUMNS, HIDDEN, Latents
from sideman.export.demo.training.loop import Recipe, narrowed, train
from sideman.export.networks.unet import Conv, UNet

#: Windows of a batch.
ROWS = 16
#: How often each stem is drawn, in the order of `STEMS`: the bass, which is the hardest, most.
SHARES = (0.5, 0.18, 0.12, 0.2)


@dataclass(frozen=True)
class Phase:
    """One of the trainings that follow one another.

    Attributes:
        recipe: how long and how fast.
        rows: how many of the latent's rows it sees, from the first on.
        mean, spread: of ln(sigma), which is normally distributed.
        shares: how often each stem is drawn.
        hides: share of the mixtures for which `hide_more` draws another length.
    """

    recipe: Recipe
    rows: int
    mean: float
    spread: float
    shares: tuple[float, ...] = SHARES
    hides: float = 0.0


#: Shares where chords are learnt that have not been heard yet: still more bass.
_MORE_BASS = (0.6, 0.08, 0.12, 0.2)
_AHEAD = Phase(
    Recipe(18_000, rate=5e-3, average=0.998, seed=5, muon=True), PERIOD, 2.4, 1.2, _MORE_BASS
)
#: First the chords that are heard; then chords that have not been heard yet, at high noise levels;
#: then the same with hidden lengths drawn anew, against overfitting; and then all rows, at levels
#: in between, so that nothing is lost. Means are higher than EDM's −1.2: what a stem plays at all
#: is decided at high levels, and the codec tolerates errors that remain at low ones.
PHASES = (
    Phase(
        Recipe(4000, rate=5e-3, average=0.998, seed=2, falls=16_000, muon=True), PERIOD, 1.2, 1.6
    ),
    _AHEAD,
    replace(_AHEAD, recipe=replace(_AHEAD.recipe, steps=4000, seed=6), hides=0.5),
    Phase(
        Recipe(5000, rate=3e-3, average=0.998, seed=4, muon=True),
        CHANNELS,
        2.0,
        1.4,
        _MORE_BASS,
        hides=0.5,
    ),
)
#: How many phases learn from the first rows only. They are a stage of their own, because all phases
#: together take over two hours.
FIRST = sum(phase.rows == PERIOD for phase in PHASES)
#: Files that they are kept in.
STATES = tuple(f"diffusion-{index}.state" for index in range(len(PHASES)))
#: Factor of the initial weights of the last layer of each block and of the network.
_END = 1e-2
#: Share of the lengths drawn by `hide_more` that are the longest; the others are uniform up to the
#: longest.
_MOST = 0.5


def describe_loss() -> dict[str, object]:
    """Every number of the loss, to tell one recipe from another."""
    return {
        "batch": ROWS,
        "first": _END,
        "hidden": (_MOST, HIDDEN),
        "columns": column_weights(COLUMNS).tolist(),
    }


def initialise(unet: UNet, seed: int) -> None:
    """EDM's initial weights: scaled by fan-in, nearly zero where a block or the network ends."""
    torch.manual_seed(seed)
    for name, module in unet.named_modules():
        if isinstance(module, Conv):
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5))
            if name.endswith(("conv1", "proj", "aux_conv")):
                module.weight.data.mul_(_END)


def denoise(
    unet: nn.Module,
    x: Tensor,
    sigma: Tensor,
    label: Tensor,
    mixture: Tensor,
    sigma_min: float = 0.0,
) -> Tensor:
    """D(x; sigma) with EDM's preconditioning or a consistency model's, sigma_data = 1.

    Args:
        unet: the network.
        x: [B, channels, columns].
        sigma: [B].
        label: [B, stems].
        mixture: [B, channels, columns].
        sigma_min: level at which a consistency model returns its input (Song et al. 2023); 0 is
            EDM's preconditioning.
    """
    level = sigma[:, None, None]
    over = level - sigma_min
    root = (level.square() + 1).sqrt()
    inputs = torch.stack([x / root, mixture], dim=1)
    with narrowed(x.device.type):
        output = unet(inputs, sigma.log() / 4, label).squeeze(1)
    denoised: Tensor = x / (over.square() + 1) + over / root * output.float()
    return denoised


def column_weights(columns: int) -> Tensor:
    """How much each column counts, [columns], one on average.

    A cycle takes only the newest columns, half of the window at the most and a quarter in the usual
    step; the others are kept from earlier cycles.
    """
    weights = torch.ones(columns)
    weights[columns // 2 :] *= 2
    weights[columns * 3 // 4 :] *= 2
    return weights / weights.mean()


def draw_pairs(
    latents: Latents,
    rows: int,
    generator: torch.Generator,
    device: str = "cpu",
    shares: Sequence[float] = SHARES,
) -> tuple[Tensor, Tensor, Tensor]:
    """Stems of random windows, each with a mixture that it is not in, on a device.

    Args:
        latents: what is drawn from.
        rows: how many.
        generator: what draws, on the CPU.
        device: where they go.
        shares: how often each stem is drawn.

    Returns:
        Latent [B, channels, columns], one-hot label [B, stems], mixture [B, channels, columns].
    """
    window = torch.randint(len(latents), (rows,), generator=generator)
    stem = torch.multinomial(torch.tensor(shares), rows, replacement=True, generator=generator)
    without = ~latents.heard[window, :, stem]
    mixture = torch.multinomial(without.float(), 1, generator=generator).squeeze(1)
    label = nn.functional.one_hot(stem, latents.stems.shape[1]).float()
    clean = latents.stems[window, stem]
    return clean.to(device), label.to(device), latents.mixtures[window, mixture].to(device)


def hide_more(mixtures: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Hide more of the end of some mixtures.

    Each mixture was encoded with one length hidden. Of 4,800 mixtures, a fifth lack half of the
    window, and these are learnt by heart. So another length is drawn in training, and the longer of
    the two is hidden.

    The columns that remain were encoded while the newly hidden ones were still heard, so they
    reveal a little of those, unlike in a performance: by the encoder's statistics, and at the cut.
    `one_step` and the score hide before they encode, so their figures do not profit from that; both
    rose (docs/demo-bundle.md).

    Args:
        mixtures: [B, channels, columns].
        share: of the mixtures, for which another length is drawn, 0 to 1.
        generator: what draws, on the CPU; not used if the share is 0.

    Returns:
        [B, channels, columns].
    """
    if not share:
        return mixtures
    rows, _, columns = mixtures.shape
    most = torch.rand(rows, generator=generator) < _MOST
    lengths = torch.randint(HIDDEN + 1, (rows,), generator=generator).masked_fill(most, HIDDEN)
    chosen = torch.rand(rows, generator=generator) < share
    kept = columns - lengths.where(chosen, 0)
    heard = torch.arange(columns) < kept[:, None]
    return mixtures * heard[:, None].to(mixtures)


def train_diffusion(
    model: ModelConfig,
    latents: Latents,
    folder: Path,
    device: str = "cpu",
    phases: int | None = None,
) -> UNet:
    """Train the diffusion model, or go on with it.

    A convolution works with any number of rows, and so does attention where rows repeat. So most is
    learnt from the first rows, after which the latent repeats, in less than half of the time. But
    the noise does not repeat, and the first rows now have neighbours beyond their edges: when all
    rows are seen, a note, which is in four rows, is heard through half of the noise, and that has
    to be learnt anew. Without that training, the root was right in 0.38 of the columns, down from
    0.74; 150 steps later in 0.65.

    Args:
        model: its configuration.
        latents: what it learns from.
        folder: that the trainings are kept in.
        device: where to train, as PyTorch calls it.
        phases: how many of `PHASES`, from the first on; all of them where left out.

    Returns:
        The network with averaged weights.

    Raises:
        ExportError: a gradient is not finite.
    """
    unet = UNet(model.unet)
    initialise(unet, PHASES[0].recipe.seed)
    unet.to(device)
    for name, phase in list(zip(STATES, PHASES, strict=True))[:phases]:
        unet = _train(unet, latents.first_rows(phase.rows), phase, folder / name, device)
    return unet.to("cpu")


def _train(unet: UNet, latents: Latents, phase: Phase, state: Path, device: str) -> UNet:
    # A training returns averaged weights, whose gradients are switched off.
    unet.requires_grad_(True)

    def loss(_: int, generator: torch.Generator) -> Tensor:
        clean, label, mixture = draw_pairs(latents, ROWS, generator, device, phase.shares)
        mixture = hide_more(mixture, phase.hides, generator)
        level = torch.randn(ROWS, generator=generator) * phase.spread + phase.mean
        sigma = level.exp().to(device)
        noise = torch.randn(clean.shape, generator=generator).to(device)
        noisy = clean + sigma[:, None, None] * noise
        error = denoise(unet, noisy, sigma, label, mixture) - clean
        weight = (sigma.square() + 1) / sigma.square()
        columns = column_weights(clean.shape[2]).to(device)
        return (weight * (columns * error.square()).mean((1, 2))).mean()

    averaged = train(unet, loss, phase.recipe, state)
    assert isinstance(averaged, UNet)
    return averaged
