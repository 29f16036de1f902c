"""The readers in C++ take and refuse the same datagrams as those in Python."""

from __future__ import annotations

import struct
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.errors import ProtocolError
from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import (
    Accept,
    Error,
    Hello,
    Position,
    Resend,
    padded,
    read_control,
    write_control,
)
from sideman.runtime.streaming.packets import (
    CONTEXT,
    FORMATS,
    MAX_POSITION,
    Packet,
    read_packet,
    write_packet,
)
from tests.runtime.streaming.documented import examples

DATAGRAMS = 20_000
#: Values that decide more often than others.
TELLING = np.array([0, 1, 2, 0x3F, 0x40, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF], np.uint8)


@pytest.fixture
def wire_check(max_tool: Callable[[str], Path]) -> Path:
    """The program that says what the readers in C++ think of datagrams."""
    return max_tool("wire_check")


def valid() -> list[bytes]:
    """The documented datagrams, the longest ones, and texts of several languages."""
    samples = np.linspace(-1, 0.9, 576, dtype=np.float32)
    audio = [
        write_packet(
            Packet(2**31, 2**32 - 1, -MAX_POSITION, 0, stem, samples[:count], form, again=True)
        )
        for form in FORMATS
        for stem in (0, 63, CONTEXT)
        for count in (1, 64, form.most)
    ]
    origin = Position(MAX_POSITION)
    hello = Hello(1, 1, 1, 48_000, 64, 0, 0, 1, "bass,ä,♪,🎸", "safe", "client", "", origin)
    accept = Accept(1, 1, 7, 1, 4, 2, 882, 44_100, 0, "a", "b", origin, "host", 7_000, "\U0010ffff")
    wanted = resends.want(63, [(-5_000, -4_000), (0, 1), (90_000, 99_000)])
    messages = [
        padded(hello),
        padded(hello, "größe 2"),
        padded(hello, "n" * 100),
        accept,
        Error("ü" * 2_000),
        Resend(1, 2, resends.pack(wanted)),
    ]
    return [*examples().values(), *audio, *map(write_control, messages)]


def damaged(seed: int) -> Iterator[bytes]:
    """Valid datagrams with a few bytes changed, left out, repeated or added, or as they were."""
    random = np.random.default_rng(seed)
    good = valid()
    while True:
        if random.random() < 1 / 32:
            yield random.bytes(random.integers(100))
            continue
        data = good[random.integers(len(good))]
        for _ in range(random.integers(3)):
            at, size = int(random.integers(len(data) + 1)), int(random.integers(1, 9))
            other = good[random.integers(len(good))]
            data = (
                data[:at] + random.bytes(size) + data[at + size :],
                data[:at] + random.bytes(1) + data[at + 1 :],
                data[:at] + random.bytes(1) + data[at + 1 :],
                data[:at] + bytes(random.choice(TELLING, 1)) + data[at + 1 :],
                data[:at],
                data[:at] + data[at + size :],
                data[:at] + data[at : at + size] + data[at:],
                data[:at] + bytes(4) + data[at:],
                data[:at] + other[at:],
                data + bytes(size),
            )[random.integers(10)]
        yield data


def verdict(data: bytes) -> int:
    """1 for an audio packet, 2 for a message, and 4 more for a resend that makes sense."""
    found = 0
    try:
        read_packet(data, len(data))
        found |= 1
    except ProtocolError:
        pass
    try:
        message = read_control(data, len(data))
        found |= 2
        if isinstance(message, Resend):
            resends.unpack(message.entries)
            found |= 4
    except ProtocolError:
        pass
    return found


def test_both_readers_agree_on_every_datagram(wire_check: Path) -> None:
    different = dict.fromkeys(valid())
    for data in damaged(seed=1):
        different[data] = None
        if len(different) == DATAGRAMS:
            break
    datagrams = list(different)
    framed = b"".join(struct.pack(">I", len(each)) + each for each in datagrams)
    done = subprocess.run([wire_check], input=framed, capture_output=True, check=True)
    expected = [verdict(each) for each in datagrams]
    differing = [
        f"{data.hex()}: {theirs} in C++, {ours} in Python"
        for data, theirs, ours in zip(datagrams, done.stdout, expected, strict=True)
        if theirs != ours
    ]
    assert differing == []
    # Of each verdict there were enough to tell something.
    counts = Counter(expected)
    assert min(counts[0], counts[1], counts[2]) > 500
    assert counts[6] > 50
