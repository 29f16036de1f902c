"""Steps of several sessions as one batch over fake TensorRT on a fake GPU.

The fake runs nothing before it is waited for: what is copied too early, or not at all, shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.together import Together
from tests.engine.fakes.session import GEOMETRY, cpu_session
from tests.engine.fakes.tensorrt_stand import Stand

PLAYERS = [(0,), (2, 1), (0,)]
ROWS = sum(map(len, PLAYERS))


def seated(engine: Session, *, warm: bool = True) -> list[Session]:
    """Sessions as a server has them: replayed as a whole when they play alone, noise drawn."""
    sessions = [engine.another(GaussianNoise(seed)) for seed in range(len(PLAYERS))]
    for session, rows in zip(sessions, PLAYERS, strict=True):
        session.configure(GEOMETRY, rows)
        if warm:
            session.warm_up()
        session.prepare()
    return sessions


def sound(player: int, step: int) -> np.ndarray:
    random = np.random.default_rng((player, step))
    return random.standard_normal(GEOMETRY.step_samples).astype(np.float32)


def play_together(batches: Batches, sessions: Sequence[Session], step: int) -> list[np.ndarray]:
    together, found = Together(batches), [np.empty(0)] * len(sessions)

    def handle(player: int) -> None:
        sessions[player].run_cycle = together.run
        found[player] = sessions[player].step(sound(player, step)).copy()
        sessions[player].run_cycle = None
        sessions[player].prepare()

    together.play([partial(handle, player) for player in range(len(sessions))])
    return found


@pytest.mark.parametrize("alone", [(), (1, 3)], ids=["batches", "batches and cycles in turn"])
def test_each_session_plays_as_on_the_cpu_alone(empty_stand: Stand, alone) -> None:
    stand = empty_stand
    stand.build(batch=ROWS)
    backend = stand.backend()
    stages = stand.stages(backend)
    with cpu_session() as cpu, Session(stand.bundle.manifest, backend, stages) as engine:
        wanted, sessions = seated(cpu, warm=False), seated(engine)
        batches = Batches(engine.another(), ROWS)
        while (missing := batches.missing([GEOMETRY])) is not None:
            batches.prepare(*missing)
        for session in sessions:
            session.prepare()
        for step in range(5):
            if step in alone:
                found = []
                for player, session in enumerate(sessions):
                    found.append(session.step(sound(player, step)).copy())
                    session.prepare()
            else:
                found = play_together(batches, sessions, step)
            for player, session in enumerate(wanted):
                own = session.step(sound(player, step))
                session.prepare()
                np.testing.assert_allclose(found[player], own, rtol=1e-5, atol=1e-6)
                np.testing.assert_allclose(
                    sessions[player].latents, session.latents, rtol=1e-5, atol=1e-6
                )
        assert batches.ran == 5 - len(alone)
        batches.close()
        for session in sessions:
            session.close()
    del sessions, session, batches
    assert stand.driver.leaks() == {}


def test_without_engines_for_it_there_is_no_batch_and_a_word(stand: Stand, caplog) -> None:
    backend = stand.backend()
    with Session(stand.bundle.manifest, backend, stand.stages(backend)) as engine:
        with pytest.raises(BackendError, match=r"rows 2, contexts 2.*\n?.*--batch 2"):
            engine.batch(GEOMETRY, 2)
        batches = Batches(engine.another(), 2)
        batches.prepare(GEOMETRY, 2)
        assert batches.expected(GEOMETRY, 2, 2) is None
        assert "--batch 2" in caplog.text
        sessions = seated(engine)[:1]
        assert np.isfinite(play_together(batches, sessions, 0)[0]).all()
        batches.close()
