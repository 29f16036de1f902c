"""Reading control messages: python-osc, after a check of size and type tags.

python-osc pads a truncated float with zeros and ignores arguments of unknown types, so both are
checked here before it reads a datagram.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageError
from pythonosc.parsing.osc_types import ParseError as ValueParseError

from sideman.engine.errors import ProtocolError
from sideman.runtime.osc.message import Buffer, pad4, shown

#: Control messages are short; nothing longer is worth parsing argument by argument.
MAX_CONTROL = 2_048
_SIZES = {"i": 4, "f": 4, "h": 8, "d": 8, "T": 0, "F": 0, "N": 0}

Argument = int | float | bool | str | None


class ControlMessage(NamedTuple):
    """A parsed control message.

    Attributes:
        address: OSC address.
        tags: type tags without the comma.
        arguments: one value a tag.
    """

    address: str
    tags: str
    arguments: tuple[Argument, ...]


def read_control(
    data: Buffer, address: bytes, start: int, tags_at: int, end: int
) -> ControlMessage:
    """Read a control message whose address has been read.

    A message without any type tag string, as old senders write it, has no arguments.

    Args:
        data: the buffer.
        address: its address, printable ASCII.
        start: first byte of the message.
        tags_at: where its type tags begin.
        end: one past its last byte.

    Raises:
        ProtocolError: too long, arguments of types that no control message has, or a size that
            the type tags do not promise.
    """
    if end - start > MAX_CONTROL:
        raise ProtocolError(
            f"{shown(address)}: {end - start} bytes are oversized for a control message "
            f"(at most {MAX_CONTROL})."
        )
    tags = _tags(data, address, tags_at, end)
    try:
        message = OscMessage(bytes(data[start:end]))
        arguments = tuple(message.params)
    except (MessageError, ValueParseError, ValueError, IndexError, struct.error) as error:
        raise ProtocolError(f"{shown(address)}: cannot be parsed: {error}") from None
    return ControlMessage(address.decode("ascii"), tags, _rounded(tags, arguments))


def _tags(data: Buffer, address: bytes, tags_at: int, end: int) -> str:
    if tags_at == end:
        return ""
    stop = data.find(b"\0", tags_at, end)
    if stop < 0 or data[tags_at] != 0x2C:
        raise ProtocolError(f"{shown(address)}: no type tags where they must stand.")
    tags = bytes(data[tags_at + 1 : stop]).decode("latin-1")
    at = tags_at + pad4(stop + 1 - tags_at)
    for tag in tags:
        if tag == "s":
            stop = data.find(b"\0", at, end)
            size = end - at + 1 if stop < 0 else pad4(stop + 1 - at)
        elif tag in _SIZES:
            size = _SIZES[tag]
        else:
            raise ProtocolError(f"{shown(address)}: an argument of type {tag!r} is not understood.")
        at += size
    if at != end:
        kind = "truncated" if at > end else "oversized"
        raise ProtocolError(f"{shown(address)}: {kind}: the size is not the one of ,{tags!s}.")
    return tags


def _rounded(tags: str, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Single-precision values as the decimal that was meant.

    0.02 sent as `,f` is 0.01999999955, and int(0.01999999955 · 44100) is 881 where the client
    cross-fades over 882 samples. Seven digits are all that single precision holds.
    """
    return tuple(
        float(f"{value:.7g}") if tag == "f" and isinstance(value, float) else value
        for tag, value in zip(tags, arguments, strict=True)
    )
