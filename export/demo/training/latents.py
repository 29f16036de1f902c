"""Pairs that the U-Nets learn from: a stem's latent, and that of what was played beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.export.demo.training.examples import draw_tracks, samples_of
from sideman.export.demo.world.render import Audio
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS

#: Columns of a window, and how many of its end the mixture may lack: every number up to this.
COLUMNS, HIDDEN = 64, 32
#: Share of windows that begin before the song does.
_BEFORE = 0.2
#: Windows that are kept at once; a file of one piece would be lost whole with an interruption.
_SHARD = 100

#: Audio [B, samples] to latents [B, channels, columns] as the U-Net sees them.
Encode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Latents:
    """Latents of many windows, [windows, stems, channels, columns] each.

    Attributes:
        stems: every stem alone.
        mixtures: for every stem, some of the others, with the end hidden.
    """

    stems: Tensor
    mixtures: Tensor

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
            partial = file.with_suffix(".partial")
            torch.save(torch.stack(made).half(), partial)
            partial.replace(file)
            sys.stdout.write(f"windows {(index + 1) * _SHARD}/{windows}\n")
            sys.stdout.flush()
        shards.append(torch.load(file, weights_only=True))
    both = torch.cat(shards).float()
    return Latents(both[:, 0], both[:, 1])


def _encode_window(encode: Encode, random: np.random.Generator) -> Tensor:
    """[2, stems, channels, columns]: stems, then their mixtures."""
    tracks = draw_tracks(COLUMNS + 1, random).copy()
    if random.random() < _BEFORE:
        tracks[:, : int(random.integers(tracks.shape[1] * 3 // 4))] = 0
    heard, tracks = place(tracks, int(random.integers(FRAME_SAMPLES)))
    mixtures, hidden = [], []
    for stem in range(len(STEMS)):
        mixture, columns = draw_mixture(heard, stem, random)
        mixtures.append(mixture)
        hidden.append(columns)
    latents = encode(torch.from_numpy(np.concatenate([tracks, np.stack(mixtures)])))
    pair = latents.reshape(2, len(STEMS), *latents.shape[1:])
    for stem, columns in enumerate(hidden):
        pair[1, stem, :, COLUMNS - columns :] = 0
    return pair


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
    samples = samples_of(COLUMNS)
    return tracks[:, late : late + samples], tracks[:, nearest : nearest + samples]


def draw_mixture(tracks: Audio, stem: int, random: np.random.Generator) -> tuple[Audio, int]:
    """What a stem plays along with.

    Args:
        tracks: [stems, samples].
        stem: index of the one that is left out.
        random: what draws.

    Returns:
        [samples] float32, silent where it is hidden, and how many columns are hidden.
    """
    others = [other for other in range(len(tracks)) if other != stem]
    chosen = random.choice(others, int(random.integers(1, len(others) + 1)), replace=False)
    mixture: Audio = tracks[chosen].sum(0) * np.float32(random.uniform(0.7, 1.0))
    # The three lengths of the published regimes come up as often as all others together.
    usual = random.random() < 0.5
    columns = int(random.choice((0, 16, 32)) if usual else random.integers(HIDDEN + 1))
    mixture[len(mixture) - columns * COLUMN_SAMPLES :] *= columns == 0
    return mixture, columns
