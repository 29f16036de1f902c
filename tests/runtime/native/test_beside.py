"""Two protocols on one port: each is served while the other rests."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.native import beside as module
from sideman.runtime.streaming.control import Accept, Bye, Refuse
from tests.runtime.native.peer import HELLO, Peer


@pytest.fixture
def resting(monkeypatch) -> None:
    """A client of the other protocol counts as playing for a moment only."""
    monkeypatch.setattr(module, "_RESTING_SECONDS", 0.05)


def test_the_other_protocol_plays_as_if_it_were_alone(servers) -> None:
    client = servers.client(native=True)
    client.batch(0, 0.5)
    (bass,) = client.reply(0).values()
    np.testing.assert_array_equal(bass[:66_150], 0.5)


def test_while_one_plays_the_other_is_refused(servers, resting) -> None:
    client = servers.client(native=True)
    client.batch(0, 0.5)
    client.reply(0)
    peer = Peer(client.server)
    refuse = peer.ask(HELLO)
    assert isinstance(refuse, Refuse)
    assert (refuse.code, refuse.reason) == ("busy", "A client of multi_track plays.")
    time.sleep(0.06)
    accept = peer.ask(dataclasses.replace(HELLO, request=2))
    assert isinstance(accept, Accept)
    peer.sound(accept, 0, 4_096 + 288)
    stems = peer.hear()  # the first packet of the answer is no message
    assert stems is None
    # The other one is told, and changes nothing.
    client.control("/update_r", "d", 0.5)
    assert "native protocol plays" in client.expect("/error")[0]
    client.batch(1, 0.25)
    peer.say(Bye(accept.session, ""))
    assert client.wait_for("/ready") == [True]
    # What it had asked for is in force again, once it says so.
    client.wants("bass")
    client.batch(2, 0.125)
    heard = client.reply(2)
    np.testing.assert_array_equal(heard["bass"][:66_150], 0.125)
    configured = [call[1].step_samples for call in servers.session.calls if call[0] == "configure"]
    assert configured[-3:] == [66_150, 4_096, 66_150]
    peer.socket.close()


def test_what_a_cycle_says_whose_client_has_left_is_none_of_the_others(servers, resting) -> None:
    client = servers.client(native=True)
    session, peer = servers.session, Peer(client.server)
    while isinstance(accept := peer.ask(HELLO), Refuse):
        time.sleep(0.05)
    session.hold()
    session.trouble = BackendError("Numbers that are not finite.")
    peer.sound(accept, 0, 4_096)
    session.wait_entered()
    peer.say(Bye(accept.session, ""))
    assert client.wait_for("/ready") == [True]
    session.let_go()
    while client.server.counters.dropped == 0:
        time.sleep(0.002)
    client.nothing()
    peer.socket.close()


def test_no_stem_may_be_called_as_the_protocol_is(servers) -> None:
    servers.session.stems = ("bass", "sideman")
    client = servers.early_client(native=True)
    assert "sideman" in client.expect("/error")[0]


def test_a_native_client_that_returns_waits_for_no_other_protocol(servers, resting) -> None:
    client = servers.client(native=True)
    client.nothing()
    servers.session.calls.clear()
    peer = Peer(client.server)
    for request in (1, 2):
        while isinstance(accept := peer.ask(dataclasses.replace(HELLO, request=request)), Refuse):
            time.sleep(0.05)
        peer.say(Bye(accept.session, ""))
    assert peer.hears_nothing()
    peer.sound(peer.ask(dataclasses.replace(HELLO, request=3)), 0, 4_096)
    assert peer.hear() is None  # sound came back
    steps = {call[1].step_samples for call in servers.session.calls if call[0] == "configure"}
    assert steps == {4_096}
    peer.socket.close()
