"""What is asked for again: positions with a bit for every 64 samples."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sideman.engine.errors import ProtocolError
from sideman.runtime.streaming.packets import CONTEXT, MAX_POSITION, MOST_STEMS

#: Samples of one bit.
UNIT = 64
#: Bits of one entry: 2,048 samples.
BITS = 32
#: Entries of one message. Four are 8,192 samples, two columns.
MOST_ENTRIES = 8
_ENTRY = struct.Struct(">qIBxxx")


@dataclass(frozen=True)
class Wanted:
    """Some of the 2,048 samples from a position on.

    Attributes:
        stem: index, or `CONTEXT`.
        position: of the first sample of the first bit.
        bits: bit i, counted from the lowest, stands for the 64 samples from position + 64·i on.
    """

    stem: int
    position: int
    bits: int

    def ranges(self) -> list[tuple[int, int]]:
        """The ranges of positions that it stands for, joined where they touch."""
        found: list[tuple[int, int]] = []
        for i in range(BITS):
            if self.bits >> i & 1:
                start = self.position + i * UNIT
                if found and found[-1][1] == start:
                    found[-1] = (found[-1][0], start + UNIT)
                else:
                    found.append((start, start + UNIT))
        return found


def want(stem: int, holes: list[tuple[int, int]], most: int = MOST_ENTRIES) -> list[Wanted]:
    """Ask for some holes: the oldest first, at most so many entries.

    Args:
        stem: whose.
        holes: ranges of positions, in their order.
        most: entries.
    """
    found: list[Wanted] = []
    for start, end in holes:
        at = start
        while at < end:
            last = found[-1] if found else None
            if last is None or at >= last.position + BITS * UNIT:
                if len(found) == most:
                    return found
                found.append(last := Wanted(stem, at, 0))
            bit = (at - last.position) // UNIT
            found[-1] = last = Wanted(stem, last.position, last.bits | 1 << bit)
            at = last.position + (bit + 1) * UNIT
    return found


def pack(wanted: list[Wanted]) -> bytes:
    """The blob of a `Resend`."""
    return b"".join(_ENTRY.pack(each.position, each.bits, each.stem) for each in wanted)


def unpack(blob: bytes) -> list[Wanted]:
    """Read the blob of a `Resend`.

    Raises:
        ProtocolError: it is none, or asks for more than one message may.
    """
    count, rest = divmod(len(blob), _ENTRY.size)
    if rest or not 1 <= count <= MOST_ENTRIES:
        raise ProtocolError(
            f"/sideman/resend: {len(blob)} bytes are not 1 to {MOST_ENTRIES} entries of "
            f"{_ENTRY.size}."
        )
    found = []
    for position, bits, stem in _ENTRY.iter_unpack(blob):
        if not bits or abs(position) > MAX_POSITION or (stem >= MOST_STEMS and stem != CONTEXT):
            raise ProtocolError("/sideman/resend: an entry that asks for nothing that exists.")
        found.append(Wanted(stem, position, bits))
    return found
