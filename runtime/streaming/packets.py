"""Audio packets of the native protocol: samples of one stem or of the context, by position.

Layout, in bytes, all numbers big-endian (`docs/native-protocol.md` has the table):

    0  address "/sideman/audio" and two zeros     16
    16 type tags ",b" and two zeros                4
    20 size of the blob, n                         4
    24 header                                     24
    48 samples, then zeros up to four bytes        n - 24
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import ProtocolError
from sideman.runtime.osc.message import Buffer, pad4

#: Every datagram of this protocol is at most so long: IPv6 guarantees 1,280 bytes on any path, of
#: which headers take 48.
MAX_DATAGRAM = 1_200
#: The stem number of what the musician plays.
CONTEXT = 255
#: Numbers of stems in a packet are below this.
MOST_STEMS = 64
#: Sample values beyond this (60 dB over full scale) are not audio.
MAX_AMPLITUDE = 1_000.0

_PREFIX = b"/sideman/audio\0\0,b\0\0"
_SIZE = struct.Struct(">I")
_HEADER = struct.Struct(">IIqIBBBB")
_AUDIO_AT = len(_PREFIX) + _SIZE.size + _HEADER.size
_AGAIN = 1
#: Positions stay this far from the ends of 64 bits, so that sums of a few stay inside.
MAX_POSITION = 1 << 62
_FULL_SCALE = 32_768.0

Samples = NDArray[np.float32]


class Format(NamedTuple):
    """How samples stand in a packet.

    Attributes:
        number: in the header.
        dtype: of numpy.
        name: for people.
    """

    number: int
    dtype: np.dtype
    name: str

    @property
    def most(self) -> int:
        """Samples that one packet holds at the most: 288 of float32, 576 of int16."""
        return (MAX_DATAGRAM - _AUDIO_AT) // int(self.dtype.itemsize)


FLOAT32 = Format(0, np.dtype(">f4"), "float32")
INT16 = Format(1, np.dtype(">i2"), "int16")
FORMATS = (FLOAT32, INT16)


@dataclass(frozen=True)
class Packet:
    """One audio packet.

    Attributes:
        session: whose audio this is.
        epoch: since which begin or change positions count.
        position: of the first sample, in samples of the client's sound card.
        step: which cycle made a stem's samples; 0 for the context.
        stem: index among the model's stems, or `CONTEXT`.
        samples: float32 [n], n ≥ 1; full scale is 1.
        format: how they stood in the packet.
        again: whether it was sent on request.
    """

    session: int
    epoch: int
    position: int
    step: int
    stem: int
    samples: Samples
    format: Format
    again: bool = False


def is_audio(data: Buffer, size: int) -> bool:
    """Whether a datagram is addressed as audio of this protocol; nothing else of it is checked."""
    return data.startswith(_PREFIX[:16], 0, size)


def read_packet(data: Buffer, size: int) -> Packet:
    """Read one datagram.

    Args:
        data: a buffer with the datagram at its start.
        size: its bytes.

    Raises:
        ProtocolError: it is no audio packet of this protocol, in whole or in part. Of int16, all
            bytes are samples; of float32, what is not finite or beyond 1,000 is no audio.
    """
    if size > MAX_DATAGRAM:
        raise ProtocolError(f"Audio packet: {size} bytes, where {MAX_DATAGRAM} are the most.")
    if size < _AUDIO_AT or not data.startswith(_PREFIX, 0, size):
        raise ProtocolError("Audio packet: not an address, ,b and a header of 24 bytes.")
    (blob,) = _SIZE.unpack_from(data, len(_PREFIX))
    whole = len(_PREFIX) + _SIZE.size + pad4(blob)
    if whole != size:
        kind = "truncated" if size < whole else "oversized"
        raise ProtocolError(f"Audio packet: {kind}: {size} bytes, where its blob makes {whole}.")
    session, epoch, position, step, stem, number, flags, unused = _HEADER.unpack_from(
        data, len(_PREFIX) + _SIZE.size
    )
    if number >= len(FORMATS):
        raise ProtocolError(f"Audio packet: format {number} is neither 0 (float32) nor 1 (int16).")
    if unused or flags & ~_AGAIN:
        raise ProtocolError("Audio packet: bits are set that this version does not know.")
    if stem != CONTEXT and stem >= MOST_STEMS:
        raise ProtocolError(f"Audio packet: {stem} is neither a stem nor {CONTEXT}, the context.")
    if stem == CONTEXT and step:
        raise ProtocolError("Audio packet: the context belongs to no step.")
    if abs(position) > MAX_POSITION:
        raise ProtocolError(f"Audio packet: {position} is no position.")
    form = FORMATS[number]
    width = form.dtype.itemsize
    count, rest = divmod(blob - _HEADER.size, width)
    if count < 1 or rest:
        raise ProtocolError(
            f"Audio packet: {blob - _HEADER.size} bytes are no samples of {form.name}."
        )
    if any(data[_AUDIO_AT + count * width : size]):
        raise ProtocolError("Audio packet: not padded with zeros.")
    samples = np.frombuffer(data, form.dtype, count, _AUDIO_AT).astype(np.float32)
    if form is INT16:
        samples /= _FULL_SCALE
    elif not (samples.min() >= -MAX_AMPLITUDE and samples.max() <= MAX_AMPLITUDE):
        raise ProtocolError(
            f"Audio packet: samples that are not finite or beyond ±{MAX_AMPLITUDE:g}."
        )
    return Packet(session, epoch, position, step, stem, samples, form, bool(flags & _AGAIN))


def write_packet(packet: Packet) -> bytes:
    """The datagram of a packet.

    In int16, samples are rounded to the nearest of 65,536 values and limited to full scale.

    Raises:
        ValueError: more samples than a datagram holds, or none: the caller's mistake.
    """
    form, samples = packet.format, packet.samples
    if not 1 <= len(samples) <= form.most:
        raise ValueError(f"{len(samples)} samples do not make a packet of {form.name}")
    if form is INT16:
        samples = np.clip(np.rint(samples * _FULL_SCALE), -32_768, 32_767)
    payload = samples.astype(form.dtype).tobytes()
    header = _HEADER.pack(
        packet.session,
        packet.epoch,
        packet.position,
        packet.step,
        packet.stem,
        form.number,
        _AGAIN if packet.again else 0,
        0,
    )
    blob = header + payload
    return _PREFIX + _SIZE.pack(len(blob)) + blob.ljust(pad4(len(blob)), b"\0")
