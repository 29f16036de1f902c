"""Reading datagrams: audio chunks and bundles.

Audio is read in time that does not depend on the number of samples (a search for the end of the
type tags and one comparison of memory aside): the samples are a view of the datagram, never
Python numbers. Addresses are read in `sideman.runtime.osc.message`, control messages in
`sideman.runtime.multi_track.control`.

Every function takes the whole buffer with the bounds of one message in it, so that a receive
thread can keep one preallocated buffer, and every function raises `ProtocolError`, and nothing
else, on any bytes whatever. Layout: OSC 1.0; strings are zero-padded to four bytes and numbers
are big-endian.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import ProtocolError
from sideman.runtime.osc.message import MAX_DATAGRAM, Buffer, pad4, shown

#: Sample values beyond this (60 dB over full scale) are not audio. The networks would turn them
#: into infinities, and a generated latent that is not finite stays in the window for good.
MAX_AMPLITUDE = 1_000.0

BUNDLE_TAG = b"#bundle\0"
_BUNDLE_HEADER = len(BUNDLE_TAG) + 8
_MAX_DEPTH = 4
_THREE_INTS = struct.Struct(">iii")
_INT = struct.Struct(">i")

Samples = NDArray[np.float32]


class AudioChunk(NamedTuple):
    """One chunk of audio as it stands in a datagram.

    Attributes:
        batch_id: the step that it belongs to, as the client numbers it.
        place: towards the server the first sample's index within the step; towards the client
            the number of the chunk.
        total: chunks of this batch over all planes, or, towards the client, of this stem.
        payload: big-endian float32 [samples], a view of the datagram, valid as long as that.
    """

    batch_id: int
    place: int
    total: int
    payload: NDArray[np.float32]


def audio_bytes(address: bytes, samples: int, integers: int = 3) -> int:
    """Size of an audio datagram in bytes: for `/context` 24 + pad4(n + 5) + 4·n.

    Args:
        address: OSC address without padding.
        samples: floats in the datagram, n.
        integers: integers before them.
    """
    tags = pad4(1 + integers + samples + 1)
    return pad4(len(address) + 1) + tags + 4 * integers + 4 * samples


def step_bytes(samples: int) -> int:
    """Bytes of the datagrams in which one plane of a step arrives: five a sample with its type tag.

    What else a datagram holds is left out: in one of usual size it is less than a hundredth.
    """
    return 5 * samples


def largest_package(address: bytes, limit: int = MAX_DATAGRAM) -> int:
    """The most samples that one datagram of at most `limit` bytes carries to this address."""
    samples = max(0, (limit - audio_bytes(address, 0)) // 5 + 4)
    while samples > 0 and audio_bytes(address, samples) > limit:
        samples -= 1
    return samples


@lru_cache(maxsize=64)
def audio_tags(samples: int, integers: int = 3) -> bytes:
    """The padded type tag string of so many integers followed by so many floats."""
    tags = b"," + b"i" * integers + b"f" * samples
    return tags.ljust(pad4(len(tags) + 1), b"\0")


def read_audio(data: Buffer, address: bytes, tags_at: int, end: int) -> AudioChunk:
    """Read a chunk of audio whose address has been read.

    Args:
        data: the buffer.
        address: for messages only.
        tags_at: where the type tags begin.
        end: one past the message's last byte.

    Raises:
        ProtocolError: type tags other than `,iii` and n times `f`, no samples, or a size that
            is not the one the tags promise.
    """
    samples = _count_floats(data, address, tags_at, end, integers=3)
    if samples == 0:
        raise ProtocolError(f"{shown(address)}: a chunk without samples.")
    at = tags_at + pad4(samples + 5)
    batch_id, place, total = _THREE_INTS.unpack_from(data, at)
    payload = np.frombuffer(data, ">f4", samples, at + _THREE_INTS.size)
    return AudioChunk(batch_id, place, total, payload)


def check_packet_test(data: Buffer, address: bytes, tags_at: int, end: int) -> None:
    """Check that a packet test is `,i` and n times `f`, of the size that its tags promise.

    Raises:
        ProtocolError: it is not.
    """
    _count_floats(data, address, tags_at, end, integers=1)


def _count_floats(data: Buffer, address: bytes, tags_at: int, end: int, integers: int) -> int:
    """Number of floats by the type tags, checked against them and the size of the message."""
    wanted = ",".ljust(1 + integers, "i") + "f…"
    stop = data.find(b"\0", tags_at, end)
    samples = stop - tags_at - 1 - integers
    if stop < 0 or samples < 0:
        raise ProtocolError(f"{shown(address)}: the type tags are not {wanted}.")
    size = end - tags_at
    promised = pad4(integers + samples + 2) + 4 * integers + 4 * samples
    if not data.startswith(audio_tags(samples, integers), tags_at, end):
        raise ProtocolError(f"{shown(address)}: the type tags are not {wanted}.")
    if size != promised:
        kind = "truncated" if size < promised else "oversized"
        raise ProtocolError(
            f"{shown(address)}: {kind} datagram: {size} bytes from the type tags on, where "
            f"{samples} samples make {promised}."
        )
    return samples


class SampleReader:
    """Turns the payload of a chunk into native floats and refuses what is no audio.

    One reader belongs to one thread: its result is a view of its own buffer.
    """

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(MAX_DATAGRAM // 4, np.float32)

    def read(self, address: bytes, payload: NDArray[np.float32]) -> Samples:
        """Copy and check one payload.

        Args:
            address: for messages only.
            payload: big-endian float32 [n].

        Returns:
            Native float32 [n], valid until the next call.

        Raises:
            ProtocolError: a sample is not finite, or further than `MAX_AMPLITUDE` from zero.
        """
        samples = self._samples[: len(payload)]
        np.copyto(samples, payload)
        # Minimum and maximum propagate NaN, make no temporary array, and find everything at once.
        if not (samples.min() >= -MAX_AMPLITUDE and samples.max() <= MAX_AMPLITUDE):
            raise ProtocolError(
                f"{shown(address)}: samples that are not finite or beyond ±{MAX_AMPLITUDE:g}; "
                "the chunk counts as not arrived."
            )
        return samples


def messages(data: Buffer, end: int) -> list[tuple[int, int]]:
    """The bounds of the messages in a datagram, bundles unwrapped.

    Time tags are not waited for: what arrives is meant for now.

    Args:
        data: the buffer; the datagram begins at its first byte.
        end: the datagram's size.

    Raises:
        ProtocolError: a bundle that is truncated or nested deeper than four times. Nothing of
            such a datagram is to be used.
    """
    if not data.startswith(BUNDLE_TAG, 0, end):
        return [(0, end)]
    found: list[tuple[int, int]] = []
    _unwrap(data, 0, end, 1, found)
    return found


def _unwrap(data: Buffer, start: int, end: int, depth: int, found: list[tuple[int, int]]) -> None:
    if depth > _MAX_DEPTH:
        raise ProtocolError(f"A bundle nested more than {_MAX_DEPTH} times.")
    at = start + _BUNDLE_HEADER
    if at > end:
        raise ProtocolError("A bundle without a time tag.")
    while at < end:
        if end - at < 4:
            raise ProtocolError("A truncated bundle.")
        (size,) = _INT.unpack_from(data, at)
        at += 4
        if size < 4 or size % 4 or at + size > end:
            raise ProtocolError(
                f"A bundle whose element claims {size} bytes where {end - at} follow."
            )
        if data.startswith(BUNDLE_TAG, at, at + size):
            _unwrap(data, at, at + size, depth + 1, found)
        else:
            found.append((at, at + size))
        at += size
