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
    # Before anything that is there is replaced.
    _check(samples, path)
    writer = WaveWriter(path, rate)
    try:
        for start in range(0, len(samples), _BLOCK):
            writer.append(samples[start : start + _BLOCK])
        writer.settle()
    except OSError as error:
        if not writer.count:
            raise
        raise PartlyWrittenError(error, writer.count) from error
    finally:
        writer.close()


class WaveWriter:
    """Mono sound that is written bit by bit, and can be played whenever its head was set right.

    Attributes:
        count: samples that the file holds.

    Args:
        path: file to write; one that is there is replaced.
        rate: samples a second.

    Raises:
        OSError: the file cannot be begun.
    """

    def __init__(self, path: Path, rate: int) -> None:
        self.count = 0
        self._path = path
        self._rate = rate
        # Without a buffer, so that how much was written is known.
        self._file = path.open("wb", buffering=0)
        try:
            _write(self._file, _head(0, rate))
        except OSError:
            self._file.close()
            raise

    def append(self, samples: Samples) -> None:
        """Write more; the head says so after `settle`.

        Args:
            samples: [n], within ±1.

        Raises:
            ValueError: a sample is not within ±1, or the file would be larger than WAV can be.
            OSError: the disk is full; what it took remains, with a true head.
        """
        _check(samples, self._path, self.count)
        try:
            _write(self._file, _encoded(samples))
        except OSError:
            self._keep_what_is_whole()
            raise
        self.count += len(samples)

    def settle(self) -> None:
        """Let the head say how long the sound is.

        Raises:
            OSError: the disk is full; what it took remains, with a true head.
        """
        end = _HEAD + self.count * _BYTES
        if end % 2:  # the next sample takes this byte's place
            try:
                _write(self._file, b"\0")
            except OSError:
                self._keep_what_is_whole()
                raise
        self._file.seek(0)
        _write(self._file, _head(self.count, self._rate))
        self._file.seek(end)

    def close(self) -> None:
        """Close the file as it is; any number of times."""
        self._file.close()

    def _keep_what_is_whole(self) -> None:
        """Cut off half a sample, and one more where only that makes the length even."""
        self.count = max(0, self._file.tell() - _HEAD) // _BYTES & ~1
        self._file.truncate(_HEAD + self.count * _BYTES)
        self.settle()


def _check(samples: Samples, path: Path, before: int = 0) -> None:
    # Not `any(abs(samples) > 1)`: that would accept NaN.
    if not bool(np.all(np.abs(samples) <= 1)):
        raise ValueError(f"{path}: samples within ±1 are needed.")
    if (before + len(samples)) * _BYTES > _LARGEST:
        raise ValueError(f"{path}: WAV holds no more than 4 GiB.")


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
