"""What one client does, or suffers, is no other's trouble."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from sideman.engine.errors import BackendError, DeviceLostError
from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import Beat, Bye, Resend
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.peer import HELLO, beat
from tests.runtime.sharing.test_dealing import play
from tests.runtime.sharing.test_server import placed, sound
from tests.runtime.sharing.waiting import until


@contextmanager
def meanwhile(trouble: Callable[[], object]) -> Iterator[None]:
    """Make trouble again and again until the block ends."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            trouble()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def hears_its_own(host) -> None:
    heard, wanted = placed(host)
    np.testing.assert_allclose(heard, wanted, atol=1e-6)
    assert np.abs(wanted).max() > 0.4


def test_who_takes_a_seat_hears_nothing_of_who_had_it(serve, join) -> None:
    server = serve(1)
    before = join(server)
    before.connect()
    before.play(np.full(60_000, 0.5, np.float32))
    before.client.close()
    until(lambda: not server.sessions())
    after = join(server)
    after.connect()
    after.play(np.full(60_000, 0.125, np.float32))
    assert np.abs(before.heard).max() > 0.4
    assert 0.12 < np.abs(after.heard).max() < 0.13


def test_who_comes_back_to_its_seat_finds_what_it_played(serve, join, engine) -> None:
    server = serve(1)
    host = join(server)
    host.connect()
    host.play(sound(1, 60_000))
    host.client._network._leave("")  # the network's thread would do it after a silence
    until(lambda: host.client.status.state != "playing")
    host.connect()
    host.play(sound(2, 40_000))
    assert not any(call[0] == "reset" for each in engine.made for call in each.calls)


def test_a_cycle_that_fails_is_silence_and_a_message_for_its_own_client_alone(
    serve, join, engine
) -> None:
    server = serve(2)
    hosts = []
    for _ in range(2):  # one after the other, so that the first has the first seat
        host = join(server, step=1, lead=2)
        host.connect()
        host.play(sound(1, 20_000))
        hosts.append(host)
    before = len(hosts[0].played)
    # Sessions that a seat had, in the order of the seats, behind the one for warming up.
    broken = engine.order[0]
    broken.trouble = BackendError("A stage gave numbers that are not finite.")
    unlucky = hosts[0]
    for at in range(0, 20_000, 512):
        unlucky._process(sound(2, 20_000)[at : at + 512])
    until(lambda: broken.trouble is None)
    until(lambda: "not finite" in unlucky.client._network._messages._error[0])
    unlucky.play_slowly(sound(3, 30_000))
    hosts[1].play(sound(4, 30_000))
    hears_its_own(hosts[1])
    assert not hosts[1].client._network._messages._error[0]
    # What was heard is what was played, or nothing: never something older.
    heard, wanted = placed(unlucky)
    same = np.isclose(heard, wanted, atol=1e-6)
    assert (np.abs(heard[~same]) < np.abs(wanted[~same])).all()
    silent = (heard == 0) & (wanted != 0)
    assert silent[before:].sum() > 1_000
    assert same[-5_000:].all()
    assert [figures.dropped > 0 for figures in server.sessions()] == [True, False]


def test_a_seat_whose_session_cannot_be_used_any_more_gets_another(
    serve, join, engine, peers
) -> None:
    server = serve(1)
    host = join(server, step=1, lead=2)
    host.connect()
    host.play(sound(1, 20_000))
    broken = engine.made[-1]
    broken.playable = False
    broken.trouble = BackendError("Gone.")
    for at in range(0, 20_000, 512):
        host._process(sound(2, 20_000)[at : at + 512])
    until(lambda: engine.made[-1] is not broken)
    assert broken.closed
    until(lambda: host.client.status.state != "playing")
    host.connect()
    host.play(sound(3, 20_000))
    assert np.abs(host.heard[0, -5_000:]).max() > 0.1


def test_a_lost_device_ends_the_server_with_its_reason(serve, join, engine) -> None:
    server = serve(2)
    host = join(server, step=1, lead=2)
    host.connect()
    for session in engine.made:
        session.trouble = DeviceLostError("The GPU has fallen off the bus.")
    host._process(sound(1, 10_000))
    server.wait()
    assert "fallen off the bus" in server.lost
    server.stop()
    assert engine.closed == 1


