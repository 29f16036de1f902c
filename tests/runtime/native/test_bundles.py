"""Who names a bundle plays with that one, or is told which there is."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.client import Client
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from sideman.runtime.streaming.control import (
    Accept,
    Hello,
    Named,
    Refuse,
    padded,
    read_control,
    write_control,
)
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.peer import HELLO, Peer


def refused(client: Client) -> str:
    """What a client shows once it is refused."""
    end = time.monotonic() + PATIENCE
    while not client.status.refused:
        assert time.monotonic() < end, client.status
        time.sleep(0.002)
    return client.status.text


@pytest.fixture
def peer(server) -> Iterator[Peer]:
    made = Peer(server)
    yield made
    made.socket.close()


def answer_to(peer: Peer, hello: Hello) -> Accept | Refuse:
    """What a hello is told once the model is loaded."""
    end = time.monotonic() + PATIENCE
    while getattr(answer := peer.ask(hello), "code", "") == "loading":
        assert time.monotonic() < end
        time.sleep(0.01)
    return answer


def test_the_bundle_that_plays_may_be_named(server, host) -> None:
    playing = host(bundle="fake")
    playing.connect()
    assert playing.client.status.state == "playing"


def test_another_one_is_refused_with_the_name_that_there_is(server, host) -> None:
    client = host(bundle="harp").client
    end = time.monotonic() + PATIENCE
    while client.status.refused != "model":  # it was loading
        assert time.monotonic() < end, client.status
        time.sleep(0.002)
    assert refused(client) == "No bundle 'harp' plays here. There is: fake."


def test_who_asks_for_another_bundle_does_not_wait_for_who_plays(peer, host) -> None:
    host().connect()
    answer = peer.ask(padded(HELLO, "harp"))
    assert isinstance(answer, Refuse)
    assert answer.code == "model"
    assert peer.ask(padded(HELLO)).code == "busy"


def test_a_client_that_knows_no_names_plays_as_before(peer) -> None:
    answer = answer_to(peer, HELLO)
    assert (HELLO.lowest, HELLO.highest) == (1, 1)
    assert isinstance(answer, Accept)
    assert answer.version == 1


def test_a_refusal_is_no_longer_than_its_hello(peer) -> None:
    assert answer_to(peer, padded(HELLO, "harp")).code == "model"
    short = write_control(replace(HELLO, padding=Named(b"harp")))
    peer.socket.send(short)
    data = peer.socket.recv(65_536)
    assert len(data) <= len(short)
    assert read_control(data, len(data)).code == "model"


def test_a_replay_takes_recorded_hellos_whatever_plays_now(echo) -> None:
    server = Server(
        lambda: echo,
        beside(multi_track(), any_bundle=True),
        listen=("127.0.0.1", 0),
        reply=("127.0.0.1", 9),
    )
    with server:
        peer = Peer(server)
        assert isinstance(answer_to(peer, padded(HELLO, "harp")), Accept)
        echo.let_go()
        peer.socket.close()


def test_an_older_server_refuses_instead_of_playing_another_bundle() -> None:
    """It reads the same hello, and answers as it always has: it speaks version 1 alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as old:
        old.bind(("127.0.0.1", 0))
        old.settimeout(PATIENCE)
        with Client(old.getsockname(), ("bass",), bundle="harp") as client:
            data, sender = old.recvfrom(65_536)
            hello = read_control(data, len(data))
            assert hello.lowest > 1
            reason = f"Versions {hello.lowest} to {hello.highest} are not spoken here."
            old.sendto(
                write_control(Refuse(hello.request, "version", reason, "Version 1.")), sender
            )
            assert refused(client).endswith("knows no bundles by name: update it, or name none.")


def test_a_newer_client_without_a_name_plays_with_an_older_server() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as old:
        old.bind(("127.0.0.1", 0))
        old.settimeout(PATIENCE)
        with Client(old.getsockname(), ("bass",)) as client:
            data, sender = old.recvfrom(65_536)
            hello = read_control(data, len(data))
            assert hello.lowest == 1
            assert not any(hello.padding)
            told = (hello.request, 1, 7, 1, 4, 4, 882, 44_100, 0, "bass", "bass", hello.origin)
            old.sendto(write_control(Accept(*told, host="", port=0, token="")), sender)
            end = time.monotonic() + PATIENCE
            while client.status.state != "playing":
                assert time.monotonic() < end, client.status
                time.sleep(0.002)


@pytest.mark.parametrize("name", ["n" * 101, "a\nb"])
def test_a_name_that_no_bundle_can_have_is_refused_at_once(name: str) -> None:
    with pytest.raises(SidemanError, match="no name of a bundle"):
        Client(("127.0.0.1", 9), ("bass",), bundle=name)
