"""A client lets itself be sent on to another server, and finds its way back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from sideman.runtime.client import Client
from sideman.runtime.streaming.control import Accept, Hello, Position, read_control, write_control
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.echo import Host


class Front:
    """Answers each hello by sending its client on."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.to = to
        self.hellos: list[Hello] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(65_536)
            if not data:
                return
            message = read_control(data, len(data))
            if isinstance(message, Hello):
                self.hellos.append(message)
                self._socket.sendto(write_control(self.answer(message)), sender)

    def answer(self, hello: Hello) -> Accept:
        host, port = self.to
        told = (hello.request, 1, 0, 0, 0, 0, 0, 0, 0, "", "", Position(0), host, port)
        return Accept(*told, token="room 3")

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"", self.address)
        self._thread.join()
        self._socket.close()


@pytest.fixture
def front(server) -> Iterator[Front]:
    made = Front(server.address[:2])
    yield made
    made.close()


def until(client: Client, said: str) -> None:
    end = time.monotonic() + PATIENCE
    while said not in client.status.text:
        assert time.monotonic() < end, client.status
        time.sleep(0.002)


def test_it_plays_where_it_is_sent_to(front, server) -> None:
    with Client(front.address, ("bass",)) as client:
        host = Host(client)
        host.connect()
        host.play(np.ones(40_000, np.float32) / 2)
        assert host.heard.max() > 0.4
        told = server._receiver._handle.__self__._native._session.hello
        assert told.token == "room 3"
        assert front.hellos[0].token == ""


def test_when_the_other_server_ends_it_asks_where_it_began(front, server, echo) -> None:
    with Client(front.address, ("bass",)) as client:
        Host(client).connect()
        before = len(front.hellos)
        echo.let_go()
        server.stop()
        end = time.monotonic() + PATIENCE
        while len(front.hellos) == before:
            assert time.monotonic() < end
            time.sleep(0.002)
        assert front.hellos[-1].token == ""


def test_who_is_refused_there_asks_where_it_began(front, server) -> None:
    with Client(front.address, ("harp",)) as client:  # which no model here plays
        until(client, "harp")
        end = time.monotonic() + PATIENCE
        while len(front.hellos) < 2 or front.hellos[-1].request == front.hellos[0].request:
            assert time.monotonic() < end
            time.sleep(0.002)
        assert front.hellos[-1].token == ""


def test_servers_that_send_it_round_and_round_are_named_and_asked_with_pauses(front) -> None:
    front.to = front.address
    with Client(front.address, ("bass",)) as client:
        until(client, "Sent on 5 times, at last to 127.0.0.1:")
        assert len(front.hellos) <= 10


@pytest.mark.parametrize(
    ("to", "reason"),
    [(("nobody.invalid", 7000), r"nobody\.invalid"), (("::1", 7000), "mixes IPv4 and IPv6")],
)
def test_where_it_cannot_be_sent_is_told(front, to, reason) -> None:
    front.to = to
    with Client(front.address, ("bass",)) as client:
        until(client, reason.replace("\\", ""))
        assert client.status.state == "connecting"


def test_who_does_not_answer_there_is_given_up(front, monkeypatch) -> None:
    monkeypatch.setattr("sideman.runtime.client.greeting._AWAY_SECONDS", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        front.to = deaf.getsockname()
        with Client(front.address, ("bass",)):
            end = time.monotonic() + PATIENCE
            while len(front.hellos) < 2:
                assert time.monotonic() < end
                time.sleep(0.002)
