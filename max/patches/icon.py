"""Draws the package's icon: two waves, of which one answers the other.

Every pixel is computed here and packed without any library, so that it needs no picture program.
"""

from __future__ import annotations

import math
import struct
import zlib

from max.patches.style import ACCENT, WHITE, Colour

SIDE = 128
#: Points in each direction that are averaged for a pixel, so that edges are smooth.
_FINE = 3
_ANSWER: Colour = (0.98, 0.76, 0.28, 1.0)


def draw_icon() -> bytes:
    """The PNG file."""
    rows = b"".join(
        b"\0" + b"".join(_pixel(column, row) for column in range(SIDE)) for row in range(SIDE)
    )
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
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
    for middle, delay, colour in ((0.36, 0.0, WHITE), (0.64, 0.09, _ANSWER)):
        if _distance(x, y, middle, delay) < 0.035:
            return colour
    return ACCENT


def _distance(x: float, y: float, middle: float, delay: float) -> float:
    """From a wave that swells and fades between two ends."""
    across = min(max(x, 0.16 + delay), 0.75 + delay)
    phase = (across - 0.16 - delay) / 0.59
    height = 0.13 * math.sin(math.pi * phase) * math.sin(6 * math.pi * phase)
    slope = 0.13 * math.pi / 0.59 * (
        math.cos(math.pi * phase) * math.sin(6 * math.pi * phase)
        + 6 * math.sin(math.pi * phase) * math.cos(6 * math.pi * phase)
    )
    if across != x:
        return math.hypot(x - across, y - middle)
    return abs(y - middle - height) / math.hypot(1.0, slope)
