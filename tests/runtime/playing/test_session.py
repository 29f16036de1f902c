from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from sideman.engine.bundle.manifest import SamplerSpec
from sideman.engine.errors import BackendError, SidemanError
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session

MakeSession = Callable[..., Session]


def step_audio(geometry: Geometry, value: float) -> np.ndarray:
    return np.full(geometry.step_samples, value, np.float32)


def columnar(session: Session, step: int = 4, lead: int = 4, overlap: int = 0) -> Geometry:
    return Geometry.columnar(session.grid, step, lead, overlap)


def test_audio_lies_in_the_window_in_the_order_of_its_arrival(make_session: MakeSession) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0,))
    for value in (1, 2, 3):
        session.step(step_audio(g, value))
    context = session.snapshot()["context"]
    end = g.write_start  # after the shift the newest step ends where the next is written
    for age, value in enumerate((3, 2, 1)):
        piece = context[end - (age + 1) * g.step_samples : end - age * g.step_samples]
        assert (piece == value).all()
    assert (context[: end - 3 * g.step_samples] == 0).all()
    assert (context[end:] == 0).all()


def test_unknown_columns_do_not_reach_the_model(make_session: MakeSession) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0,))
    for _ in range(40):
        session.step(step_audio(g, 1.0))
    assert (session.mixture[:, : g.known_columns] > 0.99).all()
    assert (session.mixture[:, g.known_columns :] == 0).all()


def test_each_stem_has_its_own_label_and_past(make_session: MakeSession) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (3, 1))
    for _ in range(20):
        out = session.step(step_audio(g, 1.0))
    assert out.shape == (2, g.out_samples)
    piano, drums = out
    assert not np.allclose(piano, drums)
    alone = make_session()
    alone.configure(g, (1,))
    for _ in range(20):
        only_drums = alone.step(step_audio(g, 1.0))[0]
    np.testing.assert_allclose(only_drums, drums)


def test_generated_columns_are_kept_by_the_next_cycle(make_session: MakeSession) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0,))
    session.step(step_audio(g, 1.0))
    first = session.snapshot()["generated"][0].copy()
    session.step(step_audio(g, 5.0))
    second = session.snapshot()["generated"][0]
    kept = slice(0, g.keep_columns - g.step_columns)
    np.testing.assert_array_equal(second[:, kept], first[:, g.step_columns : g.keep_columns])


def test_a_skipped_step_leaves_its_audio_and_its_columns_to_be_generated(
    make_session: MakeSession,
) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0,))
    session.step(step_audio(g, 1.0))
    session.skip(step_audio(g, 2.0))
    hole = slice(g.keep_columns - g.step_columns, g.keep_columns)
    session.step(step_audio(g, 3.0))
    snapshot = session.snapshot()
    end = g.write_start
    pieces = snapshot["context"][end - 3 * g.step_samples : end].reshape(3, -1)
    assert [p[0] for p in pieces] == [1, 2, 3]
    # The hole was filled by the cycle after it, not kept as the zeros that the shift left.
    filled = slice(hole.start - g.step_columns, hole.stop - g.step_columns)
    assert (snapshot["generated"][0][:, filled] != 0).all()


def test_a_stem_that_was_off_is_generated_afresh(make_session: MakeSession) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0,))
    session.step(step_audio(g, 1.0))
    session.step(step_audio(g, 1.0))
    session.configure(g, (0, 1))
    session.step(step_audio(g, 1.0))
    latents = session.snapshot()["generated"]
    gap = slice(g.keep_columns - 3 * g.step_columns, g.keep_columns - g.step_columns)
    assert (latents[1][:, gap] != 0).all()


@pytest.mark.parametrize("part", ["noise", "encode", "step", "decode"])
def test_a_failed_cycle_counts_as_skipped(
    make_session: MakeSession, fake_backend, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0,))

    def fail(name: object) -> None:
        if name == part or part == "noise":
            raise BackendError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(fake_backend, "fail", fail)
        if part == "noise":
            patch.setattr(session._noise, "fill", fail)
        with pytest.raises(BackendError):
            session.step(step_audio(g, 1.0))
    session.step(step_audio(g, 2.0))
    end = g.write_start
    pieces = session.snapshot()["context"][end - 2 * g.step_samples : end].reshape(2, -1)
    assert [p[0] for p in pieces] == [1, 2]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["latent", "decoded"])
def test_what_is_not_finite_is_never_played_and_never_kept(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch, part: str, value: float
) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, (0, 2))
    cycle = session._cycle
    plain = cycle.program.run

    def poisoned(record: object) -> None:
        plain(record)
        getattr(cycle, part).host[1].flat[-1] = value

    with monkeypatch.context() as patch:
        patch.setattr(cycle.program, "run", poisoned)
        with pytest.raises(BackendError, match="not finite"):
            session.step(step_audio(g, 1.0))
        with pytest.raises(BackendError, match="not finite"):
            session.warm_up()
    assert np.isfinite(session.latents).all()
    session.prepare()
    assert np.isfinite(session.step(step_audio(g, 2.0))).all()


def test_the_fade_in_has_both_ends(make_session: MakeSession) -> None:
    session = make_session(channels=1)
    g = dataclasses.replace(columnar(session, overlap=100), fade_samples=100)
    session.configure(g, (0,))
    for _ in range(20):
        out = session.step(step_audio(g, 1.0))[0]
    np.testing.assert_allclose(out[:100], out[99] * np.linspace(0, 1, 100), rtol=1e-5)
    assert out[99] != 0