@pytest.mark.parametrize("what", ["rubbish", "hellos", "strangers", "comes and goes", "changes"])
def test_others_hear_every_sample_of_their_own(serve, join, engine, peers, what) -> None:
    server = serve(4)
    host = join(server, step=1, lead=4)
    host.connect()
    draw = np.random.default_rng(1)
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
    nuisance = None

    def rubbish() -> None:
        for each in sockets:
            body = draw.bytes(int(draw.integers(0, 300)))
            head = draw.choice([b"", b"/sideman/audio\0\0,b\0\0", b"/sideman/hello\0\0", b"/x\0\0"])
            each.sendto(head + body, server.address)
        time.sleep(0.001)

    def hellos() -> None:
        from sideman.runtime.streaming.control import write_control

        for each in sockets:
            each.sendto(write_control(HELLO), server.address)
        time.sleep(0.001)

    def strangers() -> None:
        for each in sockets:
            each.sendto(b"/predict_instruments\0\0\0\0,i\0\0\0\0\0\1", server.address)
            each.sendto(b"/load_model\0,T\0\0", server.address)
        time.sleep(0.001)

    def comes_and_goes() -> None:
        from sideman.runtime.streaming.control import Bye

        peer = peers(server)
        accept = play(peer)
        peer.sound(accept, 0, 6_000)
        peer.say(Bye(accept.session, ""))
        peer.hears_nothing()
        peer.socket.close()

    def changes() -> None:
        nonlocal nuisance
        if nuisance is None:
            nuisance = join(server, ("bass", "drums"), step=1, lead=2)
            nuisance.connect()
        stems = [("bass",), ("drums",), ("bass", "drums"), ()][int(draw.integers(0, 4))]
        nuisance.client.change(stems=stems, step=int(draw.integers(1, 5)), lead=4)
        nuisance.play_slowly(sound(2, 4_000), speed=1.0)

    trouble = {
        "rubbish": rubbish,
        "hellos": hellos,
        "strangers": strangers,
        "comes and goes": comes_and_goes,
        "changes": changes,
    }[what]
    with meanwhile(trouble):
        host.play(sound(3, 120_000))
    for each in sockets:
        each.close()
    hears_its_own(host)
    assert host.client.status.lost == 0


def test_the_server_ends_while_several_play(serve, join, engine) -> None:
    server = serve(3)
    hosts = [join(server) for _ in range(3)]
    for host in hosts:
        host.connect()
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < PATIENCE / 2
    assert engine.closed == 1
    assert all(session.closed for session in engine.made)
    until(lambda: all("The server is ending." in h.client.status.text for h in hosts))


def test_who_takes_a_seat_is_told_and_sent_nothing_of_who_had_it(serve, peers, engine) -> None:
    """A cycle that ends after its session, with sound or with an error, is nobody else's."""
    server = serve(1)
    for trouble in (None, BackendError("Numbers that are not finite.")):
        before, after = peers(server), peers(server)
        accept = play(before)
        session = engine.made[-1]
        session.hold()
        session.trouble = trouble
        ended = server.total.cycles + server.total.dropped
        before.sound(accept, 0, 4_096)
        session.wait_entered()
        before.say(Bye(accept.session, ""))
        until(lambda: not server.sessions())
        follower = play(after)
        session.let_go()
        until(lambda ended=ended: server.total.cycles + server.total.dropped > ended)
        wanted = resends.pack(resends.want(0, [(0, 40_000)])[: resends.MOST_ENTRIES])
        after.say(Resend(follower.session, follower.epoch, wanted))
        # Whatever there was would have come before this.
        assert after.hears_nothing()
        after.say(Bye(follower.session, ""))
        until(lambda: not server.sessions())


def test_a_setting_that_cannot_be_played_ends_nobody_but_its_own_session(serve, peers) -> None:
    """It may be refused when its session has ended, and another client sits there."""
    server = serve(1)
    peer = peers(server)
    accept = play(peer)
    endpoint, setting = server._seats[0].endpoint, server._seats[0].endpoint.sitting().setting
    former = replace(setting, session=accept.session % 1_000 + 1)
    before = replace(setting, session=former.session + 1)
    endpoint.settings.refuse(former, before, "Nothing was built for it.")
    endpoint.expire(time.perf_counter())
    assert isinstance(peer.ask(beat(accept)), Beat)
    endpoint.settings.refuse(setting, before, "Nothing was built for it.")
    assert peer.hear() == Bye(accept.session, "Nothing was built for it.")
