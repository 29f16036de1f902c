"""Who gets a seat, who does not, and who gives it back: over real UDP."""

from __future__ import annotations

import dataclasses
import socket
import time
from time import perf_counter

import pytest

from sideman.runtime.streaming.control import Accept, Beat, Bye, Change, Refuse
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.peer import HELLO, Peer, beat
from tests.runtime.sharing.waiting import until

#: Steps of 93 ms, of which an echo with this cycle takes a quarter.
QUARTER = 0.025


def play(peer: Peer, **changes) -> Accept:
    """Begin a session, and show that the answer was heard."""
    accept = peer.ask(dataclasses.replace(HELLO, **changes))
    assert isinstance(accept, Accept), accept
    assert isinstance(peer.ask(beat(accept)), Beat)
    return accept


def test_every_seat_is_taken_once_and_one_more_is_refused(serve, peers) -> None:
    server = serve(3)
    seated = [peers(server) for _ in range(3)]
    accepts = [play(peer) for peer in seated]
    assert len({accept.session for accept in accepts}) == 3
    late = peers(server)
    refuse = late.ask(HELLO)
    assert isinstance(refuse, Refuse)
    assert (refuse.code, refuse.reason) == ("busy", "All 3 seats are taken.")
    assert refuse.offer == "Say hello again in 5 s."
    assert server.load().refused == 1
    seated[1].say(Bye(accepts[1].session, ""))
    assert seated[1].hears_nothing()
    play(late)
    assert server.load().free == 0


def test_what_does_not_fit_is_refused_with_figures_and_nobody_else_notices(
    serve, peers, engine
) -> None:
    engine.cycle = QUARTER
    server = serve(8)
    seated = [peers(server), peers(server)]
    accepts = [play(peer, lead=8) for peer in seated]
    refuse = peers(server).ask(dataclasses.replace(HELLO, lead=8))
    assert isinstance(refuse, Refuse)
    assert refuse.code == "busy"
    assert refuse.reason == (
        "There is no room: 2 sessions take 54% of the time, 81% with yours, and 70% is the most."
    )
    assert "in 5 s" in refuse.offer
    load = server.load()
    assert (load.free, load.refused) == (6, 1)
    assert load.share == pytest.approx(2 * QUARTER / (4096 / 44_100))
    assert all(isinstance(p.ask(beat(a)), Beat) for p, a in zip(seated, accepts, strict=True))
    # What takes less fits.
    play(peers(server), step=8, lead=16, stems="")


def test_a_change_that_does_not_fit_is_refused_and_the_session_plays_on(
    serve, peers, engine
) -> None:
    engine.cycle = QUARTER
    server = serve(4)
    one, two = peers(server), peers(server)
    first, second = play(one, lead=8), play(two, lead=8)
    more = two.ask(Change(second.session, HELLO.request + 1, 1, 8, "bass,drums"))
    assert isinstance(more, Refuse)
    assert (more.code, more.request) == ("busy", HELLO.request + 1)
    assert "81% with yours" in more.reason
    less = two.ask(Change(second.session, HELLO.request + 2, 2, 8, "bass"))
    assert less.epoch == 2
    # Alone, it has all the room.
    one.say(Bye(first.session, ""))
    assert one.hears_nothing()
    assert two.ask(Change(second.session, HELLO.request + 3, 1, 8, "bass,drums")).epoch == 3


def test_one_who_never_shows_itself_gives_its_seat_away_after_a_moment(
    serve, peers, monkeypatch
) -> None:
    server = serve(1)
    nobody, somebody = peers(server), peers(server)
    assert isinstance(nobody.ask(HELLO), Accept)
    # At once, it may just not have answered yet.
    assert isinstance(somebody.ask(HELLO), Refuse)
    monkeypatch.setattr("sideman.runtime.sharing.seat._CONFIRM_SECONDS", 0.0)
    play(somebody)


def test_a_setting_is_not_prepared_for_who_never_shows_itself(serve, peers, engine) -> None:
    """It takes time that those who play need."""
    server = serve(2)
    prepared = [len(session.calls) for session in engine.made]
    nobody = peers(server)
    accept = nobody.ask(HELLO)
    time.sleep(0.05)
    assert [len(session.calls) for session in engine.made] == prepared
    nobody.ask(beat(accept))
    until(lambda: [len(session.calls) for session in engine.made] != prepared)


def test_a_ghost_makes_room_for_another_and_is_told_so(serve, peers, monkeypatch) -> None:
    server = serve(1)
    ghost = peers(server)
    accept = play(ghost)
    monkeypatch.setattr("sideman.runtime.sharing.seat.GIVEN_UP_SECONDS", 0.0)
    monkeypatch.setattr("sideman.runtime.native.endpoint.GIVEN_UP_SECONDS", 0.0)
    play(peers(server))
    assert ghost.hear() == Bye(accept.session, "Another client plays now.")


