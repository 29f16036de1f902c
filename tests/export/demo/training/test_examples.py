from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from sideman.engine.bundle.grid import LatentGrid
from sideman.export.demo.training import examples
from sideman.export.demo.training.examples import draw_codec_batch, draw_tracks
from sideman.export.demo.world.harmony import ROOTS
from sideman.export.demo.world.song import STEMS, Song
from sideman.runtime.listening.truth import BEATS_PER_BAR


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


def test_all_roots_come_up_as_often_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []

    def note(columns: int, _: np.random.Generator, root: int | None = None) -> np.ndarray:
        asked.append(root)
        return np.zeros((len(STEMS), LatentGrid.decoded_samples(columns)), np.float32)

    monkeypatch.setattr(examples, "draw_tracks", note)
    generator = torch.Generator().manual_seed(0)
    draw_codec_batch(800, 1, generator, every_root=True)
    counts = Counter(asked)
    assert set(counts) == set(ROOTS)
    assert min(counts.values()) > 0.7 * max(counts.values())
    asked.clear()
    draw_codec_batch(2, 1, generator)
    assert asked == [None, None]


@pytest.mark.parametrize("root", ROOTS)
def test_the_root_that_is_asked_for_is_in_the_middle(
    monkeypatch: pytest.MonkeyPatch, root: int
) -> None:
    places: list[tuple[Song, int]] = []
    place = examples.draw_place

    def note(random: np.random.Generator) -> tuple[Song, int]:
        places.append(place(random))
        return places[-1]

    monkeypatch.setattr(examples, "draw_place", note)
    draw_tracks(8, np.random.default_rng(1), root)
    song, start = places[-1]
    middle = start + LatentGrid.decoded_samples(8) / 2
    assert song.chord(int(middle / (BEATS_PER_BAR * song.beat_samples))).root == root


def test_a_root_that_no_chord_has_is_refused() -> None:
    with pytest.raises(ValueError, match="root 1"):
        draw_tracks(8, np.random.default_rng(0), root=1)


def test_a_batch_follows_from_its_generator_and_stays_within_full_scale() -> None:
    first, second = (draw_codec_batch(3, 8, torch.Generator().manual_seed(5)) for _ in range(2))
    assert first.shape == (3, LatentGrid.decoded_samples(8))
    assert first.dtype == torch.float32
    assert torch.equal(first, second)
    assert first.abs().max() <= 1
    assert not torch.equal(first, draw_codec_batch(3, 8, torch.Generator().manual_seed(6)))
