"""Writing datagrams: the stems' audio, and all other messages to a client."""

from __future__ import annotations

import struct
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.wire import BUNDLE_TAG, audio_bytes, audio_tags
from sideman.runtime.osc.message import MAX_DATAGRAM, Buffer, pad4
from sideman.runtime.server.figures import Figures

_IMMEDIATELY = b"\0\0\0\0\0\0\0\1"
_PACKET_TEST_RESPONSE = b"/packet_test_response"
_MAX_TEXT = 1_000
_MAX_DETAIL = 200
_TEMPLATES = 64


def _string(text: bytes) -> bytes:
    return text.ljust(pad4(len(text) + 1), b"\0")


def message(address: bytes, tags: bytes, arguments: bytes = b"") -> bytes:
    """An OSC message of an address, type tags (with their comma) and encoded arguments."""
    return _string(address) + _string(tags) + arguments


def ready() -> bytes:
    """`/ready ,T`: the socket is bound."""
    return message(b"/ready", b",T")


def server_predicted() -> bytes:
    """`/server_predicted ,T`: the last chunk of a cycle has been sent."""
    return message(b"/server_predicted", b",T")


def batch_dropped(batch_id: int) -> bytes:
    """`/batch_dropped ,i`: no reply will come to this batch."""
    return message(b"/batch_dropped", b",i", struct.pack(">i", batch_id))


def late(batch_id: int, seconds: float) -> bytes:
    """`/late ,if`: the reply to this batch came so many seconds after its deadline."""
    return message(b"/late", b",if", struct.pack(">if", batch_id, seconds))


def error(text: str) -> bytes:
    """`/error ,s`: what was wrong, as one line of at most 1,000 bytes."""
    return message(b"/error", b",s", _text(text))


def loaded(name: str) -> bytes:
    """`/loaded ,s`: the model of this name is loaded and warm."""
    return message(b"/loaded", b",s", _text(name))


def _text(text: str) -> bytes:
    line = " ".join(text.replace("\0", " ").split())
    return _string(line.encode("utf-8", "replace")[:_MAX_TEXT].decode("utf-8", "ignore").encode())


def stats(figures: Figures) -> bytes:
    """`/stats_response`: names and values by turns, of the types s, i and f alone.

    Times are in milliseconds, ages in seconds, levels in dBFS.
    """
    pairs: list[tuple[str, str | int | float]] = [
        ("state", figures.state),
        ("detail", figures.detail[:_MAX_DETAIL]),
        ("cycle_ms", 1e3 * figures.cycle),
        ("usual_ms", 1e3 * figures.usual),
        ("most_ms", 1e3 * figures.most),
        ("deadline_ms", 1e3 * figures.deadline),
        ("step_ms", 1e3 * figures.step),
        ("cycles", figures.cycles),
        ("late", figures.late),
        ("dropped", figures.dropped),
        ("patched", figures.patched),
        ("lost_ms", 1e3 * figures.lost),
        ("errors", figures.errors),
        *((f"level_{stem}", figures.level(stem)) for stem in figures.levels),
        ("error", figures.error[:_MAX_DETAIL]),
        ("error_age", figures.error_age),
    ]
    tags, arguments = b",", b""
    for name, value in pairs:
        kind = {str: b"s", int: b"i", float: b"f"}[type(value)]
        tags += b"s" + kind
        packed = _text(value) if isinstance(value, str) else struct.pack(b">" + kind, value)
        arguments += _text(name) + packed
    return message(b"/stats_response", tags, arguments)


def packet_test_response(data: Buffer, tags_at: int, end: int) -> bytes:
    """Echo a packet test: its type tags and arguments as they came, inside a `#bundle`.

    Args:
        data: the buffer.
        tags_at: where the request's type tags begin.
        end: one past its last byte.

    Raises:
        ProtocolError: the echo, which is longer than the request, fits no datagram.
    """
    echo = _string(_PACKET_TEST_RESPONSE) + bytes(data[tags_at:end])
    size = len(BUNDLE_TAG) + len(_IMMEDIATELY) + 4 + len(echo)
    if size > MAX_DATAGRAM:
        raise ProtocolError(
            f"/packet_test: the echo would take {size} bytes and a datagram carries "
            f"{MAX_DATAGRAM}; send fewer floats."
        )
    return BUNDLE_TAG + _IMMEDIATELY + struct.pack(">i", len(echo)) + echo


class _Template(NamedTuple):
    """What is the same in every datagram of one address and size."""

    header: bytes
    integers_at: int
    payload: NDArray[np.float32]
    datagram: memoryview


class StemWriter:
    """Writes `/<stem> ,iii…` datagrams into one preallocated buffer.

    One writer belongs to one thread: its result is a view of its own buffer.
    """

    def __init__(self) -> None:
        self._buffer = bytearray(MAX_DATAGRAM)
        self._view = memoryview(self._buffer)
        self._templates: OrderedDict[tuple[bytes, int], _Template] = OrderedDict()

    def write(
        self, address: bytes, batch_id: int, index: int, total: int, samples: NDArray[np.float32]
    ) -> memoryview:
        """Write one chunk.

        Args:
            address: `/` and the stem's name.
            batch_id: as the client numbered the step, a 32-bit integer.
            index: number of the chunk, from 0.
            total: chunks of this stem.
            samples: float32 [n].

        Returns:
            The datagram, valid until the next call.

        Raises:
            ProtocolError: it would be larger than UDP carries.
        """
        key = (address, len(samples))
        template = self._templates.get(key)
        if template is None:
            template = self._make(address, len(samples))
            self._templates[key] = template
            if len(self._templates) > _TEMPLATES:
                self._templates.popitem(last=False)
        self._view[: len(template.header)] = template.header
        struct.pack_into(">iii", self._buffer, template.integers_at, batch_id, index, total)
        np.copyto(template.payload, samples)
        return template.datagram

    def _make(self, address: bytes, samples: int) -> _Template:
        size = audio_bytes(address, samples)
        if size > MAX_DATAGRAM:
            raise ProtocolError(
                f"{samples} samples to {address.decode()} would take {size} bytes and a datagram "
                f"carries {MAX_DATAGRAM}; ask for a smaller package size."
            )
        header = _string(address) + audio_tags(samples)
        return _Template(
            header,
            len(header),
            np.frombuffer(self._buffer, ">f4", samples, len(header) + 12),
            self._view[:size],
        )
