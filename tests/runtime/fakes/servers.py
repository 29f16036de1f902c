"""Servers over a session that is made up, clients over real UDP, and their end."""

from __future__ import annotations

import socket
from collections.abc import Callable

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.fakes.client import Client
from tests.runtime.fakes.session import FakeSession


class Servers:
    """Makes servers and clients, and ends them."""

    def __init__(self) -> None:
        self.session = FakeSession()
        self.made: list[Server] = []
        self.clients: list[Client] = []
        self.replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.replies.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.replies.bind(("127.0.0.1", 0))

    def server(self, open_session: Callable | None = None, **options: object) -> Server:
        protocol = multi_track(exact_mask=bool(options.pop("exact_mask", False)))
        if options.pop("native", False):
            protocol = beside(protocol)
        server = Server(
            open_session or (lambda: self.session),
            protocol,
            **{"listen": ("127.0.0.1", 0), "reply": self.replies.getsockname(), **options},
        )
        self.made.append(server)
        return server

    def client(self, open_session: Callable | None = None, **options: object) -> Client:
        """A client of a started server that has the model loaded and is asked for the bass."""
        client = self.early_client(open_session, **options)
        assert client.expect("/loaded") == ["fake"]
        client.wants("bass")
        return client

    def early_client(self, open_session: Callable | None = None, **options: object) -> Client:
        """A client that has heard `/ready` and nothing else."""
        server = self.server(open_session, **options)
        server.start()
        client = Client(server, self.replies)
        self.clients.append(client)
        assert client.expect("/ready") == [True]
        return client

    def close(self) -> None:
        self.session.let_go()
        for server in self.made:
            server.stop()
        for client in self.clients:
            client.close()
        self.replies.close()
