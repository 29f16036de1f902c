"""MP3 files whose length nothing in them tells: their frames are counted, and a tag is put before.

An MP3 file is a row of frames. Most encoders put one more frame before them, whose tag (Xing, Info
or VBRI) tells how many follow. Where it is missing, libsndfile estimates the length from the first
frames and reads no further, and where files were joined it stops at the end of the first. The
frames' headers tell where the next frame begins, so counting them needs no decoding.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

#: Kilobits a second by the index in a header of layer III: MPEG 1, and MPEG 2 with 2.5.
_KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
#: Samples a second of MPEG 1 by index; MPEG 2 has half of it, 2.5 a quarter.
_RATES = (44_100, 48_000, 32_000)
#: What is equal in all frames of a file: sync, version, layer and sample rate.
_SAME = 0xFFFE0C00
#: A tag that counts itself, or a last frame that is not whole, makes no other length.
_TOLERANCE = 2


@dataclass(frozen=True)
class _Header:
    """What the four bytes at the beginning of a frame tell."""

    word: int
    size: int
    samples: int
    rate: int
    side: int


@dataclass(frozen=True)
class Frames:
    """The frames of an MP3 file.

    Attributes:
        begin: where the first frame that holds sound begins, in bytes.
        count: number of frames that hold sound.
        told: how many the file's tag tells; None where it has none.
        seconds: length of one frame.
    """

    begin: int
    count: int
    told: int | None
    seconds: float


def find_frames(data: bytes) -> Frames | None:
    """Count the frames of layer III; None where there are none whose size can be known.

    Args:
        data: the whole file.
    """
    place = _first(data, _after_id3(data))
    first = None if place is None else _header(data, place)
    if place is None or first is None:
        return None
    told = _told(data, place, first)
    begin, count = place, 0
    if told is not None:
        begin = place = place + first.size
    while place + 4 <= len(data):
        header = _header(data, place)
        if header is None or (header.word ^ first.word) & _SAME:
            # Something else lies between: another file's tag, a picture, or damage.
            following = _first(data, place + 1, first.word)
            if following is None:
                break
            place = following
            continue
        if place + header.size > len(data):
            break
        count += 1
        place += header.size
    return Frames(begin, count, told, first.samples / first.rate)


def with_tag(data: bytes, frames: Frames) -> bytes:
    """The file with a tag before its first frame that tells the true number of frames.

    Args:
        data: the whole file.
        frames: what was found in it.
    """
    first = _header(data, frames.begin)
    assert first is not None, "a frame was found there"
    # The same kind of frame, without a checksum, and large enough for the tag: 64 kilobits a
    # second or more of either version.
    word = (first.word | 0x00010000) & ~0x0000F200 | 0x00008000
    size = _header(word.to_bytes(4, "big"), 0)
    assert size is not None, "only the rate in bits and the padding have changed"
    sound = data[frames.begin :]
    tag = struct.pack(">4sIII", b"Xing", 3, frames.count, size.size + len(sound))
    return (word.to_bytes(4, "big") + bytes(size.side) + tag).ljust(size.size, b"\0") + sound


def whole_file(path: Path) -> tuple[bytes | None, list[str]]:
    """What to decode so that the whole file is heard.

    Args:
        path: an MP3 file.

    Returns:
        The file's bytes with a true tag, or None where it can be decoded as it is; and a sentence
        for everything that is not as it should be.
    """
    data = path.read_bytes()
    frames = find_frames(data)
    if frames is None:
        return None, [f"{path.name}: its length is an estimate; it may end too early."]
    there = frames.count * frames.seconds
    if frames.told is None:
        return with_tag(data, frames), [
            f"{path.name} has no tag that tells its length: its frames were counted "
            f"({there:.1f} s), and all of them are there to be played."
        ]
    told = frames.told * frames.seconds
    if frames.told - frames.count > _TOLERANCE:
        return None, [
            f"{path.name} is cut off: its tag tells {told:.1f} s, {there:.1f} s are there."
        ]
    if frames.count - frames.told > _TOLERANCE:
        return with_tag(data, frames), [
            f"{path.name}: its tag tells {told:.1f} s, but {there:.1f} s are there to be played."
        ]
    return None, []


def _header(data: bytes, place: int) -> _Header | None:
    """The header at a place; None if there is none of layer III with a known size."""
    word = int.from_bytes(data[place : place + 4], "big")
    version, rate_index, index = word >> 19 & 3, word >> 10 & 3, word >> 12 & 15
    if word >> 21 != 0x7FF or word >> 17 & 3 != 1 or version == 1 or rate_index == 3:
        return None
    if index in (0, 15):
        return None
    mpeg1, mono = version == 3, word >> 6 & 3 == 3
    rate = _RATES[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1152 if mpeg1 else 576
    kilobits = (_KILOBITS_1 if mpeg1 else _KILOBITS_2)[index]
    size = samples // 8 * 1000 * kilobits // rate + (word >> 9 & 1)
    # Bytes of the side information, behind which a tag stands; a checksum lies before it.
    side = (17 if mono else 32) if mpeg1 else (9 if mono else 17)
    return _Header(word, size, samples, rate, side)


def _first(data: bytes, place: int, like: int | None = None) -> int | None:
    """Where the next frame begins that another one follows, or the end of the file."""
    while (place := data.find(b"\xff", place)) >= 0:
        header = _header(data, place)
        if header is not None and (like is None or not (header.word ^ like) & _SAME):
            behind = place + header.size
            following = _header(data, behind)
            if behind == len(data) or (
                following is not None and not (header.word ^ following.word) & _SAME
            ):
                return place
        place += 1
    return None


def _after_id3(data: bytes) -> int:
    """Where the file goes on behind an ID3v2 tag, which may hold a picture."""
    place = 0
    while data[place : place + 3] == b"ID3" and len(data) >= place + 10:
        # Seven bits a byte; a footer repeats the ten bytes of the head.
        a, b, c, d = data[place + 6 : place + 10]
        place += 10 + (a << 21 | b << 14 | c << 7 | d) + (10 if data[place + 5] & 0x10 else 0)
    return place


def _told(data: bytes, place: int, header: _Header) -> int | None:
    """Number of frames that a tag in this frame tells; None where it holds no tag, or no number."""
    checksum = 0 if header.word >> 16 & 1 else 2
    for start in {4 + header.side, 4 + header.side + checksum}:
        tag = data[place + start : place + start + 12]
        if tag[:4] in (b"Xing", b"Info") and len(tag) == 12:
            return int.from_bytes(tag[8:], "big") if tag[7] & 1 else None
    vbri = data[place + 36 : place + 54]
    if vbri[:4] == b"VBRI" and len(vbri) == 18:
        return int.from_bytes(vbri[14:], "big")
    return None
