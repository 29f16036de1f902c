from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES, LatentGrid
from sideman.engine.errors import GeometryError
from sideman.runtime.playing.geometry import Geometry

GRID = LatentGrid()
T = GRID.window_samples


def published(r: float, w: int, fade: float) -> tuple[int, int, int, int, int, int]:
    """The published server's arithmetic, written down a second time from its description."""
    columns = int(64 * r) + 1
    decoded = np.arange(4096 * min(columns, 64) + 1536)
    cropped = decoded[: int(columns * T / 64)]
    wanted = int(T * r) + int(fade * 44100)
    sent = cropped[-wanted:]
    return (
        int(T * r),
        int(T * (1 - (w + 2) * r)),
        64 - int(64 * r),
        columns,
        int(sent[0]),
        len(sent),
    )


@pytest.mark.parametrize(
    ("r", "w", "fade"),
    [(0.25, 1, 0.02), (0.125, 1, 0.02), (0.25, 0, 0.02), (0.25, -1, 0.0), (0.5, 0, 0.05)],
)
def test_reference_repeats_the_published_arithmetic(r: float, w: int, fade: float) -> None:
    g = Geometry.reference(GRID, r, w, fade)
    assert published(r, w, fade) == (
        g.step_samples,
        g.write_start,
        g.keep_columns,
        g.decoded_columns,
        g.out_start,
        g.out_samples,
    )


@given(
    r=st.floats(1e-3, 1.0), w=st.sampled_from((-1, 0, 1)), fade=st.floats(0, 0.5, allow_nan=False)
)
def test_reference_works_or_says_why(r: float, w: int, fade: float) -> None:
    """No pair hangs or returns nothing, and where the published server works we do the same."""
    expected = published(r, w, fade)
    works = expected[5] == int(T * r) + int(fade * 44100) and expected[1] >= 0
    works = works and int(64 * r) >= 1 and expected[3] <= 64
    try:
        g = Geometry.reference(GRID, r, w, fade)
    except GeometryError as error:
        assert not works
        assert error.remedy
        return
    assert_inside(g)
    if works:
        assert (g.step_samples, g.write_start, g.keep_columns) == expected[:3]
        assert (g.decoded_columns, g.out_start, g.out_samples) == expected[3:]


@pytest.mark.parametrize(
    ("r", "w", "fade", "reason"),
    [
        (0.5, 1, 0.02, "before the window's start"),
        (0.01, 1, 0.02, "less than one latent column"),
        (1.0, -1, 0.02, "decoded samples"),
        (0.0, 1, 0.02, "not a fraction"),
        (float("nan"), 1, 0.02, "not a fraction"),
        (1.5, -1, 0.02, "not a fraction"),
        (0.25, 2, 0.02, "not a regime"),
        (0.25, 1, -0.1, "makes no sense"),
        (0.25, 1, float("inf"), "makes no sense"),
    ],
)
def test_reference_refuses_with_the_reason(r: float, w: int, fade: float, reason: str) -> None:
    with pytest.raises(GeometryError, match=reason):
        Geometry.reference(GRID, r, w, fade)


def test_a_fade_too_long_for_the_published_crop_takes_another_column() -> None:
    """r = 0.2 with 20 ms returns nothing from the published server (13 columns hold 826 more)."""
    g = Geometry.reference(GRID, 0.2, 1, 0.02)
    assert g.decoded_columns == 14
    assert_inside(g)


@given(
    step=st.integers(1, 64),
    lead=st.integers(-64, 64),
    overlap=st.integers(0, 20_000),
    exact=st.booleans(),
)
def test_columnar_places_audio_to_the_sample(
    step: int, lead: int, overlap: int, exact: bool
) -> None:
    try:
        g = Geometry.columnar(GRID, step, lead, overlap, exact_mask=exact)
    except GeometryError:
        impossible = lead < -step or 2 * step + lead > 64
        too_long = step * COLUMN_SAMPLES + overlap + TAIL_SAMPLES > 64 * COLUMN_SAMPLES
        assert impossible or too_long
        return
    assert_inside(g, overlap)
    assert g.fade_samples == 0
    newest = g.write_start + g.step_samples
    assert newest % COLUMN_SAMPLES == TAIL_SAMPLES
    # In window samples, the decoded slice begins at its first column.
    first = (64 - g.decoded_columns) * COLUMN_SAMPLES + g.out_start
    assert first + g.out_samples == 64 * COLUMN_SAMPLES
    assert g.slack_samples == first - newest
    assert g.slack_samples == lead * COLUMN_SAMPLES - 1536 - overlap
    # Only fully overlapped samples leave the decoder.
    assert g.out_start >= TAIL_SAMPLES
    assert g.out_start + g.out_samples <= g.decoded_samples - TAIL_SAMPLES
    # Every column shown to the model is known in full.
    assert GRID.decoded_samples(g.known_columns) <= newest or g.known_columns == 0


def test_the_decoder_hears_what_precedes_a_step_as_far_as_there_is_any() -> None:
    assert Geometry.columnar(GRID, 4, 4, 882).decoded_columns == 4 + 1 + 4
    assert Geometry.columnar(GRID, 4, 4, 4_096).decoded_columns == 4 + 2 + 4
    assert Geometry.columnar(GRID, 62, -62, 882).decoded_columns == 64


def test_slack_of_a_look_ahead_of_two_columns_is_131_ms() -> None:
    slack = Geometry.columnar(GRID, 1, 2, 882).slack_samples
    assert math.isclose(slack / GRID.sample_rate, 0.131, abs_tol=5e-4)


def test_unknown_columns_are_hidden_up_to_the_next_trained_mask() -> None:
    assert Geometry.reference(GRID, 0.2, 1, 0.0).known_columns == 64 - 32
    assert Geometry.reference(GRID, 0.2, 1, 0.0, exact_mask=True).known_columns == 38
    # No trained mask is as large: hiding less than is unknown would show the model nonsense.
    assert Geometry.reference(GRID, 0.33, 1, 0.0).known_columns == 21


def assert_inside(g: Geometry, overlap: int | None = None) -> None:
    assert 0 <= g.write_start
    assert g.write_start + g.step_samples <= g.window_samples
    assert 0 <= g.known_columns <= 64
    assert g.keep_columns + g.step_columns == 64
    assert 1 <= g.decoded_columns <= 64
    assert 0 <= g.out_start
    assert g.out_start + g.out_samples <= g.decoded_samples
    assert g.out_samples == g.step_samples + (g.fade_samples if overlap is None else overlap)


@pytest.mark.parametrize("w", [-1, 0, 1])
def test_published_replies_are_41_milliseconds_late_and_whole_columns_are_not(w: int) -> None:
    """At r = 0.25; the figure is that of the published server's specification."""
    assert Geometry.reference(LatentGrid(), 0.25, w, 0.02).late_samples == 1804
    assert Geometry.columnar(LatentGrid(), 16, 16 * w, 882).late_samples == 0
