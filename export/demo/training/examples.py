"""Examples for training, rendered on demand, so that their number is unlimited."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from sideman.engine.bundle.grid import LatentGrid
from sideman.export.demo.world.harmony import ROOTS
from sideman.export.demo.world.render import Audio, render
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS, Song, draw_songs
from sideman.runtime.listening.truth import BEATS_PER_BAR

#: How often a stem is drawn for the codec: low notes are the hardest, drums the easiest.
_SHARES = (0.4, 0.15, 0.25, 0.2)
#: How often it is drawn alone, and the range of a piece's gain.
_ALONE, _GAINS = 0.8, (0.7, 1.0)
#: Bars that are rendered: two, and the longest window at the shortest beat.
BARS = 6


def describe_examples() -> dict[str, object]:
    """Every number of the codec's examples, to tell one recipe from another."""
    return {"shares": _SHARES, "alone": _ALONE, "gains": _GAINS, "bars": BARS}


def draw_place(random: np.random.Generator, *, held_out: bool = False) -> tuple[Song, int]:
    """A random song, and where a window of it begins: on a frame of its second bar.

    So the first bar rings into the window, which begins with any chord, as songs do.

    Args:
        random: what draws.
        held_out: whether the song is one that scores are made of.

    Returns:
        The song, and a sample of it.
    """
    song = next(draw_songs(int(random.integers(2**32)), held_out=held_out, bars=BARS))
    bar = BEATS_PER_BAR * song.beat
    return song, int(random.integers(bar, 2 * bar)) * FRAME_SAMPLES


def draw_tracks(columns: int, random: np.random.Generator, root: int | None = None) -> Audio:
    """A random piece of a random song that is not held out; it begins on a whole frame.

    Args:
        columns: its length in latent columns.
        random: what draws.
        root: pitch class of the chord in its middle, one of `ROOTS`; any, where that is not given.

    Returns:
        [stems, samples] float32.

    Raises:
        ValueError: no chord has this root.
    """
    if root not in (None, *ROOTS):
        raise ValueError(f"no chord has the root {root}")
    samples = LatentGrid.decoded_samples(columns)
    while True:
        song, start = draw_place(random)
        if root in (None, song.chord_at(start + samples // 2).root):
            return render(song)[:, start : start + samples]


def draw_codec_batch(
    rows: int,
    columns: int,
    generator: torch.Generator,
    *,
    shares: Sequence[float] = _SHARES,
    alone: float = _ALONE,
    every_root: bool = False,
) -> Tensor:
    """Stems alone and mixed, as both go through the codec.

    Args:
        rows: how many pieces.
        columns: their length in latent columns.
        generator: what draws.
        shares: how often each stem is drawn.
        alone: how often it is not mixed with others.
        every_root: whether all roots, instead of all songs, are equally likely.

    Returns:
        [rows, samples] float32.
    """
    random = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    pieces = []
    for _ in range(rows):
        tracks = draw_tracks(columns, random, int(random.choice(ROOTS)) if every_root else None)
        count = 1 if random.random() < alone else int(random.integers(2, len(STEMS) + 1))
        chosen = random.choice(len(STEMS), count, replace=False, p=shares)
        pieces.append(tracks[chosen].sum(0) * random.uniform(*_GAINS))
    return torch.from_numpy(np.stack(pieces).astype(np.float32))