def test_warming_up_changes_nothing(make_session: MakeSession) -> None:
    runs = []
    for warm in (False, True):
        session = make_session(noise=GaussianNoise(7))
        g = columnar(session)
        session.configure(g, (0,))
        if warm:
            session.warm_up()
        runs.append([session.step(step_audio(g, v)).copy() for v in (1.0, 2.0)])
    np.testing.assert_array_equal(runs[0], runs[1])


def test_sizes_that_ran_before_are_warm(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ran = make_session(), []
    plain = Cycle.run
    monkeypatch.setattr(Cycle, "run", lambda self, record: (ran.append(1), plain(self, record)))
    for rows, runs in (((0,), 2), ((1,), 2), ((0, 1), 4), ((2, 0), 4), ((), 4), ((2,), 4)):
        session.configure(columnar(session), rows)
        session.warm_up()
        assert len(ran) == runs, rows
        assert (session.expected_seconds is None) == (not rows)


def test_noise_is_drawn_once_a_cycle_and_ahead_of_it(make_session: MakeSession) -> None:
    session = make_session()
    noise = session._noise
    g = columnar(session)
    session.configure(g, (0,))
    session.prepare()
    session.prepare()
    assert noise.filled == 1
    session.step(step_audio(g, 1.0))
    assert noise.filled == 1
    session.step(step_audio(g, 1.0))
    assert noise.filled == 2


def test_reset_is_a_new_start(make_session: MakeSession) -> None:
    session = make_session(noise=GaussianNoise(1))
    g = columnar(session)
    session.configure(g, (0,))
    fresh = session.snapshot()
    session.step(step_audio(g, 1.0))
    session.reset()
    for name in ("context", "generated"):
        np.testing.assert_array_equal(session.snapshot()[name], fresh[name])


def test_a_seeded_session_repeats_after_a_reset_whatever_was_configured_before(
    make_session: MakeSession,
) -> None:
    session = make_session(noise=GaussianNoise(1))
    g = columnar(session)
    outputs = []
    for stems in ((0,), (1, 2)):
        session.configure(g, stems)
        session.prepare()
        session.configure(g, (0,))
        session.prepare()
        session.reset()
        outputs.append([session.step(step_audio(g, 1.0)).copy() for _ in range(2)])
    np.testing.assert_array_equal(outputs[0], outputs[1])


def test_the_window_survives_another_geometry(make_session: MakeSession) -> None:
    session = make_session()
    g = Geometry.reference(session.grid, 0.25, 1, 0.02)
    session.configure(g, (0,))
    session.step(step_audio(g, 1.0))
    smaller = Geometry.reference(session.grid, 0.125, 1, 0.02)
    session.configure(smaller, (0,))
    session.step(step_audio(smaller, 2.0))
    left = g.step_samples - smaller.step_samples
    assert (session.snapshot()["context"] == 1).sum() == left
    columns = columnar(session)
    session.configure(columns, (0,))
    assert len(session.snapshot()["context"]) == columns.window_samples
    session.step(step_audio(columns, 3.0))


@pytest.mark.parametrize("rows", [(4,), (-1,), (0, 0)])
def test_stems_that_do_not_exist_are_refused(make_session: MakeSession, rows: tuple) -> None:
    session = make_session()
    with pytest.raises(SidemanError, match="distinct indices"):
        session.configure(columnar(session), rows)


def test_a_session_without_stems_only_listens(make_session: MakeSession) -> None:
    session = make_session()
    g = columnar(session)
    session.configure(g, ())
    session.prepare()
    session.warm_up()
    session.skip(step_audio(g, 1.0))
    assert session.snapshot()["output"].size == 0
    with pytest.raises(SidemanError, match="no stem"):
        session.step(step_audio(g, 1.0))


@pytest.mark.parametrize(
    "sampler",
    [
        SamplerSpec("consistency", 2, 1e-4, 80.0, 7.0),
        SamplerSpec("dpm2-ancestral", 5, 1e-4, 50.0, 9.0, 1.0, 2),
        SamplerSpec("heun", 4, 1e-2, 50.0, 7.0),
    ],
)
def test_outputs_never_alias_inputs(
    make_session: MakeSession, fake_backend, sampler: SamplerSpec
) -> None:
    """An evaluation must not write what it, or a later one, still reads."""
    session = make_session(sampler=sampler)
    g = columnar(session)
    session.configure(g, (0, 1))
    for stage, binding in fake_backend.bound:
        if stage != "step":
            continue
        arrays = binding._arrays
        written = [arrays[n] for n in ("next", "merged", "denoised")]
        read = [a for n, a in arrays.items() if n not in ("next", "merged", "denoised")]
        for i, w in enumerate(written):
            assert not any(np.shares_memory(w, r) for r in read)
            assert not any(np.shares_memory(w, o) for o in written[i + 1 :])


def test_a_steady_step_allocates_no_array(make_session: MakeSession, fake_backend) -> None:
    """Everything but the fake stages themselves: numpy reports its memory to tracemalloc."""
    session = make_session(noise=GaussianNoise(3), channels=64)
    g = Geometry.reference(session.grid, 0.25, 1, 0.02)
    session.configure(g, (0, 2))
    for _, binding in fake_backend.bound:
        binding._function = lambda arrays: None
    audio = step_audio(g, 0.5)
    for _ in range(3):
        session.step(audio)
        session.prepare()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(5):
            session.step(audio)
            session.prepare()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The smallest array of a cycle, a latent, has 16 KiB; one Python object a sample were 1.6 MB.
    assert peak - before < 8_192
    assert after - before < 2_048
