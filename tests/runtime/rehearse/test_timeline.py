"""Placement on the time line, and the external's way of laying audio down."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.rehearse.timeline import Placement, Track


@pytest.mark.parametrize(("lead", "first", "total"), [(-1, 0, 500), (0, 100, 600), (1, 200, 700)])
def test_content_lies_where_the_window_ends(lead, first, total):
    placement = Placement(step=100, fade=10, lead=lead, steps=5)
    assert placement.content(0) == (first, first + 100)
    assert placement.content(4) == (first + 400, first + 500)
    assert placement.write_start(0) == first - 10
    assert placement.total == total


def test_deadline_ends_where_the_fade_begins_or_is_the_pace():
    assert Placement(100, 10, 1, 5).deadline_samples == 90
    assert Placement(100, 10, 0, 5).deadline_samples == 100
    assert Placement(100, 10, -1, 5).deadline_samples == 100


@pytest.mark.parametrize("lead", [-1, 0, 1])
@pytest.mark.parametrize(("r", "fade"), [(0.25, 0.02), (0.125, 0.0), (0.02, 0.2)])
def test_the_clients_deadline_is_the_servers(lead, r, fade):
    """The last pair leaves no time before the fade even at w = 1: the pace is what remains."""
    geometry = Geometry.reference(LatentGrid(), r, lead, fade)
    assert Placement.of(geometry, lead, 3).deadline_samples == geometry.deadline_samples > 0


@pytest.mark.parametrize("lead", [-1, 0, 1])
def test_placement_is_that_of_the_servers_window(lead):
    geometry = Geometry.reference(LatentGrid(), 0.25, lead, 0.02)
    placement = Placement.of(geometry, lead, 3)
    assert (placement.step, placement.fade) == (66_150, 882)
    assert placement.out_samples == geometry.out_samples
    # The window's end, seen from the newest sample of the step that was written into it.
    ahead = geometry.window_samples - (geometry.write_start + geometry.step_samples)
    newest = 2 * placement.step
    assert placement.content(1)[1] == pytest.approx(newest + ahead, abs=1)


def test_cross_fade_and_fade_in_multiply_to_minus_2_5_db():
    placement = Placement(step=400, fade=101, lead=1, steps=2)
    track = Track(placement, package=501)
    answer = np.ones(501, np.float32)
    answer[:101] = np.linspace(0, 1, 101)
    track.write(0, 0, answer)
    track.write(1, 0, answer)
    start, _ = placement.content(1)
    middle = track.samples[start - 101 + 50]
    assert 20 * np.log10(middle) == pytest.approx(-2.5, abs=0.01)
    assert track.samples[start] == 1
    assert track.samples[start - 101] == 1


@pytest.mark.parametrize("package", [128, 200, 512, 1000])
@pytest.mark.parametrize("lead", [-1, 0, 1])
def test_chunks_in_any_order_make_the_same_as_one_piece(package, lead):
    rng = np.random.default_rng(package)
    placement = Placement(step=700, fade=150, lead=lead, steps=3)
    whole, pieces = Track(placement, 850), Track(placement, package)
    before = rng.normal(size=placement.total).astype("f4")
    whole.samples[:] = before
    pieces.samples[:] = before
    for batch in range(3):
        answer = rng.normal(size=850).astype("f4")
        whole.write(batch, 0, answer)
        chunks = [answer[i : i + package] for i in range(0, 850, package)]
        for chunk in rng.permutation(len(chunks)):
            pieces.write(batch, int(chunk), chunks[chunk])
    np.testing.assert_array_equal(whole.samples, pieces.samples)
    assert not np.array_equal(whole.samples, before)


def test_what_lies_before_the_beginning_is_left_out():
    placement = Placement(step=100, fade=40, lead=-1, steps=2)
    track = Track(placement, 30)
    answer = np.arange(140, dtype=np.float32)
    for chunk in range(5):
        track.write(0, chunk, answer[30 * chunk : 30 * chunk + 30])
    np.testing.assert_array_equal(track.samples[:100], answer[40:])
    assert not track.samples[100:].any()


def test_clear_zeroes_the_content_and_spares_the_fade():
    placement = Placement(step=100, fade=40, lead=0, steps=3)
    track = Track(placement, 140)
    track.samples[:] = 1
    track.clear(1)
    assert not track.samples[200:300].any()
    assert track.samples[:200].all()
    assert track.samples[300:].all()


def test_a_chunk_beyond_the_answer_writes_nothing():
    placement = Placement(step=100, fade=40, lead=0, steps=3)
    track = Track(placement, 140)
    track.write(0, 1, np.ones(140, np.float32))
    assert not track.samples.any()
