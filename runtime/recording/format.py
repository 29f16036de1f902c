"""The bytes of a recording; docs/recordings.md has them as a table.

A file is `MAGIC` and entries. An entry is the size of its body, the body's CRC-32, and the body: a
byte that tells its kind, and what the kind holds. All numbers are big-endian.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import SidemanError

#: Every version of the format begins with these letters; a number and a line's end follow.
LETTERS = b"sideman recording "
MAGIC = LETTERS + b"1\n"
#: Of an entry: bytes of its body, and the CRC-32 of the body.
HEAD = struct.Struct(">II")
#: Bytes of the longest body: a datagram has at most 65,507.
MOST_BYTES = 1 << 17

Samples = NDArray[np.float32]


class RecordingError(SidemanError):
    """A file that is no recording, is damaged, or is one of another version."""


class Kind(IntEnum):
    """What an entry is about."""

    HEADER = 1
    #: Of the receive thread.
    CLIENT = 2
    DATAGRAM = 3
    EXPIRE = 4
    NUMBER = 5
    #: Of the cycle thread.
    TAKE = 6
    RELEASE = 7
    ADOPT = 8
    REFUSE = 9
    DROP = 10
    READY = 11
    CYCLE = 12
    FORGET = 13
    UP_TO_DATE = 14
    LOAD = 15
    ANSWER = 16
    FAILED = 17
    #: Of the server.
    END = 18


#: What some kinds hold: a client's number, its host's and whether that is this machine; an arrival
#: in seconds and a client's number, before the datagram; seconds; a session's number; yes or no.
CLIENT = struct.Struct(">II?")
ARRIVAL = struct.Struct(">dI")
SECONDS = struct.Struct(">d")
NUMBER = struct.Struct(">I")
YES = struct.Struct(">?")
#: A step that was taken: its number and whether an answer was wanted, before the digest.
STEP = struct.Struct(">q?")
#: An answer: its step's number, its stems and the samples of each, before the digest.
ANSWER = struct.Struct(">qII")
#: A step without an answer: its number.
FAILED = struct.Struct(">q")

_FIXED: dict[Kind, struct.Struct] = {
    Kind.CLIENT: CLIENT,
    Kind.EXPIRE: SECONDS,
    Kind.NUMBER: NUMBER,
    Kind.READY: YES,
    Kind.CYCLE: SECONDS,
    Kind.UP_TO_DATE: YES,
    Kind.FAILED: FAILED,
}


def pack_entry(kind: Kind, payload: bytes) -> bytes:
    """An entry as it stands in the file."""
    body = bytes((kind,)) + payload
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def fits(kind: Kind, payload: bytes) -> bool:
    """Whether an entry of this kind can have so many bytes."""
    fixed = _FIXED.get(kind)
    if fixed is None:
        return kind is not Kind.DATAGRAM or len(payload) >= ARRIVAL.size
    return len(payload) == fixed.size


def unpack(kind: Kind, payload: bytes) -> tuple[Any, ...]:
    """What an entry holds whose kind has a fixed size, and which `fits`."""
    return _FIXED[kind].unpack(payload)


def digest(samples: Samples) -> bytes:
    """SHA-256 of samples, row after row, as little-endian float32."""
    return hashlib.sha256(np.ascontiguousarray(samples, "<f4").tobytes()).digest()