def test_a_ghost_gives_its_share_back_where_a_seat_is_free(
    serve, peers, engine, monkeypatch
) -> None:
    engine.cycle = QUARTER
    server = serve(4)
    ghosts = [peers(server), peers(server)]
    for ghost in ghosts:
        play(ghost, lead=8)
    assert isinstance(peers(server).ask(dataclasses.replace(HELLO, lead=8)), Refuse)
    monkeypatch.setattr("sideman.runtime.sharing.seat.GIVEN_UP_SECONDS", 0.0)
    play(peers(server), lead=8)
    assert len(server.sessions()) == 2  # no more than it takes have ended


def test_a_seat_is_free_after_the_silence_that_ends_a_session(serve, peers, monkeypatch) -> None:
    monkeypatch.setattr("sideman.runtime.native.endpoint.SILENT_SECONDS", 0.2)
    server = serve(2)
    play(peers(server))
    assert server.load().free == 1
    until(lambda: server.load().free == 2)
    assert server.sessions() == ()


def test_without_a_lease_nobody_comes_in_where_leases_are_wanted(serve, peers) -> None:
    server = serve(2, leases_only=True)
    refuse = peers(server).ask(HELLO)
    assert isinstance(refuse, Refuse)
    assert (refuse.code, refuse.offer) == ("busy", "Say hello at the front door.")
    server.expect("a", perf_counter() + 60)
    guest = peers(server)
    accept = play(guest, token="a")
    assert server.sessions()[0].token == "a"
    # It begins anew from another port, but not twice at a time.
    assert isinstance(peers(server).ask(dataclasses.replace(HELLO, token="a")), Refuse)
    guest.say(Bye(accept.session, ""))
    assert guest.hears_nothing()
    play(peers(server), token="a")
    server.revoke("a")
    assert len(server.sessions()) == 1
    server.expect("b", perf_counter() - 1)
    assert isinstance(peers(server).ask(dataclasses.replace(HELLO, token="b")), Refuse)


def test_whose_place_is_given_up_leaves_it_at_once(serve, peers) -> None:
    """A client that was cut off says hello at the front door again, and its seat is its own."""
    server = serve(1, leases_only=True, clock=lambda: 100.0)  # so that no silence ends it
    server.expect("a", 160.0)
    play(peers(server), token="a")
    server.end("b")
    assert (len(server.sessions()), server.load().room) == (1, 0)
    server.end("a")
    assert (len(server.sessions()), server.load().room) == (0, 1)
    server.expect("c", 160.0)
    play(peers(server), token="c")
    assert [each.token for each in server.sessions()] == ["c"]
    assert isinstance(peers(server).ask(dataclasses.replace(HELLO, token="a")), Refuse)


def test_what_is_wrong_with_a_wish_is_told_as_by_a_server_for_one(serve, peers) -> None:
    server = serve(2)
    codes = {
        peers(server).ask(dataclasses.replace(HELLO, **changes)).code
        for changes in ({"lowest": 3, "highest": 4}, {"rate": 1}, {"stems": "flute"}, {"step": 40})
    }
    assert codes == {"version", "rate", "stems", "geometry"}
    assert server.load().free == 2


def test_a_model_that_cannot_be_loaded_is_told_and_ends_nothing(peers) -> None:
    from sideman.engine.errors import BundleError
    from sideman.runtime.sharing.server import SharedServer

    def fail():
        raise BundleError("The bundle is damaged.", "Export it again.")

    with SharedServer(fail, 2, ("127.0.0.1", 0)) as server:
        until(lambda: server.load().state == "failed")
        peer = peers(server)
        refuse = peer.ask(HELLO)
        assert isinstance(refuse, Refuse)
        assert refuse.code == "model"
        assert "The bundle is damaged." in refuse.reason
        assert server.figures().state == "failed"
    assert not server.left_behind


def ask_other(server, datagram: bytes) -> bytes:
    """What a client of `multi_track` is told, which names the port that it wants it on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(PATIENCE)
        port = other.getsockname()[1].to_bytes(4, "big")
        other.sendto(datagram + port, server.address)
        return other.recv(65_536)


def test_stats_tell_all_sessions_together(serve, peers, engine) -> None:
    engine.cycle = QUARTER
    server = serve(4)
    for _ in range(2):
        play(peers(server), lead=8)
    told = ask_other(server, b"/stats\0\0,i\0\0")
    assert told.startswith(b"/stats_response")
    assert b"fake; 2 of 4 play, 54% of the time" in told
    figures = server.figures()
    assert (figures.state, figures.levels) == ("ready", {})


def test_a_client_of_multi_track_is_told_that_nobody_of_it_plays_here(serve, monkeypatch) -> None:
    from sideman.runtime.sharing import server as module

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as replies:
        replies.bind(("127.0.0.1", 0))
        replies.settimeout(PATIENCE)
        monkeypatch.setattr(module, "REPLY_PORT", replies.getsockname()[1])
        server = serve(2)
        replies.sendto(b"/load_model\0,T\0\0", server.address)
        told = replies.recv(65_536)
    assert told.startswith(b"/error")
    assert b"none of multi_track" in told
