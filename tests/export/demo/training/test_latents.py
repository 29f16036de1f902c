from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.export.demo.training import latents as module
from sideman.export.demo.training.latents import (
    COLUMNS,
    HIDDEN,
    Latents,
    draw_mixture,
    make_latents,
    place,
)


def level(audio: Tensor) -> Tensor:
    """[B, samples] to [B, 2, columns]: the level of every column, and one above it."""
    whole = audio[:, : COLUMNS * COLUMN_SAMPLES].reshape(len(audio), COLUMNS, COLUMN_SAMPLES)
    rms = whole.square().mean(2).sqrt()
    return torch.stack([rms, rms + 1], dim=1)


def test_a_mixture_is_of_the_stems_it_says_and_lacks_its_end() -> None:
    random = np.random.default_rng(0)
    samples = LatentGrid.decoded_samples(COLUMNS)
    # Stems that are told apart in a sum, whatever it is multiplied by.
    tracks = np.eye(4, dtype=np.float32)[:, np.arange(samples) % 4]
    lengths: set[int] = set()
    counts: list[int] = []
    for index in range(400):
        mixture, heard, columns = draw_mixture(tracks, index % 4, random)
        assert not heard[index % 4]
        end = samples - columns * COLUMN_SAMPLES
        assert not mixture[end:].any()
        assert ((mixture[:4] > 0) == heard).all()
        assert (mixture[end - 4 : end].astype(bool).sum()) == heard.sum()
        assert 0 <= columns <= HIDDEN
        lengths.add(columns)
        counts.append(int(heard.sum()))
    assert set(counts) == {1, 2, 3}
    # A band is whole most of the time.
    assert 260 < counts.count(3) < 340
    # The published regimes' lengths, and others between them.
    assert {0, 16, 32} < lengths
    assert len(lengths) > 10


@pytest.mark.parametrize(("late", "nearest"), [(0, 0), (255, 0), (257, 512), (511, 512)])
def test_stems_stand_on_the_frame_next_to_what_is_heard(late: int, nearest: int) -> None:
    tracks = np.arange(LatentGrid.decoded_samples(COLUMNS + 1), dtype=np.float32)[None]
    heard, played = place(tracks, late)
    assert heard.shape == played.shape == (1, LatentGrid.decoded_samples(COLUMNS))
    assert (heard[0, 0], played[0, 0]) == (late, nearest)


def test_hidden_columns_are_zero_whatever_the_encoder_makes_of_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHARD", 3)
    made = make_latents(level, 6, tmp_path)
    assert len(made) == 6
    assert made.stems.shape == made.mixtures.shape == (6, 4, 2, COLUMNS)
    # One above the level is never zero but where it was hidden.
    hidden = (made.mixtures[:, :, 1] == 0).int()
    assert hidden.any()
    assert (hidden.diff(dim=2) >= 0).all()
    assert (made.stems[:, :, 1] >= 1).all()
    assert made.heard.shape == (6, 4, 4)
    assert made.heard.any(2).all()
    assert not made.heard.diagonal(dim1=1, dim2=2).any()


def test_windows_that_were_encoded_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHARD", 2)
    first = make_latents(level, 2, tmp_path)
    calls: list[Tensor] = []

    def count(audio: Tensor) -> Tensor:
        calls.append(audio)
        return level(audio)

    both = make_latents(count, 4, tmp_path)
    assert len(calls) == 2 * 8
    assert torch.equal(both.stems[:2], first.stems)
    assert not torch.equal(both.stems[2:], first.stems)


def test_the_first_rows_are_those_of_the_same_windows() -> None:
    whole = Latents(torch.rand(2, 4, 6, 5), torch.rand(2, 4, 6, 5), torch.ones(2, 4, 4).bool())
    some = whole.first_rows(2)
    assert len(some) == 2
    assert torch.equal(some.stems, whole.stems[:, :, :2])
    assert torch.equal(some.mixtures, whole.mixtures[:, :, :2])
    assert some.heard is whole.heard
