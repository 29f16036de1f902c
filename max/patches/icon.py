"""Draws the package's icon: two waves, of which one answers the other.

Every pixel is computed here and packed without any library, so that it needs no picture program.
"""

from __future__ import annotations

import functools
import math
import struct
import zlib

from max.patches.style import ACCENT, WHITE, Colour

SIDE = 128
#: Points in each direction that are averaged for a pixel, so that edges are smooth.
_FINE = 3
#: Of a wave: how far it swings, and how often to and fro, times two.
_HEIGHT, _TURNS = 0.12, 4
_ANSWER: Colour = (0.98, 0.76, 0.28, 1.0)


@functools.cache
def draw_icon(effort: int = 9) -> bytes:
    """The PNG file; `effort`, from 0 to 9, goes into making it small."""
    rows = b"".join(
        b"\0" + b"".join(_pixel(column, row) for column in range(SIDE)) for row in range(SIDE)
    )
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, effort))
        + _chunk(b"IEND", b"")
    )


def pixels(png: bytes) -> bytes:
    """What a PNG of `draw_icon` shows; two may be packed differently and show the same."""
    at, packed = 8, b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        at += 12 + size
    return zlib.decompress(packed)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def _pixel(column: int, row: int) -> bytes:
    steps = [(i + 0.5) / _FINE for i in range(_FINE)]
    points = [_colour((column + a) / SIDE, (row + b) / SIDE) for a in steps for b in steps]
    alpha = sum(point[3] for point in points)
    if not alpha:
        return bytes(4)
    mixed = [sum(p[part] * p[3] for p in points) / alpha for part in range(3)]
    return bytes(round(255 * part) for part in (*mixed, alpha / len(points)))


def _colour(x: float, y: float) -> Colour:
    """Of a point; both sides are 1 long."""
    corner = 0.2
    dx, dy = (max(abs(side - 0.5) - 0.5 + corner, 0.0) for side in (x, y))
    if math.hypot(dx, dy) > corner:
        return (0.0, 0.0, 0.0, 0.0)
    for middle, delay, colour in ((0.33, 0.0, WHITE), (0.67, 0.09, _ANSWER)):
        if _distance(x, y, middle, delay) < 0.035:
            return colour
    return ACCENT


def _distance(x: float, y: float, middle: float, delay: float) -> float:
    """From a wave that swells and fades between two ends."""
    across = min(max(x, 0.16 + delay), 0.75 + delay)
    phase = (across - 0.16 - delay) / 0.59
    height = _HEIGHT * math.sin(math.pi * phase) * math.sin(_TURNS * math.pi * phase)
    slope = (
        _HEIGHT
        * math.pi
        / 0.59
        * (
            math.cos(math.pi * phase) * math.sin(_TURNS * math.pi * phase)
            + _TURNS * math.sin(math.pi * phase) * math.cos(_TURNS * math.pi * phase)
        )
    )
    if across != x:
        return math.hypot(x - across, y - middle)
    return abs(y - middle - height) / math.hypot(1.0, slope)
