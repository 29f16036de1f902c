"""The server around a real session, whose stages are made up."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.playing.geometry import Geometry

STEP = 66_150


@pytest.fixture
def real(make_session):
    session = make_session()
    session.close = lambda: None
    return session


def test_the_server_plays_what_the_session_plays(servers, real, make_session):
    """Parameters that change, several stems, a dropped step, a reset: sample for sample."""
    audio = np.random.default_rng(3).uniform(-1, 1, (4, STEP)).astype(np.float32)
    alone = make_session()
    geometry = Geometry.reference(alone.grid, 0.25, 1, 0.02)
    expected = {}
    for rows in ((0,), (1, 3)):
        alone.configure(geometry, rows)
        alone.prepare()
    for index, step in enumerate(audio):
        if index == 1:
            alone.skip(np.concatenate([step[:61_740], np.zeros(4_410, np.float32)]))
            continue
        if index == 3:
            alone.reset()
        expected[index] = alone.step(step).copy()
        alone.prepare()

    client = servers.client(lambda: real)
    client.control("/predict_instruments", "iiii", 0, 1, 0, 1)
    for index, step in enumerate(audio):
        if index == 3:
            client.control("/reset", "i", 1)
        if index == 1:
            for chunk in client.chunks(index, step)[:-1]:
                client.raw(chunk)
            continue
        client.batch(index, step)
        if index == 2:
            assert client.expect("/batch_dropped") == [1]
        stems = client.reply(index)
        assert list(stems) == ["drums", "piano"]
        assert np.array_equal(np.stack(list(stems.values())), expected[index])
    assert not np.array_equal(expected[0], expected[3])


def test_a_dropped_step_and_a_failed_stage_leave_the_window_as_it_must_be(
    servers, real, make_session, fake_backend
):
    """The same history, with the server and without, is the same window."""
    audio = np.linspace(-1, 1, 4 * STEP, dtype=np.float32).reshape(4, STEP)
    client = servers.client(lambda: real)

    def fail(name):
        if name == "decode":
            raise BackendError("decode broke")

    client.batch(0, audio[0])
    client.reply(0)
    fake_backend.fail = fail
    client.batch(1, audio[1])
    assert "decode broke" in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [1]
    fake_backend.fail = lambda name: None
    for chunk in client.chunks(2, audio[2])[:-1]:  # never finished
        client.raw(chunk)
    client.batch(3, audio[3])
    assert client.expect("/batch_dropped") == [2]
    client.reply(3)
    client.server.stop()

    alone = make_session()
    alone.configure(Geometry.reference(alone.grid, 0.25, 1, 0.02), (0,))
    unfinished = audio[2].copy()
    unfinished[14 * 4_410 :] = 0
    alone.step(audio[0])
    alone.skip(audio[1])
    alone.skip(unfinished)
    alone.step(audio[3])
    assert np.array_equal(real.snapshot()["context"], alone.snapshot()["context"])
    assert real.snapshot()["context"].any()
