"""A client of the legacy protocol over real UDP, written without the code under test."""

from __future__ import annotations

import socket
import struct

import numpy as np
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from sideman.runtime.server.server import Server
from tests.runtime.fakes.session import PATIENCE, STEMS


def read(data: bytes) -> tuple[str, list]:
    """The address and arguments of a reply; floats after three integers as an array."""
    if data.startswith(b"#bundle\0"):
        return "#bundle", [data]
    end = data.index(b"\0")
    tags_at = end + 4 - end % 4
    if data[tags_at : tags_at + 5] == b",iiif":
        count = data.index(b"\0", tags_at) - tags_at - 4
        at = tags_at + count + 4
        at += 4 - at % 4
        values = list(struct.unpack_from(">iii", data, at))
        samples = np.frombuffer(data, ">f4", offset=at + 12)
        assert len(samples) == count
        return data[:end].decode(), [*values, samples.astype(np.float32)]
    message = OscMessage(data)
    return message.address, list(message.params)


def control(address: str, tags: str = "", *values: object) -> bytes:
    """A control message; types without a value need none given."""
    builder = OscMessageBuilder(address)
    for tag, value in zip(tags, values or [None] * len(tags), strict=True):
        builder.add_arg(value, tag)
    return builder.build().dgram


class Client:
    """What a client does, written without the code under test."""

    def __init__(self, server: Server | None, reply: socket.socket) -> None:
        self.server = server
        self.replies = reply
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    def raw(self, datagram: bytes) -> None:
        assert self.server is not None
        self.socket.sendto(datagram, self.server.address)

    def control(self, address: str, tags: str = "", *values: object) -> None:
        self.raw(control(address, tags, *values))

    def wants(self, *stems: str) -> None:
        """Ask for stems of the published models."""
        flags = [int(stem in stems) for stem in STEMS]
        self.control("/predict_instruments", "i" * len(flags), *flags)

    @staticmethod
    def chunk(address: str, batch_id: int, start: int, total: int, samples: np.ndarray) -> bytes:
        def pad(text: bytes) -> bytes:
            return text + b"\0" * (4 - len(text) % 4)

        head = pad(address.encode()) + pad(b",iii" + b"f" * len(samples))
        return head + struct.pack(">iii", batch_id, start, total) + samples.astype(">f4").tobytes()

    def chunks(
        self,
        batch_id: int,
        audio: np.ndarray,
        package: int = 4410,
        address: str = "/context",
        total: int | None = None,
    ) -> list[bytes]:
        starts = range(0, len(audio), package)
        return [
            self.chunk(address, batch_id, s, total or len(starts), audio[s : s + package])
            for s in starts
        ]

    def batch(self, batch_id: int, audio: np.ndarray | float, package: int = 4410) -> None:
        """Send a whole step; a number stands for a step of that value at r = 0.25."""
        if isinstance(audio, float):
            audio = np.full(66_150, audio, np.float32)
        for datagram in self.chunks(batch_id, audio, package):
            self.raw(datagram)

    def next(self, timeout: float = PATIENCE) -> tuple[str, list]:
        """The next message: its address and arguments (floats after three integers as an array)."""
        self.replies.settimeout(timeout)
        return read(self.replies.recv(65_536))

    def expect(self, address: str, timeout: float = PATIENCE) -> list:
        """Arguments of the next message, which must be this one."""
        found, values = self.next(timeout)
        assert found == address, (found, values)
        return values

    def wait_for(self, address: str) -> list:
        """Arguments of the next message to this address; others before it are passed over."""
        while True:
            found, values = self.next()
            if found == address:
                return values

    def reply(self, batch_id: int, package: int = 4410) -> dict[str, np.ndarray]:
        """A whole reply to this batch, checked chunk by chunk: the stems by name."""
        stems: dict[str, list[np.ndarray]] = {}
        totals: dict[str, int] = {}
        while True:
            address, values = self.next()
            if address == "/server_predicted":
                assert values == [True]
                break
            assert values[0] == batch_id, (address, values)
            parts = stems.setdefault(address[1:], [])
            assert values[1] == len(parts), "chunks in order, counted from 0"
            totals.setdefault(address[1:], values[2])
            assert values[2] == totals[address[1:]]
            parts.append(values[3])
        for name, parts in stems.items():
            assert len(parts) == totals[name]
            assert all(len(part) == package for part in parts[:-1])
        return {name: np.concatenate(parts) for name, parts in stems.items()}

    def nothing(self) -> None:
        """Nothing more has come: an echo, which is answered in order, is the next message."""
        assert self.fence() == []

    def fence(self) -> list[tuple[str, list]]:
        """Wait until the receive thread has taken all that was sent; what was said until then."""
        self.raw(b"/packet_test\0\0\0\0,if\0" + struct.pack(">if", 77, 1.0))
        said = []
        while not (message := self.next())[0].startswith("#bundle"):
            said.append(message)
        return said

    def again(self) -> Client:
        """The same person with a client that was started anew: another port."""
        return Client(self.server, self.replies)

    def close(self) -> None:
        self.socket.close()
