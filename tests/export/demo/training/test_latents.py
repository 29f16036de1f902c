from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.export.demo.training import latents as module
from sideman.export.demo.training.examples import draw_tracks, samples_of
from sideman.export.demo.training.latents import COLUMNS, HIDDEN, draw_mixture, make_latents, place


def level(audio: Tensor) -> Tensor:
    """[B, samples] to [B, 2, columns]: the level of every column, and one above it."""
    whole = audio[:, : COLUMNS * COLUMN_SAMPLES].reshape(len(audio), COLUMNS, COLUMN_SAMPLES)
    rms = whole.square().mean(2).sqrt()
    return torch.stack([rms, rms + 1], dim=1)


def test_a_mixture_lacks_its_stem_and_its_end() -> None:
    random = np.random.default_rng(0)
    tracks = draw_tracks(COLUMNS, random)
    lengths = set()
    for _ in range(60):
        stem = int(random.integers(4))
        only = np.zeros_like(tracks)
        only[stem] = tracks[stem]
        mixture, columns = draw_mixture(only, stem, random)
        assert not mixture.any()
        mixture, columns = draw_mixture(tracks, stem, random)
        end = samples_of(COLUMNS) - columns * COLUMN_SAMPLES
        assert not mixture[end:].any()
        assert mixture[:end].any()
        assert 0 <= columns <= HIDDEN
        lengths.add(columns)
    # The published regimes' lengths, and others between them.
    assert {0, 16, 32} < lengths
    assert len(lengths) > 10


@pytest.mark.parametrize(("late", "nearest"), [(0, 0), (255, 0), (257, 512), (511, 512)])
def test_stems_stand_on_the_frame_next_to_what_is_heard(late: int, nearest: int) -> None:
    tracks = np.arange(samples_of(COLUMNS + 1), dtype=np.float32)[None]
    heard, played = place(tracks, late)
    assert heard.shape == played.shape == (1, samples_of(COLUMNS))
    assert (heard[0, 0], played[0, 0]) == (late, nearest)


def test_hidden_columns_are_zero_whatever_the_encoder_makes_of_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SHARD", 3)
    made = make_latents(level, 6, tmp_path)
    assert len(made) == 6
    assert made.stems.shape == made.mixtures.shape == (6, 4, 2, COLUMNS)
    # One above the level is never zero but where it was hidden.
    hidden = (made.mixtures[:, :, 1] == 0).int()
    assert hidden.any()
    assert (hidden.diff(dim=2) >= 0).all()
    assert (made.stems[:, :, 1] >= 1).all()


def test_windows_that_were_encoded_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SHARD", 2)
    first = make_latents(level, 2, tmp_path)
    calls: list[Tensor] = []

    def count(audio: Tensor) -> Tensor:
        calls.append(audio)
        return level(audio)

    both = make_latents(count, 4, tmp_path)
    assert len(calls) == 2
    assert torch.equal(both.stems[:2], first.stems)
    assert not torch.equal(both.stems[2:], first.stems)
