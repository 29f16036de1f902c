"""Who may play, how it changes, and how it ends: over real UDP."""

from __future__ import annotations

import dataclasses
import gc
import re
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from sideman.runtime.streaming.control import (
    Accept,
    Beat,
    Begin,
    Bye,
    Change,
    Error,
    Position,
    Refuse,
    State,
    write_control,
)
from sideman.runtime.streaming.lane import Placement
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.peer import HELLO, SOUND, Peer, beat


@pytest.fixture
def peers(server):
    made: list[Peer] = []
    while server._model.unready():
        time.sleep(0.001)

    def make() -> Peer:
        made.append(Peer(server))
        return made[-1]

    yield make
    for peer in made:
        peer.socket.close()


def test_a_session_is_accepted_with_what_is_really_used(peers) -> None:
    peer = peers()
    accept = peer.ask(dataclasses.replace(HELLO, step=0, lead=0, stems=" drums, bass", request=5))
    assert isinstance(accept, Accept)
    assert accept.request == 5
    assert (accept.step, accept.lead, accept.overlap) == (4, 4, 882)
    assert (accept.stems, accept.known) == ("bass,drums", "bass,drums,guitar,piano")
    assert accept.session > 0
    again = dataclasses.replace(HELLO, step=0, lead=0, stems=" drums, bass", request=5)
    assert peer.ask(again) == accept
    renewed = peer.ask(dataclasses.replace(HELLO, request=6))
    assert isinstance(renewed, Accept)
    assert renewed.session != accept.session


