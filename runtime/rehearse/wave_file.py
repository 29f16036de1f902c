"""WAV with 24 bits, written so that a disk that becomes full leaves a file that can be played."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

_BYTES = 3
_HEAD = 44
_BLOCK = 1 << 16
#: The largest size that the head can hold.
_LARGEST = 0xFFFFFFFF - _HEAD


class PartlyWrittenError(OSError):
    """The disk took only the beginning, which is whole as a file.

    Args:
        error: of the system.
        written: samples that the file holds.
    """

    def __init__(self, error: OSError, written: int) -> None:
        super().__init__(error.errno, error.strerror, error.filename)
        self.written = written


def write_wave(path: Path, samples: Samples, rate: int) -> None:
    """Write mono sound.

    Args:
        path: file to write; one that is there is replaced.
        samples: [n], within ±1.
        rate: samples a second.

    Raises:
        ValueError: a sample is not within ±1, or there are too many.
        PartlyWrittenError: the disk is full; what it took remains, with a true head.
        OSError: the file cannot be begun.
    """
    # Not `any(abs(samples) > 1)`: that would accept NaN.
    if not bool(np.all(np.abs(samples) <= 1)):
        raise ValueError(f"{path}: samples within ±1 are needed.")
    if len(samples) * _BYTES > _LARGEST:
        raise ValueError(f"{path}: WAV holds no more than 4 GiB.")
    # Without a buffer, so that how much was written is known.
    with path.open("wb", buffering=0) as file:
        try:
            _write(file, _head(len(samples), rate))
            for start in range(0, len(samples), _BLOCK):
                _write(file, _encoded(samples[start : start + _BLOCK]))
            if len(samples) * _BYTES % 2:
                _write(file, b"\0")
        except OSError as error:
            written = max(0, file.tell() - _HEAD) // _BYTES
            if not written:
                raise
            written = min(written, len(samples)) & ~1
            file.truncate(_HEAD + written * _BYTES)
            file.seek(0)
            _write(file, _head(written, rate))
            raise PartlyWrittenError(error, written) from error


def _encoded(samples: Samples) -> bytes:
    # Full scale upwards is one less than downwards: +1 is the number next to it.
    numbers = np.minimum(np.rint(samples.astype(np.float64) * 2**23), 2**23 - 1).astype("<i4")
    return numbers.view(np.uint8).reshape(-1, 4)[:, :_BYTES].tobytes()


def _head(count: int, rate: int) -> bytes:
    size = count * _BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", _HEAD - 8 + size + size % 2, b"WAVE",
        b"fmt ", 16, 1, 1, rate, rate * _BYTES, _BYTES, 8 * _BYTES,
        b"data", size,
    )  # fmt: skip


def _write(file: BinaryIO, data: bytes) -> None:
    """Write all of it: without a buffer, the system may take a part and refuse only then."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
