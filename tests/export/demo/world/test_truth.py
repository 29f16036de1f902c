from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS, draw_songs
from sideman.export.demo.world.truth import truth_of
from sideman.runtime.listening.judge import judge_all
from sideman.runtime.listening.pitch import RANGES


def test_the_judges_hear_what_the_songs_are_made_of() -> None:
    for song in islice(draw_songs(4, held_out=True, bars=4), 8):
        truth = truth_of(song)
        assert truth.samples == song.samples
        scores = judge_all(dict(zip(STEMS, render(song), strict=True)), truth)
        for stem, score in scores.items():
            assert score.onset_f > (0.9 if stem != "guitar" else 0.8), (stem, song)
            if stem in RANGES:
                assert score.chord_fit > 0.9, (stem, song)


@pytest.mark.parametrize("stem", RANGES)
def test_another_key_does_not_fit(stem: str) -> None:
    for song in islice(draw_songs(4, held_out=True, bars=4), 4):
        track = render(song)[STEMS.index(stem)]
        # A tritone up, no triad shares more than one note with itself.
        steps = np.arange(0, len(track) - 1, 2**0.5)
        higher = np.interp(steps, np.arange(len(track)), track).astype(np.float32)
        assert judge_all({stem: higher}, truth_of(song))[stem].chord_fit < 0.7
