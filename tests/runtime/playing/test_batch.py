"""Sessions that are played as one batch hear what each would hear alone, and nothing of others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import BackendError, BundleError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.playing.shortcuts import Encode, Shortcuts
from tests.fakes.manifest import shared_context
from tests.models.places import BUNDLE

STEPS = 3
#: Seeds of noise and sound, and the stems, of each session.
PLAYERS = [(1, (0,)), (2, (3, 1)), (3, (0,))]


@pytest.fixture(scope="module")
def engine() -> Iterator[Session]:
    with Session.open(BUNDLE, backend=BackendChoice(threads=1)) as session:
        yield session


def geometry(session: Session) -> Geometry:
    return Geometry.columnar(session.grid, 16, 16, 882)


def sound(seed: int, session: Session) -> np.ndarray:
    samples = geometry(session).step_samples
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (STEPS, samples)).astype(np.float32)


def seated(engine: Session, seed: int, rows: tuple[int, ...]) -> Session:
    session = engine.another(GaussianNoise(seed))
    session.configure(geometry(engine), rows)
    return session


def together(batch, sessions: list[Session], sounds: list[np.ndarray]) -> list[np.ndarray]:
    """One step of all: each is begun inside the one before, and the last runs the batch."""
    cycles, stems = [], [np.empty(0)] * len(sessions)

    def begin(index: int) -> None:
        def run(cycle, record) -> None:
            cycle.encode(record)
            cycles.append(cycle)
            if index + 1 < len(sessions):
                begin(index + 1)
            else:
                batch.run(cycles)

        sessions[index].run_cycle = run
        stems[index] = sessions[index].step(sounds[index]).copy()

    begin(0)
    return stems


@pytest.mark.parametrize("players", [PLAYERS[:2], PLAYERS, [PLAYERS[0], PLAYERS[2]]])
def test_each_hears_what_it_would_alone(engine: Session, players: list) -> None:
    batch = engine.batch(geometry(engine), sum(len(rows) for _, rows in players))
    sessions = [seated(engine, *player) for player in players]
    sounds = [sound(seed, engine) for seed, _ in players]
    alone = []
    for player, heard in zip(players, sounds, strict=True):
        session = seated(engine, *player)
        alone.append([session.step(step).copy() for step in heard])
    for step in range(STEPS):
        stems = together(batch, sessions, [heard[step] for heard in sounds])
        for index, found in enumerate(stems):
            wanted = alone[index][step]
            assert np.abs(wanted).max() > 0.01
            np.testing.assert_allclose(found, wanted, atol=1e-5)
        # Who plays the same stem hears another sound: each has its own context, noise and past.
        same = [i for i, (_, rows) in enumerate(players) if rows == (0,)]
        for one, other in itertools.pairwise(same):
            assert np.abs(stems[one] - stems[other]).max() > 0.01


@pytest.mark.parametrize("encode", ["known", "new"])
def test_what_is_left_out_of_encoding_is_left_out_in_a_batch_too(encode: Encode) -> None:
    shortcuts = Shortcuts(encode=encode)
    backend = BackendChoice(threads=1)
    with Session.open(BUNDLE, backend=backend, shortcuts=shortcuts) as engine:
        players = PLAYERS[:2]
        batch = engine.batch(geometry(engine), 3)
        sessions, alone = ([seated(engine, *player) for player in players] for _ in range(2))
        sounds = [sound(seed, engine) for seed, _ in players]
        for step in range(STEPS):
            found = together(batch, sessions, [heard[step] for heard in sounds])
            for index, session in enumerate(alone):
                np.testing.assert_allclose(
                    found[index], session.step(sounds[index][step]), atol=1e-5
                )


def test_nothing_of_one_run_is_left_for_the_next(make_session, fake_backend) -> None:
    engine = make_session()
    g = geometry(engine)
    batch = engine.batch(g, 2)
    one, two, three, four = (engine.another(GaussianNoise(seed)) for seed in (1, 2, 3, 3))
    for session, stem in ((one, 0), (two, 1), (three, 2), (four, 2)):
        session.configure(g, (stem,))
    loud = np.ones(g.step_samples, np.float32)
    soft = 0.5 * loud
    for _ in range(2):
        together(batch, [one, two], [loud, loud])
        found, _ = together(batch, [three, two], [soft, loud])
        np.testing.assert_allclose(found, four.step(soft), atol=1e-6)


def test_a_member_that_fails_takes_nothing_from_the_others(make_session, fake_backend) -> None:
    engine = make_session()
    g = geometry(engine)
    one, two = (engine.another(GaussianNoise(seed)) for seed in (1, 2))
    alone = engine.another(GaussianNoise(1))
    for session in (one, two, alone):
        session.configure(g, (0,))
    audio = np.ones(g.step_samples, np.float32)

    def fail(cycle, record) -> None:
        raise BackendError("as asked")

    two.run_cycle = fail
    with pytest.raises(BackendError, match="as asked"):
        two.step(audio)
    two.run_cycle = None
    np.testing.assert_array_equal(one.step(audio), alone.step(audio))
    # Its step counts as skipped, as one that failed alone.
    assert np.isfinite(two.step(audio)).all()


def test_a_batch_that_fails_is_a_failed_cycle_for_each(make_session, fake_backend) -> None:
    engine = make_session()
    g = geometry(engine)
    batch = engine.batch(g, 2)
    sessions = [engine.another(GaussianNoise(seed)) for seed in (1, 2)]
    for session in sessions:
        session.configure(g, (0,))
    audio = np.ones(g.step_samples, np.float32)

    def fail(stage: str) -> None:
        if stage == "decode":
            raise BackendError("as asked")

    fake_backend.fail = fail
    with pytest.raises(BackendError, match="as asked"):
        together(batch, sessions, [audio, audio])
    fake_backend.fail = lambda stage: None
    for session in sessions:
        session.run_cycle = None
        # Nothing was kept: the columns are generated by the next cycle.
        assert (session.latents == engine.latents).all()
        assert np.isfinite(session.step(audio)).all()


def test_the_sound_of_an_old_bundle_has_no_batch(make_session) -> None:
    engine = make_session()
    engine.manifest = old = shared_context(engine.manifest)
    assert isinstance(old, Manifest)
    with pytest.raises(BundleError, match="Export the bundle again"):
        engine.batch(geometry(engine), 2)
