"""Files that libraries fill and read back: timing caches, runtime caches, compiled models.

Losing one costs time, never correctness, so a damaged one is dropped with a warning.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

from sideman.engine.cache.keys import key_of
from sideman.engine.cache.places import mark_used, write_atomically

#: Folders of blobs: TensorRT's measured kernel times, what TensorRT for RTX compiled just in time,
#: and models that OpenVINO compiled.
KINDS = ("timing", "runtime", "openvino")

_LOG = logging.getLogger(__name__)
#: Begins every file; the SHA-256 of the content follows, then the content.
_MAGIC = b"sideman blob 1\n"
_HEAD = len(_MAGIC) + hashlib.sha256().digest_size


class BlobStore:
    """Blobs of one kind in a cache.

    Args:
        root: the cache's folder.
        kind: name of the folder within, one of `KINDS`.
    """

    def __init__(self, root: Path, kind: str) -> None:
        self._folder = root / kind

    def path(self, owner: Mapping[str, Any]) -> Path:
        """The file of a blob.

        Args:
            owner: everything that the blob is valid for, as JSON could hold it: library and
                version, GPU, and for a runtime cache the driver and the engine's SHA-256. A timing
                cache needs no driver here: the library itself notices when the driver has changed.
        """
        return self._folder / f"{key_of(owner)[:32]}.blob"

    def load(self, owner: Mapping[str, Any]) -> bytearray | None:
        """A blob's content; None where there is none or it was damaged.

        It may be written to: some libraries refuse memory that may not.
        """
        file = self.path(owner)
        try:
            # Unbuffered, and in two parts: a compiled model takes a gigabyte, and a slice a copy.
            with file.open("rb", buffering=0) as stream:
                head = stream.read(_HEAD)
                body = bytearray(max(0, file.stat().st_size - len(head)))
                _read_into(stream, memoryview(body))
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("%s cannot be read (%s); it will be made again.", file, error.strerror)
            return None
        if head != _MAGIC + hashlib.sha256(body).digest():
            _LOG.warning("%s is damaged and is dropped; it will be made again.", file)
            with suppress(OSError):
                file.unlink()
            return None
        mark_used(file)
        return body

    def save(self, owner: Mapping[str, Any], body: bytes | memoryview) -> None:
        """Write a blob; one of the same owner is replaced.

        Raises:
            BackendError: the disk is full, or the folder cannot be written.
        """
        head = _MAGIC + hashlib.sha256(body).digest()
        write_atomically(self.path(owner), lambda stream: stream.writelines((head, body)))


def _read_into(stream: FileIO, memory: memoryview) -> None:
    """Fill memory from a file; one read alone takes no more than 2 GB on Linux."""
    while memory and (count := stream.readinto(memory)):
        memory = memory[count:]
