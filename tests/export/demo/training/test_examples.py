from __future__ import annotations

import numpy as np
import pytest
import torch

from sideman.engine.bundle.grid import LatentGrid
from sideman.export.demo.training import examples
from sideman.export.demo.training.examples import draw_codec_batch, draw_tracks
from sideman.export.demo.world.song import STEMS, Song


def test_pieces_are_of_songs_that_are_not_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[Song] = []
    render = examples.render

    def note(song: Song) -> np.ndarray:
        rendered.append(song)
        return render(song)

    monkeypatch.setattr(examples, "render", note)
    random = np.random.default_rng(0)
    for _ in range(40):
        assert draw_tracks(8, random).shape == (len(STEMS), LatentGrid.decoded_samples(8))
    assert len(rendered) == 40
    assert not any(song.held_out for song in rendered)


def test_a_batch_follows_from_its_generator_and_stays_within_full_scale() -> None:
    first, second = (draw_codec_batch(3, 8, torch.Generator().manual_seed(5)) for _ in range(2))
    assert first.shape == (3, LatentGrid.decoded_samples(8))
    assert first.dtype == torch.float32
    assert torch.equal(first, second)
    assert first.abs().max() <= 1
    assert not torch.equal(first, draw_codec_batch(3, 8, torch.Generator().manual_seed(6)))
