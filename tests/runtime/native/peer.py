"""A client of the native protocol that says exactly what it is told."""

from __future__ import annotations

import dataclasses
import socket

import numpy as np

from sideman.runtime.streaming.control import (
    Accept,
    Beat,
    Control,
    Hello,
    Position,
    Refuse,
    State,
    Warn,
    read_control,
    write_control,
)
from sideman.runtime.streaming.packets import CONTEXT, FLOAT32, Packet, is_audio, write_packet
from tests.runtime.fakes.session import PATIENCE

HELLO = Hello(1, 1, 1, 44_100, 512, 1, 2, 0, "bass", "normal", "test", "", Position(0), bytes(400))
SOUND = np.random.default_rng(3).uniform(-0.5, 0.5, 60_000).astype(np.float32)


class Peer:
    """A socket that says what it is told."""

    def __init__(self, server) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(server.address)

    def say(self, message: Control) -> None:
        self.socket.send(write_control(message))

    def hear(self, seconds: float = PATIENCE, *, warnings: bool = False) -> Control | None:
        """The next message, warnings left out unless they are wanted; None where it is audio."""
        self.socket.settimeout(seconds)
        while True:
            data = self.socket.recv(65_536)
            if is_audio(data, len(data)):
                return None
            message = read_control(data, len(data))
            if warnings or not isinstance(message, State | Warn):
                return message

    def ask(self, message: Control) -> Control:
        self.say(message)
        return self.hear()

    def hears_nothing(self) -> bool:
        """Asked after a hello that is refused, which is answered in its order."""
        answer = self.ask(dataclasses.replace(HELLO, request=99, lowest=9, highest=9))
        return isinstance(answer, Refuse) and answer.request == 99

    def sound(self, accept: Accept, at: int, count: int, **changes) -> None:
        for start in range(at, at + count, 288):
            samples = SOUND[start : min(start + 288, at + count)]
            packet = Packet(accept.session, accept.epoch, start, 0, CONTEXT, samples, FLOAT32)
            self.socket.send(write_packet(dataclasses.replace(packet, **changes)))


def beat(accept: Accept, **changes) -> Beat:
    plain = Beat(accept.session, 7, accept.epoch, Position(0), 0.0, 0, 0, 0, 0)
    return dataclasses.replace(plain, **changes)
