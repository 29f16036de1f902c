"""The context on its way: in parts, and again where the network had no room."""

from __future__ import annotations

import errno
import socket

import numpy as np

from sideman.runtime.client.network import Network
from sideman.runtime.client.sending import ContextSender
from sideman.runtime.client.shared import Shared
from sideman.runtime.client.wish import Wish
from sideman.runtime.streaming.control import Bye
from sideman.runtime.streaming.packets import FLOAT32, Packet, read_packet

PLAYED = np.random.default_rng(2).uniform(-1, 1, 40_000).astype(np.float32)


class Line:
    """A network that has room for so many datagrams, until it has more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.packets: list[Packet] = []

    def send(self, datagram: bytes) -> bool:
        if self.room == 0:
            return False
        self.room -= 1
        self.packets.append(read_packet(bytearray(datagram), len(datagram)))
        return True


def sender_on(line: Line) -> ContextSender:
    shared = Shared(("bass",), 44_100)
    shared.take(PLAYED)
    sender = ContextSender(shared, line.send)
    sender.follow(7, 1, 30_000, since=0)
    return sender


def test_a_part_has_48_packets_at_the_most() -> None:
    line = Line(1_000)
    sender = sender_on(line)
    assert sender.turn()
    assert len(line.packets) == 48
    while sender.turn():
        pass
    assert len(line.packets) == -(-len(PLAYED) // FLOAT32.most)


def test_what_the_network_had_no_room_for_is_sent_a_moment_later() -> None:
    line = Line(0)
    sender = sender_on(line)
    assert sender.turn()
    assert not line.packets
    for _ in range(100):
        line.room = 10
        if not sender.turn():
            break
    came = np.zeros(len(PLAYED), np.float32)
    end = 0
    for packet in line.packets:
        assert packet.position <= end
        end = packet.position + len(packet.samples)
        came[packet.position : end] = packet.samples
    np.testing.assert_array_equal(came, PLAYED)


class FailingSocket:
    """Every datagram meets the same error; at first, none."""

    error: OSError | None = None

    def getpeername(self) -> tuple[str, int]:
        return "127.0.0.1", 9

    def send(self, datagram: bytes) -> int:
        if self.error is not None:
            raise self.error
        return len(datagram)


def test_a_full_socket_is_told_from_one_that_leads_nowhere() -> None:
    connection = FailingSocket()
    woken, other = socket.socketpair()
    with woken, other:
        shared = Shared(("bass",), 44_100)
        network = Network(
            shared, Wish(("bass",), 0, 0, "normal", FLOAT32, ""), connection, woken, lambda: 0.0
        )
        assert network._send(b"any")
        for number in (errno.EAGAIN, errno.ENOBUFS):
            connection.error = OSError(number, "no room")
            assert not network._send(b"any")
        connection.error = BlockingIOError(errno.EAGAIN, "no room")
        assert not network._send(b"any")
        for number in (errno.ECONNREFUSED, errno.ENETUNREACH):
            connection.error = OSError(number, "lost")
            assert network._send(b"any")
        network._tell(Bye(1, ""))  # a message is lost with it, and nothing else
