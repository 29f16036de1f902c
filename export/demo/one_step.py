"""Measures whether a U-Net has learnt chords, by the bass that it finds in one step.

The loss does not show that: of two diffusion models, the one with a loss of 0.22 fitted chords no
better than the one with 0.27. This measurement takes a minute or two, and works while a training is
still running:

    python -m sideman.export.demo.one_step FOLDER

From noise alone, one step finds the mean of what may be played. A perceptron, trained on stems of
songs of training, names the root in every column of the result.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.engine.errors import ExportError, SidemanError
from sideman.engine.streams import bear_any_encoding
from sideman.export.config import ModelConfig, read_config
from sideman.export.demo.make import HERE, MODELS, Making
from sideman.export.demo.scoring.session import REGIMES, STEP
from sideman.export.demo.training.diffusion import PHASES, STATES, denoise
from sideman.export.demo.training.examples import draw_place
from sideman.export.demo.training.latents import CHANNELS, COLUMNS, Encode
from sideman.export.demo.training.loop import SAVE_EVERY
from sideman.export.demo.training.memory import keep_memory
from sideman.export.demo.world.render import Audio, render
from sideman.export.demo.world.song import STEMS, Song
from sideman.export.networks.unet import UNet
from sideman.export.weights import load

_BASS = STEMS.index("bass")
#: Columns that a step makes, and those that are not heard in each regime.
NEWEST = int(STEP * COLUMNS)
HIDDEN = {regime: (w + 1) * NEWEST for w, regime in REGIMES.items()}
#: Windows that the perceptron learns from, windows that are judged of each kind of song, and the
#: seed that draws them. It is not the seed of the U-Nets' windows; even so, of 32 windows of songs
#: of training, four began within two frames of one of those.
_LEARNT, _JUDGED, _SEED = 160, 32, 78
#: Noise level of the one step: its input is practically noise, so that all it finds is from the
#: mixture.
_SIGMA = 20.0
#: Columns on both sides that the perceptron sees, its width, and classes.
_AROUND, _WIDTH, _ROOTS = 2, 256, 12
#: Its training: steps, columns of a step, rate, and noise on what it sees.
_STEPS, _BATCH, _RATE, _NOISE = 500, 256, 2e-3, 0.1


def draw_windows(count: int, seed: int, *, held_out: bool) -> list[tuple[Audio, Tensor]]:
    """Windows of random songs.

    Args:
        count: how many.
        seed: any integer that is not negative.
        held_out: from songs that are kept from training, or from the others.

    Returns:
        Of each [stems, samples], and the pitch class of each column's chord, [columns].
    """
    random = np.random.default_rng(seed)
    windows = []
    for _ in range(count):
        song, start = draw_place(random, held_out=held_out)
        tracks = render(song)[:, start : start + LatentGrid.decoded_samples(COLUMNS)]
        windows.append((tracks, torch.tensor(column_roots(song, start))))
    return windows


def column_roots(song: Song, start: int) -> list[int]:
    """Pitch class of the chord in the middle of each column of a window.

    Args:
        song: what is played.
        start: sample that the window begins at.
    """
    middles = start + (np.arange(COLUMNS) + 0.5) * COLUMN_SAMPLES
    return [song.chord_at(middle).root for middle in middles]


def encode_bass(encode: Encode, tracks: Audio) -> Tensor:
    """The bass alone, [channels, columns]."""
    return encode(torch.from_numpy(tracks[_BASS][None].copy()))[0]


def encode_others(encode: Encode, tracks: Audio, hidden: int) -> Tensor:
    """All stems but the bass, with the last `hidden` columns silent, [channels, columns]."""
    heard: Audio = np.delete(tracks, _BASS, axis=0).sum(0)
    heard[len(heard) - hidden * COLUMN_SAMPLES :] = 0
    latent = encode(torch.from_numpy(heard[None]))[0].clone()
    latent[:, COLUMNS - hidden :] = 0
    return latent


def learn_roots(stems: Tensor, roots: Tensor) -> nn.Module:
    """Train a perceptron to name the root of what a bass plays.

    Args:
        stems: [windows, channels, columns].
        roots: [windows, columns].

    Returns:
        A network from the output of `_surroundings` to one logit for each pitch class.
    """
    inputs, wanted = _surroundings(stems), roots.flatten()
    # A seed of its own; the global random state is left unchanged.
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        probe = nn.Sequential(
            nn.Linear(inputs.shape[1], _WIDTH),
            nn.SiLU(),
            nn.Linear(_WIDTH, _WIDTH),
            nn.SiLU(),
            nn.Linear(_WIDTH, _ROOTS),
        )
        optimiser = torch.optim.AdamW(probe.parameters(), _RATE)
        for _ in range(_STEPS):
            chosen = torch.randint(len(inputs), (_BATCH,))
            noisy = inputs[chosen] + _NOISE * torch.randn(_BATCH, inputs.shape[1])
            loss = nn.functional.cross_entropy(probe(noisy), wanted[chosen])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
    return probe.requires_grad_(False)


def share_right(probe: nn.Module, stems: Tensor, roots: Tensor) -> float:
    """In how many of the newest columns the perceptron names the chord's root, 0 to 1.

    Args:
        probe: what `learn_roots` returns.
        stems: [windows, channels, columns].
        roots: [windows, columns].
    """
    named: Tensor = probe(_surroundings(stems)).argmax(1).reshape(roots.shape)
    return float((named == roots)[:, -NEWEST:].float().mean())


@torch.no_grad()
def find_bass(unet: nn.Module, mixtures: Tensor, sigma_min: float) -> Tensor:
    """What one step from noise makes of mixtures, [windows, channels, columns] each.

    Args:
        unet: the network.
        mixtures: that the bass belongs to.
        sigma_min: 0 for a diffusion model; a student's lowest level.
    """
    generator = torch.Generator().manual_seed(1)
    label = torch.eye(len(STEMS))[_BASS].expand(1, -1)
    level = torch.full((1,), _SIGMA)
    found = []
    for mixture in mixtures[:, None]:
        noisy = _SIGMA * torch.randn(mixture.shape, generator=generator)
        found.append(denoise(unet, noisy, level, label, mixture, sigma_min)[0])
    return torch.stack(found)


def tell(folder: Path, model: str, say: Callable[[str], object]) -> None:
    """Judge a model and report the result.

    Args:
        folder: where it is made.
        model: one of `MODELS`.
        say: is told line by line.

    Raises:
        ExportError: its training has not saved a state yet, or has another configuration's sizes,
            or there is no codec.
    """
    config = read_config(HERE / f"{model}.yaml")
    unet, steps, state = _network(folder, config, model)
    rows = {name: phase.rows for name, phase in zip(STATES, PHASES, strict=True)}
    seen = rows.get(state, CHANNELS)
    sigma_min = 0.0 if config.kind == "diffusion" else config.sigma_min
    whole = Making(folder).encoder()

    def encode(audio: Tensor) -> Tensor:
        return whole(audio)[:, :seen]

    learnt = draw_windows(_LEARNT, _SEED, held_out=False)
    probe = learn_roots(
        torch.stack([encode_bass(encode, tracks) for tracks, _ in learnt]),
        torch.stack([roots for _, roots in learnt]),
    )
    say(f"{state} after {steps} steps: the chord's root in the newest {NEWEST} columns of the bass")
    for held_out, songs in ((True, "songs that are held out"), (False, "songs of training")):
        judged = draw_windows(_JUDGED, _SEED + 1, held_out=held_out)
        roots = torch.stack([each for _, each in judged])
        stems = torch.stack([encode_bass(encode, tracks) for tracks, _ in judged])
        say(f"in {songs}:")
        say(f"  {share_right(probe, stems, roots):.2f}  the stems themselves")
        say(f"  {share_right(probe, stems.roll(1, 0), roots):.2f}  other windows'")
        for regime, hidden in HIDDEN.items():
            others = torch.stack([encode_others(encode, tracks, hidden) for tracks, _ in judged])
            share = share_right(probe, find_bass(unet, others, sigma_min), roots)
            say(f"  {share:.2f}  {regime}: all but {hidden} columns heard")


def _surroundings(latents: Tensor) -> Tensor:
    """Each column with its neighbours, [windows · columns, channels · (2 · around + 1)]."""
    padded = nn.functional.pad(latents, (_AROUND, _AROUND))
    return padded.unfold(2, 2 * _AROUND + 1, 1).transpose(1, 2).flatten(2).flatten(0, 1)


def _network(folder: Path, config: ModelConfig, model: str) -> tuple[UNet, int, str]:
    """Averaged weights of a training, ended or not, how many steps it has made, and its state."""
    diffusion = config.kind == "diffusion"
    names, begins = (STATES[::-1], "first_rows") if diffusion else ((f"{model}.state",), model)
    state = next((folder / name for name in names if (folder / name).is_file()), None)
    if state is None:
        raise ExportError(
            f"There is no state of the {model} in {folder}.",
            f"The stage {begins} writes one every {SAVE_EVERY} steps.",
        )
    kept = torch.load(state, weights_only=True, map_location="cpu")
    unet = load(lambda: UNet(config.unet), kept["averaged"], state.name)
    return unet, kept["step"], state.name


def main(arguments: Sequence[str]) -> int:
    """Judge a model of a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m sideman.export.demo.one_step",
        description="Tell how often the bass that a U-Net finds in one step has the chord's root.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=Path, help="where `sideman.export.demo.make` makes it")
    parser.add_argument("--model", choices=MODELS, default=MODELS[0], help="which of the two")
    options = parser.parse_args(arguments)
    bear_any_encoding()
    keep_memory()
    try:
        tell(options.folder, options.model, lambda line: sys.stdout.write(f"{line}\n"))
    except SidemanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
