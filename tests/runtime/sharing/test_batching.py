"""A server that plays steps of several clients as one batch, over real UDP."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from sideman.engine.errors import BackendError, SidemanError
from sideman.runtime.sharing.server import SharedServer
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.sharing.test_server import placed, sound

CYCLE = 0.02


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


class Stage:
    """Three clients of which one holds the engine, until steps of the others wait."""

    def __init__(self, serve, join, engine, steps=(4, 4, 4), leads=(16, 16, 16)) -> None:
        engine.cycle = CYCLE
        self.engine = engine
        self.server = serve(3, batch=3)
        self.hosts = [
            join(self.server, step=step, lead=lead) for step, lead in zip(steps, leads, strict=True)
        ]
        for host in self.hosts:
            host.connect()
            host.play(sound(1, 20_000))
        self.sessions = dict(zip(self.hosts, dict.fromkeys(engine.order), strict=True))
        until(lambda: len(engine.prepared) >= 2)
        engine.order.clear()
        engine.batches.clear()
        assert self.server.load().batches == 0, "they played one after the other"

    def meet(self, answered: int = 3) -> None:
        """Let a step of each of the others wait, while one of the first runs; then let all go."""
        holder = self.sessions[self.hosts[0]]
        holder.hold()
        self._go_on(self.hosts[0])
        until(lambda: self.engine.running > 0)
        for host in self.hosts[1:]:
            self._go_on(host)
        until(lambda: sum(s.queue.wanted is not None for s in self.server._seats) == 2)
        holder.let_go()
        until(lambda: len(self.engine.order) >= answered)

    @staticmethod
    def _go_on(host) -> None:
        """Play until a step is complete."""
        place = host.client._network._session.placement
        steps = (host.client.position - place.origin) // place.step_samples
        while (host.client.position - place.origin) // place.step_samples == steps:
            host._process(sound(2, 512))


def test_two_steps_that_wait_become_one_batch_and_each_hears_its_own(
    serve, join, engine, monkeypatch
) -> None:
    stage = Stage(serve, join, engine)
    assert [rows for _, rows in engine.prepared] == [2, 3]
    noted: list[float] = []
    monkeypatch.setattr(stage.server._ledger, "note", lambda _, seconds: noted.append(seconds))
    stage.meet()
    _, one, two = stage.hosts
    (batch,) = engine.batches
    assert set(batch) == {stage.sessions[one], stage.sessions[two]}
    load = stage.server.load()
    assert (load.batches, load.batched) == (1, 2)
    assert stage.server.figures().detail.endswith("; 2 steps in batches")
    until(lambda: not any(seat.busy for seat in stage.server._seats))
    # What a step takes in a batch is no cycle of its own, and admission reckons with those.
    assert len(noted) == 1
    for host in (one, two):
        host.play(sound(3, 30_000))
        heard, wanted = placed(host)
        np.testing.assert_allclose(heard, wanted, atol=1e-6)


def test_steps_of_different_lengths_never_join(serve, join, engine) -> None:
    stage = Stage(serve, join, engine, steps=(4, 4, 2))
    stage.meet()
    assert engine.batches == []
    assert stage.server.load().batches == 0


def test_a_batch_that_fails_is_silence_and_a_message_for_each(serve, join, engine) -> None:
    stage = Stage(serve, join, engine)
    engine.trouble = BackendError("The batch ran out of memory.")
    stage.meet(answered=1)
    _, one, two = stage.hosts
    for host in (one, two):
        until(lambda host=host: "out of memory" in host.client._network._messages._error[0])
    assert engine.batches == []
    for host in stage.hosts:
        host.play_slowly(sound(3, 60_000))
        assert np.abs(host.heard[0, -5_000:]).max() > 0.1


def test_batches_and_cycles_side_by_side_exclude_each_other() -> None:
    with pytest.raises(SidemanError, match="2 workers"):
        SharedServer(lambda: None, 2, workers=2, batch=2)
