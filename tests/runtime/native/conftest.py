"""A native server over an echo, and hosts that play with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sideman.runtime.client import Client
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession, Host


@pytest.fixture
def echo() -> EchoSession:
    return EchoSession()


@pytest.fixture
def server(echo: EchoSession) -> Iterator[Server]:
    server = Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    )
    with server:
        yield server
        echo.let_go()


@pytest.fixture
def host(server: Server) -> Iterator[Callable[..., Host]]:
    clients: list[Client] = []

    def make(stems=("bass",), *, block: int = 512, start: bool = True, **options) -> Host:
        client = Client(server.address[:2], stems, **options)
        clients.append(client)
        if start:
            client.start()
        return Host(client, block)

    yield make
    for client in clients:
        client.close()
