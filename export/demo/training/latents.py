"""Pairs that the U-Nets learn from: a stem's latent, and that of what was played beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.engine.files import file_in_place_of
from sideman.export.demo.training.examples import draw_tracks
from sideman.export.demo.world.render import Audio
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS

#: Rows of a latent.
CHANNELS = LatentGrid().channels
#: Columns of a window, and how many of its last ones may be hidden from the mixture, at most.
COLUMNS, HIDDEN = 64, 32
#: Share of mixtures that are made of all other stems, as in a band. A mixture of fewer stems serves
#: several missing ones, so only 0.62 of the mixtures drawn in training are full.
_FULL = 0.75
#: Range of a mixture's gain.
_GAINS = (0.7, 1.0)
#: Share of mixtures with one of these numbers of columns hidden, those of the published regimes at
#: a step of a quarter; for the others, all numbers are equally likely.
_USUAL, _USUAL_HIDDEN = 0.5, (0, 16, 32)
#: Share of windows that begin before the song does, and how much of them may be silent.
_BEFORE, _SILENT = 0.2, 0.75
#: Windows in a file; with a single file, an interruption would lose all of them.
SHARD = 100

#: Audio [B, samples] to latents [B, channels, columns] as the U-Net sees them.
Encode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Latents:
    """Latents of many windows.

    Attributes:
        stems: every stem alone, [windows, stems, channels, columns].
        mixtures: each is made for one stem, of the others or some of them, with the end hidden:
            [windows, stems, channels, columns].
        heard: which stems a mixture contains: by window, by the stem it is made for, and by stem,
            [windows, stems, stems]; any stem that it lacks may play along with it.
    """

    stems: Tensor
    mixtures: Tensor
    heard: Tensor

    def __len__(self) -> int:
        return len(self.stems)

    def first_rows(self, count: int) -> Latents:
        """The same windows, with only the first `count` channels."""
        stems, mixtures = (each[:, :, :count].contiguous() for each in (self.stems, self.mixtures))
        return Latents(stems, mixtures, self.heard)


def describe_windows() -> dict[str, object]:
    """Every number of a window's drawing, to tell one recipe from another."""
    return {
        "columns": COLUMNS,
        "hidden": HIDDEN,
        "full": _FULL,
        "usual": (_USUAL, _USUAL_HIDDEN),
        "gains": _GAINS,
        "before": (_BEFORE, _SILENT),
        "shard": SHARD,
    }


def make_latents(encode: Encode, windows: int, folder: Path, seed: int = 0) -> Latents:
    """Encode windows, or read those that were encoded before.

    Hidden audio is silenced before it is encoded, as in a performance, where it has not been played
    yet: the encoder's statistics span the window and would reveal it.

    Args:
        encode: the codec's encoder.
        windows: how many; a multiple of 100.
        folder: where they are kept; made where it is missing.
        seed: of songs, places and choices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = []
    for index in range(windows // SHARD):
        file = folder / f"{index:03}.pt"
        if not file.is_file():
            random = np.random.default_rng((seed, index))
            made = [_encode_window(encode, random) for _ in range(SHARD)]
            with file_in_place_of(file) as partial:
                torch.save([torch.stack(tensors) for tensors in zip(*made, strict=True)], partial)
            sys.stdout.write(f"windows {(index + 1) * SHARD}/{windows}\n")
            sys.stdout.flush()
        shards.append(torch.load(file, weights_only=True))
    stems, mixtures, heard = (torch.cat(tensors) for tensors in zip(*shards, strict=True))
    return Latents(stems.float(), mixtures.float(), heard)


def _encode_window(encode: Encode, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """One window of what `Latents` holds, in float16."""
    tracks = draw_tracks(COLUMNS + 1, random).copy()
    if random.random() < _BEFORE:
        tracks[:, : int(random.integers(int(tracks.shape[1] * _SILENT)))] = 0
    played, tracks = place(tracks, int(random.integers(FRAME_SAMPLES)))

    # One by one: a whole window at once does not fit the processor's caches, and took 1.6 times as
    # long.
    def encoded(audio: Audio) -> Tensor:
        return encode(torch.from_numpy(audio)[None])[0].half()

    mixtures, heard = [], []
    for missing in range(len(STEMS)):
        mixture, chosen, columns = draw_mixture(played, missing, random)
        latent = encoded(mixture)
        latent[:, COLUMNS - columns :] = 0
        mixtures.append(latent)
        heard.append(torch.from_numpy(chosen))
    stems = torch.stack([encoded(track) for track in tracks])
    return stems, torch.stack(mixtures), torch.stack(heard)


def place(tracks: Audio, late: int) -> tuple[Audio, Audio]:
    """A window as musicians play it, and the same window as the model is to answer it.

    Musicians do not begin on a whole frame of the codec. The codec knows only whole frames, so the
    model's answer begins on the nearest one, at most half a frame (6 ms) off.

    Args:
        tracks: [stems, samples], one column longer than a window, beginning on a whole frame.
        late: samples, less than a frame, from the beginning of `tracks` to that of the window.

    Returns:
        What is played and what is to be answered, each [stems, samples of a window].
    """
    nearest = FRAME_SAMPLES * round(late / FRAME_SAMPLES)
    samples = LatentGrid.decoded_samples(COLUMNS)
    return tracks[:, late : late + samples], tracks[:, nearest : nearest + samples]


def draw_mixture(
    tracks: Audio, missing: int, random: np.random.Generator
) -> tuple[Audio, NDArray[np.bool_], int]:
    """A mixture to play along with.

    Args:
        tracks: [stems, samples], three stems at least.
        missing: index of the stem that is left out.
        random: what draws.

    Returns:
        [samples] float32, silent where it is hidden; which stems are in it, [stems], one at least;
        and how many columns are hidden.
    """
    others = np.delete(np.arange(len(tracks)), missing)
    if random.random() >= _FULL:
        others = random.choice(others, int(random.integers(1, len(others))), replace=False)
    heard = np.isin(np.arange(len(tracks)), others)
    mixture: Audio = tracks[heard].sum(0) * np.float32(random.uniform(*_GAINS))
    usual = random.random() < _USUAL
    columns = int(random.choice(_USUAL_HIDDEN) if usual else random.integers(HIDDEN + 1))
    mixture[len(mixture) - columns * COLUMN_SAMPLES :] = 0
    return mixture, heard, columns
