"""The stages of a real bundle, loaded once and played by several sessions."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.optional import found
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.engine import BundleEngine, side_by_side
from sideman.runtime.sharing.together import Together
from tests.models.places import BUNDLE

ONE = BackendChoice(threads=1)


def play(session: Session, seed: int, rows: tuple[int, ...]) -> list[np.ndarray]:
    """What a session makes of noise of its own."""
    geometry = Geometry.columnar(session.grid, 16, 16, 882)
    session.configure(geometry, rows)
    session.reset()
    sound = np.random.default_rng(seed).uniform(-0.5, 0.5, (2, geometry.step_samples))
    return [session.step(step).copy() for step in sound.astype(np.float32)]


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_sessions_on_one_engine_play_as_each_would_alone_even_at_once(
    monkeypatch, tmp_path, name
) -> None:
    if not found(name):
        pytest.skip(f"{name} is not installed")
    choice = BackendChoice(name, threads=1, cache=tmp_path)
    wishes = [(1, (0,)), (2, (3, 1)), (3, (0,))]
    alone = []
    for seed, rows in wishes:
        with Session.open(BUNDLE, seed=7, backend=choice) as session:
            alone.append(play(session, seed, rows))
    encoded = []
    plain = Session._encode_silence
    monkeypatch.setattr(Session, "_encode_silence", lambda self: encoded.append(1) or plain(self))
    engine = BundleEngine(BUNDLE, seed=7, backend=replace(choice, cycles=2))
    sessions = [engine.session() for _ in wishes]
    assert encoded == [1]
    together: dict[int, list[np.ndarray]] = {}

    def run(index: int) -> None:
        together[index] = play(sessions[index], *wishes[index])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(wishes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, wanted in enumerate(alone):
        np.testing.assert_allclose(np.array(together[index]), np.array(wanted), atol=1e-5)
    # One that leaves takes nothing from the others.
    sessions[0].close()
    assert np.isfinite(play(sessions[1], 4, (0,))).all()
    sessions[1].close()
    sessions[2].close()
    engine.close()


def test_sessions_that_are_played_as_one_batch_play_as_each_would_alone() -> None:
    """As a server does it: bound beside the sessions, one step begun inside the other."""
    wishes = [(1, (0,)), (2, (3, 1)), (3, (0,))]
    engine = BundleEngine(BUNDLE, seed=7, backend=ONE)
    alone = [play(engine.session(), *wish) for wish in wishes]
    geometry = Geometry.columnar(engine.session().grid, 16, 16, 882)
    batches = Batches(engine.session(), 4)
    for rows in (2, 3, 4):
        assert batches.missing([geometry]) == (geometry, rows)
        batches.prepare(geometry, rows)
    sessions = [engine.session() for _ in wishes]
    for session, (_, rows) in zip(sessions, wishes, strict=True):
        session.configure(geometry, rows)
    found: dict[int, np.ndarray] = {}
    for index in range(2):
        together = Together(batches)

        def step(player: int, index: int = index, together: Together = together) -> None:
            sessions[player].run_cycle = together.run
            sound = np.random.default_rng(wishes[player][0])
            steps = sound.uniform(-0.5, 0.5, (2, geometry.step_samples)).astype(np.float32)
            found[player] = sessions[player].step(steps[index]).copy()
            sessions[player].profile.commit()
            assert all(sessions[player].profile.last[s] > 0 for s in ("encode", "step", "decode"))

        together.play([partial(step, player) for player in range(len(wishes))])
        for player, wanted in enumerate(alone):
            np.testing.assert_allclose(found[player], wanted[index], atol=1e-5)
    assert (batches.ran, batches.steps) == (2, 6)
    batches.close()
    engine.close()


def test_sizes_that_ran_in_one_session_are_warm_in_another() -> None:
    engine = BundleEngine(BUNDLE, backend=ONE)
    one, two = engine.session(), engine.session()
    geometry = Geometry.columnar(one.grid, 16, 16, 882)
    for session in (one, two):
        session.configure(geometry, (0,))
    one.warm_up()
    assert one.expected_seconds is not None
    assert two.expected_seconds == one.expected_seconds
    engine.close()


@pytest.mark.parametrize(
    ("asked", "threads", "workers"), [(None, 1, 6), (1, 1, 6), (2, 2, 3), (4, 4, 1), (16, 16, 1)]
)
def test_as_many_cycles_run_side_by_side_as_there_are_cores(
    monkeypatch, asked, threads, workers
) -> None:
    monkeypatch.setattr("sideman.runtime.sharing.engine.available_cores", lambda: 6)
    for name in ("onnxruntime", "openvino"):
        chosen = side_by_side(BackendChoice(name, threads=asked))
        assert chosen == (BackendChoice(name, threads=threads, cycles=workers), workers)
    other = BackendChoice("tensorrt-rtx")
    assert side_by_side(other) == (other, 1)
