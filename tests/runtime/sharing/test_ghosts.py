"""Clients that have gone without a word, or never were any: whom they keep waiting, how long."""

from __future__ import annotations

import dataclasses

import pytest

from sideman.runtime.streaming.control import Accept, Bye, Refuse
from tests.runtime.native.peer import HELLO, beat
from tests.runtime.sharing.test_dealing import QUARTER, play

WISH = dataclasses.replace(HELLO, lead=8)


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def server(serve, engine, now):
    """A quarter of the time for each session: the third finds no room."""
    engine.cycle = QUARTER
    return serve(8, clock=lambda: now[0])


def test_false_senders_keep_the_room_for_half_a_second(server, peers, now) -> None:
    for _ in range(2):
        assert isinstance(peers(server).ask(WISH), Accept)
    late = peers(server)
    now[0] += 0.4
    assert isinstance(late.ask(WISH), Refuse)
    now[0] += 0.1
    load = server.load()
    assert (load.share, load.free, load.room > 0) == (0, 8, True)
    assert isinstance(late.ask(dataclasses.replace(WISH, request=2)), Accept)
    # No more of them have ended than it took.
    assert len(server.sessions()) == 2


def test_who_weighs_a_smaller_lead_ends_nobody_and_counts_nothing(server, peers, now) -> None:
    """A client asks for advice with every sign of life: no other session is to pay for it."""
    one, two = peers(server), peers(server)
    accept, other = play(one, lead=8), play(two, lead=8)
    now[0] += 2.1
    one.ask(beat(accept))
    endpoint = server._seats[0].endpoint
    assert endpoint._advisable(endpoint._session, 1) == 8
    assert len(server.sessions()) == 2
    assert server.load().refused == 0
    two.say(Bye(other.session, ""))
    assert two.hears_nothing()
    assert endpoint._advisable(endpoint._session, 1) == 1  # alone, it has all the room


def test_a_newcomer_that_does_not_fit_anyhow_ends_nobody(server, peers, now) -> None:
    one, ghost = peers(server), peers(server)
    accept = play(one, lead=8)
    play(ghost, lead=8)
    now[0] += 2.1
    one.ask(beat(accept))
    wide = dataclasses.replace(WISH, stems="bass,drums,guitar")
    assert isinstance(peers(server).ask(wide), Refuse)
    assert len(server.sessions()) == 2
    assert isinstance(peers(server).ask(WISH), Accept)
    assert isinstance(ghost.hear(), Bye)