@pytest.mark.parametrize(
    ("changes", "code", "reason", "offer"),
    [
        ({"lowest": 3, "highest": 4}, "version", "3 to 4", "2"),
        ({"rate": 44_056}, "rate", "44056 Hz", "48,000"),
        ({"stems": "bass,flute"}, "stems", "flute", "bass, drums, guitar, piano"),
        ({"step": 40}, "geometry", "40 columns", "columns"),
        ({"step": -1}, "geometry", "-1", "1 or more"),
        ({"format": 7}, "geometry", "Format 7", ""),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be(peers, changes, code, reason, offer) -> None:
    peer = peers()
    refuse = peer.ask(dataclasses.replace(HELLO, **changes))
    assert isinstance(refuse, Refuse)
    assert (refuse.request, refuse.code) == (1, code)
    assert reason in refuse.reason
    assert offer in refuse.offer
    assert isinstance(peer.ask(HELLO), Accept)


def test_a_second_client_is_refused_until_the_first_has_left(peers) -> None:
    first, second = peers(), peers()
    accept = first.ask(HELLO)
    first.ask(beat(accept))
    refuse = second.ask(HELLO)
    assert isinstance(refuse, Refuse)
    assert refuse.code == "busy"
    first.say(Bye(accept.session, ""))
    assert first.hears_nothing()
    assert isinstance(second.ask(HELLO), Accept)


def test_who_never_shows_that_it_got_the_answer_keeps_nobody_waiting(peers) -> None:
    """Its address may be false."""
    first, second = peers(), peers()
    accept = first.ask(HELLO)
    other = second.ask(HELLO)
    assert isinstance(other, Accept)
    assert other.session != accept.session
    assert isinstance(second.ask(beat(other)), Beat)


def test_a_client_that_is_silent_makes_room_for_another(peers, monkeypatch) -> None:
    first, second = peers(), peers()
    accept = first.ask(HELLO)
    first.ask(beat(accept))
    monkeypatch.setattr("sideman.runtime.native.endpoint.GIVEN_UP_SECONDS", 0.0)
    assert isinstance(second.ask(HELLO), Accept)
    assert first.hear() == Bye(accept.session, "Another client plays now.")


def test_a_hello_that_comes_late_or_from_another_does_not_end_what_plays(peers) -> None:
    peer = peers()
    accept = peer.ask(HELLO)
    peer.ask(beat(accept))
    for request in (HELLO.request - 1, HELLO.request + 1):
        refuse = peer.ask(dataclasses.replace(HELLO, request=request))
        assert (refuse.request, refuse.code) == (request, "busy")
    assert peer.ask(HELLO) == accept
    assert isinstance(peer.ask(beat(accept)), Beat)


def test_requests_that_come_late_change_nothing(peers, echo) -> None:
    peer = peers()
    accept = peer.ask(HELLO)
    peer.sound(accept, 0, 1_000)
    one = Change(accept.session, HELLO.request + 1, 1, 2, "bass")
    two = Change(accept.session, HELLO.request + 2, 1, 3, "bass")
    three = Begin(accept.session, HELLO.request + 3, Position(50_000))
    told = [peer.ask(each) for each in (one, two, three)]
    assert [each.epoch for each in told] == [2, 3, 4]
    # The last one is answered again; older ones are copies.
    assert peer.ask(three) == told[2]
    for late in (one, two):
        peer.say(late)
    assert peer.ask(beat(accept)).epoch == 4


def test_a_client_that_has_missed_an_epoch_is_told_it_again(peers, monkeypatch) -> None:
    monkeypatch.setattr("sideman.runtime.native.endpoint._TOLD_SECONDS", 0.0)
    peer = peers()
    accept = peer.ask(HELLO)
    told = peer.ask(Begin(accept.session, HELLO.request + 1, Position(50_000)))
    peer.sound(accept, 50_000, 288)
    assert peer.hear() == told


def test_where_no_sound_comes_the_client_is_told(peers) -> None:
    peer = peers()
    accept = peer.ask(HELLO)
    peer.ask(beat(accept))
    assert isinstance(peer.hear(warnings=True), State)
    warning = peer.hear(warnings=True)
    assert (warning.code, warning.on) == ("silent", 1)


def test_a_silent_session_ends(peers, server, monkeypatch) -> None:
    monkeypatch.setattr("sideman.runtime.native.endpoint.SILENT_SECONDS", 0.2)
    peer = peers()
    accept = peer.ask(HELLO)
    assert isinstance(accept, Accept)
    bye = peer.hear()
    assert isinstance(bye, Bye)
    assert "Nothing was heard" in bye.reason
    assert isinstance(peers().ask(HELLO), Accept)


def test_an_answer_is_never_longer_than_the_hello(peers) -> None:
    peer = peers()
    short = dataclasses.replace(HELLO, padding=b"")
    assert len(write_control(short)) == 108
    answer = peer.ask(short)
    assert isinstance(answer, Refuse)
    assert answer.code == "geometry"
    peer.say(dataclasses.replace(short, step=40))
    answer = peer.hear()
    assert isinstance(answer, Refuse)
    assert len(write_control(answer)) <= 108
    assert answer.reason == ""


def test_strangers_are_told_nothing_and_change_nothing(peers, server, echo) -> None:
    player, stranger = peers(), peers()
    accept = player.ask(HELLO)
    for message in (
        Bye(accept.session, ""),
        Error("x"),
        Beat(accept.session, 1, 1, Position(0), 0.0, 0, 0, 0, 0),
    ):
        stranger.say(message)
    stranger.sound(accept, 0, 5_000)
    for data in (b"/sideman/audio\0\0", b"/sideman/x\0\0", b"/sideman/", b"/sideman/bye\0\0\0\0"):
        stranger.socket.send(data)
    assert stranger.hears_nothing()
    assert server.counters.ignored >= 20
    assert not [call for call in echo.calls if call[0] == "step"]
    beat = player.ask(Beat(accept.session, 7, 1, Position(0), 0.0, 0, 0, 0, 0))
    assert isinstance(beat, Beat)
    assert beat.stamp == 7


def test_a_player_s_bad_packets_are_told_and_change_nothing(peers, server) -> None:
    peer = peers()
    accept = peer.ask(HELLO)
    peer.sound(accept, 0, 288, stem=1)
    assert "only the context" in peer.hear().text
    peer.socket.send(b"/sideman/bye\0\0\0\0,f\0\0\0\0\0\0")
    assert "type tags" in peer.hear().text
    ignored = server.counters.ignored
    peer.sound(accept, 0, 288, epoch=9)
    peer.sound(accept, 0, 288, session=accept.session + 1)
    beat = peer.ask(Beat(accept.session, 7, 1, Position(0), 0.0, 0, 0, 0, 0))
    assert beat.position == 0
    assert server.counters.ignored == ignored + 2


def test_stems_come_and_go_without_a_click(host, echo) -> None:
    player = host(("bass", "drums"), step=2, lead=2)
    player.connect()
    tone = 0.5 * np.sin(2 * np.pi * 110 * np.arange(300_000) / 44_100).astype(np.float32)
    player.play(tone[:60_000])
    player.client.change(stems=("bass",))
    _follow(player, epoch=2)
    player.play(tone[60_000:110_000])
    player.client.change(stems=("bass", "drums"), step=1, lead=5)
    _follow(player, epoch=3)
    player.play(tone[110_000:220_000])
    rows = [call[2] for call in echo.calls if call[0] == "configure"][-3:]
    assert rows == [(0, 1), (0,), (0, 1)]
    for row, gain in enumerate((1, 2)):
        # A full-scale jump would be gain; the tone itself moves by 0.008 a sample.
        assert np.abs(np.diff(player.heard[row])).max() < 0.02 * gain
        assert np.abs(player.heard[row][-20_000:]).max() == pytest.approx(0.5 * gain, rel=0.01)
    # Where only another stem went, the bass is the tone as if nothing had been.
    place = Placement(0, 2, 2, 882)
    delay = place.ahead + place.reply_samples
    untouched = slice(place.start(0) + 882, 110_000)
    np.testing.assert_allclose(
        player.heard[0][untouched], tone[untouched.start - delay : 110_000 - delay], atol=1e-5
    )
    middle = slice(100_000, 110_000)
    assert not player.heard[1][middle].any()
    assert player.client.status.late == 0


def _follow(player, epoch: int) -> None:
    """Wait until the client knows of an epoch."""
    end = time.monotonic() + PATIENCE
    while player.client._network._session.epoch < epoch:
        assert time.monotonic() < end
        time.sleep(0.002)


def test_a_jump_forgets_what_was_heard(host, echo) -> None:
    player = host(step=1, lead=2)
    player.connect()
    player.play(SOUND[:30_000])
    player.client.begin()
    _follow(player, epoch=2)
    place = player.client._network._session.placement
    assert place.origin == 30_000
    player.silence(30_000)
    assert ("reset",) in echo.calls
    # Nothing of before is heard, but for a short fade.
    assert not player.heard[0][30_000 + place.overlap :].any()
    assert player.client.status.late == 0


def test_a_change_that_the_model_cannot_work_with_leaves_what_played(host, echo) -> None:
    player = host(("bass", "drums"), step=1, lead=2, start=False)
    player.client.change(stems=("bass",))
    player.client.start()
    player.connect()
    player.play(SOUND[:20_000])
    plain = echo.configure

    def configure(geometry, rows):
        if len(rows) > 1:
            raise MemoryError
        plain(geometry, rows)

    echo.configure = configure
    number = player.client._network._session.number
    player.client.change(stems=("bass", "drums"))
    _follow(player, epoch=2)
    end = time.monotonic() + PATIENCE
    # Its steps are refused until the receive thread has heard of it; meanwhile the host plays on.
    told = False
    while player.client._network._session.epoch < 3 or not told:
        assert time.monotonic() < end
        player.play_slowly(SOUND[:512], speed=2)
        told |= "not enough memory" in player.client.status.text
    at = player.heard.shape[1]
    player.play(SOUND)
    assert player.client._network._session.number == number
    assert np.abs(player.heard[0][at + 20_000 :]).max() > 0.4
    assert not player.heard[1].any()


def test_requests_that_follow_at_once_all_take_effect(host, echo) -> None:
    player = host(("bass", "drums"), step=1, lead=2, start=False)
    player.client.change(lead=3)
    player.client.start()
    player.connect()
    assert player.client.status.lead == 3
    player.client.begin()
    player.client.change(step=2)
    player.client.change(stems=("drums",))
    _follow(player, epoch=4)
    place = player.client._network._session.placement
    assert (place.step, place.lead) == (2, 3)
    # Where nothing has been played since, the changes are one: they begin at the same boundary.
    assert place.origin == 4_096
    player.play(SOUND)
    assert ("reset",) in echo.calls
    rest = slice(place.start(0) + place.overlap, None)
    assert np.abs(player.heard[1][rest]).max() > 0.4
    assert not player.heard[0][rest].any()
    assert [call[2] for call in echo.calls if call[0] == "configure"][-2:] == [(0, 1), (1,)]


def test_a_client_that_leaves_the_lead_to_the_server_follows_its_advice(host, echo) -> None:
    player = host(step=1, lead=0, block=256)
    player.connect()
    assert player.client.status.lead == 4
    end = time.monotonic() + PATIENCE
    while player.client.status.lead == 4:
        assert time.monotonic() < end, player.client.status
        player.play_slowly(SOUND[:4_096], speed=1)
    status = player.client.status
    assert status.advised == status.lead in (1, 2, 3)
    player.play_slowly(SOUND, speed=1)
    assert player.client.status.lost == 0


def test_a_step_can_be_left_to_the_server_again(host) -> None:
    player = host(step=2, lead=3)
    player.connect()
    player.client.change(step=0)
    end = time.monotonic() + PATIENCE
    while player.client.status.step != 4:
        player.silence(4_096)
        assert time.monotonic() < end, player.client.status
    assert player.client.status.lead == 3


def test_no_lead_is_advised_where_a_cycle_takes_longer_than_a_step(host, echo) -> None:
    echo.during = lambda: time.sleep(0.12)
    player = host(step=1, lead=0, block=256)
    player.connect()
    end = time.monotonic() + PATIENCE
    while "A cycle takes" not in player.client.status.text:
        assert time.monotonic() < end, player.client.status
        player.play_slowly(SOUND[:4_096], speed=1)
    assert re.fullmatch(
        r"A cycle takes \d+ ms, a step 93 ms: use steps of at least \d+ columns.*",
        player.client.status.text,
    )
    player.play_slowly(SOUND, speed=1)
    status = player.client.status
    assert (status.lead, status.advised) == (4, 0)
    assert status.text.startswith("A cycle takes")


def test_a_client_that_has_chosen_its_lead_keeps_it(host) -> None:
    player = host(step=1, lead=6, block=256, margin="safe")
    player.connect()
    end = time.monotonic() + PATIENCE
    while not player.client.status.advised:
        assert time.monotonic() < end, player.client.status
        player.play_slowly(SOUND[:4_096], speed=1)
    player.play_slowly(SOUND[:8_192], speed=1)
    assert player.client.status.lead == 6
    assert 1 <= player.client.status.advised <= 5


def test_a_server_that_ends_says_so_and_one_that_comes_back_is_found(host, server, echo) -> None:
    from sideman.runtime.multi_track.endpoint import multi_track
    from sideman.runtime.native.beside import beside
    from sideman.runtime.server.server import Server

    player = host(step=1, lead=2)
    player.connect()
    player.play(SOUND[:20_000])
    address = server.address
    server.stop()
    end = time.monotonic() + PATIENCE
    while player.client.status.state == "playing":
        assert time.monotonic() < end
        player.silence(512)
        time.sleep(0.002)
    assert "ending" in player.client.status.text
    player.silence(10_000)
    with Server(lambda: echo, beside(multi_track()), listen=address, reply=("127.0.0.1", 9)):
        player.connect()
        heard = player.heard.shape[1]
        place = player.client._network._session.placement
        # The step that it heard last is what the band begins with.
        assert place.origin == heard - place.step_samples
        player.play(SOUND)
        assert not player.heard[0][heard : place.start(0)].any()
        assert np.abs(player.heard[0][place.start(0) :][:10_000]).max() > 0.4


def test_a_server_that_was_killed_is_missed_at_once(host, server, monkeypatch) -> None:
    monkeypatch.setattr("sideman.runtime.client.network._SILENT_SECONDS", 1e6)
    player = host(step=1, lead=2)
    player.connect()
    player.play(SOUND[:20_000])
    # As when its process dies: without a word.
    server._receiver.stop()
    server._receiver._listener.close()
    end = time.monotonic() + PATIENCE
    while player.client.status.state == "playing":
        assert time.monotonic() < end
        player.play_slowly(SOUND[:512])
    assert player.client.status.text == "The server is gone."


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc")
def test_a_thousand_sessions_leave_nothing_behind(peers, echo) -> None:
    peer = peers()

    def play(request: int) -> None:
        accept = peer.ask(dataclasses.replace(HELLO, request=request))
        assert isinstance(accept, Accept)
        peer.sound(accept, 0, 512)
        peer.say(Bye(accept.session, ""))
        assert peer.hears_nothing()

    def left() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    for request in range(20):
        play(request)
    gc.collect()  # what earlier tests have left goes now
    before = left()
    gc.collect()
    tracemalloc.start()
    play(20)
    size = tracemalloc.get_traced_memory()[0]
    for request in range(21, 1_000):
        play(request)
    echo.calls.clear()
    gc.collect()  # a session and its epochs know each other
    grown = tracemalloc.get_traced_memory()[0] - size
    tracemalloc.stop()
    assert left() == before
    assert grown < 500_000  # a ring of context alone has 80,000 bytes


def test_both_ends_close_in_any_state(host, server) -> None:
    early = host(start=False)
    early.client.close()
    nobody = host()
    nobody.client.close()
    nobody.client.close()
    assert nobody.client.status.state == "closed"
