"""The bytes that every OSC message has: an address, padding, and their bounds.

Functions take the whole buffer with the bounds of one message in it, so that a receive thread can
keep one preallocated buffer, and raise `ProtocolError`, and nothing else, on any bytes whatever.
Layout: OSC 1.0; strings are zero-padded to four bytes and numbers are big-endian.
"""

from __future__ import annotations

from sideman.engine.errors import ProtocolError

#: The most payload that UDP over IPv4 carries in one datagram.
MAX_DATAGRAM = 65_507
_MAX_ADDRESS = 64

#: What a datagram may be read from.
Buffer = bytes | bytearray


def pad4(size: int) -> int:
    """The smallest multiple of four that is not less than `size`."""
    return (size + 3) & ~3


def shown(address: bytes) -> str:
    """An address, however strange, as one short line of plain text for a log."""
    text = repr(address[:_MAX_ADDRESS])[2:-1]
    return text + "…" if len(address) > _MAX_ADDRESS else text


def read_address(data: Buffer, start: int, end: int) -> tuple[bytes, int]:
    """Read the address of a message.

    Args:
        data: the buffer.
        start: first byte of the message.
        end: one past its last byte.

    Returns:
        The address without padding, and where the type tags begin (`end` where there are none).

    Raises:
        ProtocolError: not an OSC message.
    """
    if end - start < 4:
        raise ProtocolError(f"A datagram of {end - start} bytes holds no OSC message.")
    if (end - start) % 4:
        raise ProtocolError(
            f"A datagram of {end - start} bytes is truncated or not OSC: the size of a message "
            "is a multiple of four."
        )
    if data[start] != 0x2F:
        head = shown(bytes(data[start : start + 12]))
        raise ProtocolError(f"An OSC message begins with '/', this datagram with '{head}'.")
    stop = data.find(b"\0", start, min(end, start + _MAX_ADDRESS + 1))
    if stop < 0:
        raise ProtocolError(f"The address does not end within {_MAX_ADDRESS} bytes.")
    address = bytes(data[start:stop])
    if not (address.isascii() and address.decode("ascii").isprintable()):
        raise ProtocolError(f"The address '{shown(address)}' holds characters that none may have.")
    tags_at = start + pad4(stop + 1 - start)
    if any(data[stop:tags_at]):
        raise ProtocolError(f"{shown(address)}: the address is not padded with zeros.")
    return address, tags_at
