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

#: Columns of a window, and how many of its end the mixture may lack: every number up to this.
COLUMNS, HIDDEN = 64, 32
#: Mixtures of a window, as many as stems. Whoever is missing from one may play along with it.
_MIXTURES = len(STEMS)
#: Share of windows that begin before the song does.
_BEFORE = 0.2
#: Windows that are kept at once; a file of one piece would be lost whole with an interruption.
_SHARD = 100

#: Audio [B, samples] to latents [B, channels, columns] as the U-Net sees them.
Encode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Latents:
    """Latents of many windows.

    Attributes:
        stems: every stem alone, [windows, stems, channels, columns].
        mixtures: of some of the stems, with the end hidden, [windows, mixtures, channels, columns].
        heard: which stems a mixture is of, [windows, mixtures, stems]; never all.
    """

    stems: Tensor
    mixtures: Tensor
    heard: Tensor

    def __len__(self) -> int:
        return len(self.stems)


def make_latents(encode: Encode, windows: int, folder: Path, seed: int = 0) -> Latents:
    """Encode windows, or read those that were encoded before.

    What is hidden is silent before it is encoded, as in a performance, where nobody has played it
    yet: the encoder's statistics span the window and would tell of it.

    Args:
        encode: the codec's encoder.
        windows: how many; a multiple of 100.
        folder: where they are kept; made where it is missing.
        seed: of songs, places and choices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = []
    for index in range(windows // _SHARD):
        file = folder / f"{index:03}.pt"
        if not file.is_file():
            random = np.random.default_rng((seed, index))
            made = [_encode_window(encode, random) for _ in range(_SHARD)]
            with file_in_place_of(file) as partial:
                torch.save([torch.stack(tensors) for tensors in zip(*made, strict=True)], partial)
            sys.stdout.write(f"windows {(index + 1) * _SHARD}/{windows}\n")
            sys.stdout.flush()
        shards.append(torch.load(file, weights_only=True))
    stems, mixtures, heard = (torch.cat(tensors) for tensors in zip(*shards, strict=True))
    return Latents(stems.float(), mixtures.float(), heard)


def _encode_window(encode: Encode, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """One window of what `Latents` holds, in float16."""
    tracks = draw_tracks(COLUMNS + 1, random).copy()
    if random.random() < _BEFORE:
        tracks[:, : int(random.integers(tracks.shape[1] * 3 // 4))] = 0
    played, tracks = place(tracks, int(random.integers(FRAME_SAMPLES)))

    # One by one: all of a window at once leave the processor's caches, and took 1.6 times as long.
    def encoded(audio: Audio) -> Tensor:
        return encode(torch.from_numpy(audio)[None])[0].half()

    mixtures, heard = [], []
    for _ in range(_MIXTURES):
        mixture, chosen, columns = draw_mixture(played, random)
        latent = encoded(mixture)
        latent[:, COLUMNS - columns :] = 0
        mixtures.append(latent)
        heard.append(torch.from_numpy(chosen))
    stems = torch.stack([encoded(track) for track in tracks])
    return stems, torch.stack(mixtures), torch.stack(heard)


def place(tracks: Audio, late: int) -> tuple[Audio, Audio]:
    """One window as musicians play it, and as the model is to play along.

    Nobody begins on a whole frame of the codec. The codec knows whole frames only, so the model
    answers with the nearest one, which is at most half a frame off: 6 ms.

    Args:
        tracks: [stems, samples], one column longer than a window, beginning on a whole frame.
        late: samples, less than a frame, from its beginning to that of the window.

    Returns:
        Two times [stems, samples of a window].
    """
    nearest = FRAME_SAMPLES * round(late / FRAME_SAMPLES)
    samples = LatentGrid.decoded_samples(COLUMNS)
    return tracks[:, late : late + samples], tracks[:, nearest : nearest + samples]


def draw_mixture(
    tracks: Audio, random: np.random.Generator
) -> tuple[Audio, NDArray[np.bool_], int]:
    """What somebody plays along with.

    Args:
        tracks: [stems, samples].
        random: what draws.

    Returns:
        [samples] float32, silent where it is hidden; which stems are in it, [stems], one at least
        and not all; and how many columns are hidden.
    """
    heard = np.zeros(len(tracks), np.bool_)
    heard[random.choice(len(tracks), int(random.integers(1, len(tracks))), replace=False)] = True
    mixture: Audio = tracks[heard].sum(0) * np.float32(random.uniform(0.7, 1.0))
    # The three lengths of the published regimes come up as often as all others together.
    usual = random.random() < 0.5
    columns = int(random.choice((0, 16, 32)) if usual else random.integers(HIDDEN + 1))
    mixture[len(mixture) - columns * COLUMN_SAMPLES :] = 0
    return mixture, heard, columns
