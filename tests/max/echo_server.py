"""Serves an echo in a process of its own: `python -m tests.max.echo_server PORT`."""

from __future__ import annotations

import sys

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession


def main() -> None:
    echo = EchoSession()
    with Server(
        lambda: echo,
        beside(multi_track()),
        listen=("127.0.0.1", int(sys.argv[1])),
        reply=("127.0.0.1", 9),
    ):
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
