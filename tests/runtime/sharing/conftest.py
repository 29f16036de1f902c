"""Shared servers over an echo, and hosts that play with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from sideman.runtime.client import Client
from sideman.runtime.sharing.server import SharedServer
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.echo import Host
from tests.runtime.native.peer import Peer
from tests.runtime.sharing.echo import EchoEngine


@pytest.fixture
def engine() -> EchoEngine:
    return EchoEngine()


@pytest.fixture
def serve(engine: EchoEngine) -> Iterator[Callable[..., SharedServer]]:
    servers: list[SharedServer] = []

    def make(sessions: int = 4, **options) -> SharedServer:
        server = SharedServer(lambda: engine, sessions, ("127.0.0.1", 0), **options)
        servers.append(server)
        server.start()
        end = time.monotonic() + PATIENCE
        while server.load().state == "loading":
            assert time.monotonic() < end
            time.sleep(0.002)
        return server

    yield make
    for server in servers:
        for session in engine.made:
            session.let_go()
        server.stop()


@pytest.fixture
def join() -> Iterator[Callable[..., Host]]:
    """A host that plays with a server."""
    clients: list[Client] = []

    def make(server: SharedServer, stems=("bass",), *, block: int = 512, **options) -> Host:
        client = Client(server.address[:2], stems, **options)
        clients.append(client)
        client.start()
        return Host(client, block)

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def peers() -> Iterator[Callable[[SharedServer], Peer]]:
    """A client that says exactly what it is told."""
    made: list[Peer] = []

    def make(server: SharedServer) -> Peer:
        made.append(Peer(server))
        return made[-1]

    yield make
    for peer in made:
        peer.socket.close()
