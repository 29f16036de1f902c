"""A seat where nobody can play turns nobody away from the others."""

from __future__ import annotations

import dataclasses

import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.sharing.server import SharedServer
from sideman.runtime.streaming.control import Accept, Refuse
from tests.runtime.native.peer import HELLO
from tests.runtime.sharing.echo import EchoEngine
from tests.runtime.sharing.test_dealing import play
from tests.runtime.sharing.waiting import until


class ScarceEngine(EchoEngine):
    """An engine with memory for so many sessions more."""

    left = 100

    def session(self):
        if self.left <= 0:
            raise BackendError("There is not enough memory.")
        self.left -= 1
        return super().session()


@pytest.fixture
def engine() -> ScarceEngine:
    return ScarceEngine()


@pytest.fixture
def now() -> list[float]:
    return [100.0]


def hello(peer, request: int = 1):
    return peer.ask(dataclasses.replace(HELLO, request=request))


def test_whose_session_cannot_be_made_again_is_left_out_until_it_can(
    serve, peers, engine, now
) -> None:
    server = serve(3, clock=lambda: now[0])
    unlucky = peers(server)
    accept = play(unlucky)
    broken = server._seats[0].cycles._model.session
    broken.playable, broken.trouble = False, BackendError("Gone.")
    engine.left = 0
    unlucky.sound(accept, 0, 4_096)
    until(lambda: server._seats[0].trouble)
    now[0] += 0.6  # its client is told at the next look
    until(lambda: not server.sessions())
    load = server.load()
    assert (load.state, load.free, load.room) == ("ready", 2, 2)
    assert load.warnings == (
        "1 of 3 seats cannot be used, and is tried again: The model could not be loaded: There is "
        "not enough memory.",
    )
    assert "1 of 3 seats cannot be used" in server.figures().detail
    for _ in range(2):
        assert isinstance(hello(peers(server)), Accept)
    late = peers(server)
    refuse = hello(late)
    assert isinstance(refuse, Refuse)
    assert (refuse.code, refuse.reason) == ("busy", "All 2 seats that can be used are taken.")
    # There is memory again, and some time has passed.
    engine.left = 1
    now[0] += 5
    hello(late, 2)
    until(lambda: server._seats[0].ready)
    assert isinstance(hello(late, 3), Accept)
    assert server.load().warnings == ()


def test_it_is_tried_again_after_pauses_that_grow(serve, engine, now) -> None:
    server = serve(1, clock=lambda: now[0])
    seat = server._seats[0]
    engine.left = 0
    seat.cycles._model.close("Gone.", "Gone.")
    tried = []
    load = seat.load
    seat.load = lambda level: (tried.append(now[0] - 100), load(level))
    for _ in range(60):
        seat.recover()
        now[0] += 1
    assert tried == [0, 5, 15, 35]


def test_who_has_memory_for_fewer_seats_serves_those(peers, engine) -> None:
    engine.left = 3  # one is for warming up
    with SharedServer(lambda: engine, 4, ("127.0.0.1", 0)) as server:
        until(lambda: server.load().state == "ready")
        load = server.load()
        assert (load.seats, load.free) == (4, 2)
        assert load.warnings[0].startswith("2 of 4 seats cannot be used, and are tried again: ")
        answers = [hello(peers(server)) for _ in range(3)]
        assert [type(answer) for answer in answers] == [Accept, Accept, Refuse]
        assert answers[2].code == "busy"


def test_where_there_is_memory_for_none_everybody_is_told(peers, engine) -> None:
    engine.left = 1
    with SharedServer(lambda: engine, 2, ("127.0.0.1", 0)) as server:
        until(lambda: server.load().state == "failed")
        refuse = hello(peers(server))
        assert isinstance(refuse, Refuse)
        assert refuse.code == "model"
        assert "not enough memory" in refuse.reason
