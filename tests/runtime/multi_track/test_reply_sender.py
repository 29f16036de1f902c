"""Replies on their way out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.multi_track import reply_sender as module
from sideman.runtime.multi_track.reply_sender import ReplySender
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.setting import Setting

#: What a socket holds on the system that is meanest with it, Windows.
STOCK_BUFFER = 65_536


def setting(names: tuple[str, ...]) -> Setting:
    grid = LatentGrid()
    geometry = Geometry.reference(grid, 0.25, 1, 0.02)
    return Setting(geometry, grid, names, tuple(range(len(names))))


class Client:
    """A client's socket with a stock receive buffer, read only when the server pauses."""

    def __init__(self) -> None:
        self.waiting = self.lost = self.heard = 0
        self.paused = 0.0

    def sendto(self, datagram: memoryview, to: tuple) -> None:
        # A socket takes a datagram whenever it is empty, however large.
        if self.waiting and self.waiting + len(datagram) > STOCK_BUFFER:
            self.lost += 1
            return
        self.waiting += len(datagram)
        self.heard += 1

    def pause(self, seconds: float) -> None:
        self.paused += seconds
        self.waiting = 0


@pytest.mark.parametrize("package", [128, 4_410, 10_240, 13_095])
@pytest.mark.parametrize("stems", [1, 4])
def test_a_reply_does_not_overrun_a_client_with_a_stock_buffer(package: int, stems: int) -> None:
    client = Client()
    clock = SimpleNamespace(now=0.0)
    replies = ReplySender(
        client, ("127.0.0.1", 8_000), Counters(), lambda: clock.now, lambda: package, client.pause
    )
    names = tuple(f"stem{n}" for n in range(stems))
    audio = np.zeros((stems, 67_032), np.float32)
    _, complete = replies.send_stems(setting(names), audio, 1, ("127.0.0.1", 9))
    assert complete
    assert client.lost == 0
    assert client.heard == stems * -(-67_032 // package)
    # Of the step's 1.5 s.
    assert client.paused < 0.05 * 1.5


def test_the_first_packet_never_waits() -> None:
    """Its time is that of the whole path."""
    client = Client()
    times = iter(range(100))
    paused_before_first = []

    def pause(seconds: float) -> None:
        paused_before_first.append(client.heard == 0)

    replies = ReplySender(
        client, ("127.0.0.1", 8_000), Counters(), lambda: next(times), lambda: 13_095, pause
    )
    audio = np.zeros((1, 20_000), np.float32)
    replies.send_stems(setting(("bass",)), audio, 1, ("127.0.0.1", 9))
    assert paused_before_first == [False]


def test_sending_that_fails_is_told_once_with_its_mend(client, session, monkeypatch, caplog):
    class Refusing:
        """A system that carries only small datagrams, as macOS does by default."""

        def __init__(self, real):
            self.real = real

        def sendto(self, data, to):
            if len(data) > 9_216:
                raise OSError(module.errno.EMSGSIZE, "Message too long")
            return self.real.sendto(data, to)

        def close(self):
            self.real.close()

    replies = client.server._replies
    replies._socket = Refusing(replies._socket)
    monkeypatch.setattr(module.sys, "platform", "darwin")
    with caplog.at_level("ERROR", "sideman.runtime.server"):
        for batch_id in (1, 2):
            client.batch(batch_id, 0.25)
            client.wait_for("/server_predicted")
    assert "net.inet.udp.maxdgram" in caplog.text
    assert len(caplog.records) == 1
    assert client.server.counters.cycles == 0
    client.control("/update_package_size", "i", 1_837)
    client.batch(3, 0.25)
    client.reply(3, 1_837)
