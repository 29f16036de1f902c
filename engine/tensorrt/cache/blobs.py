"""Small files that libraries fill and read back: timing caches and runtime caches.

Losing one costs time, never correctness, so a damaged one is dropped with a warning.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from pathlib import Path

from sideman.engine.tensorrt.cache.identity import key_of
from sideman.engine.tensorrt.cache.places import mark_used, write_atomically

_LOG = logging.getLogger(__name__)
#: Begins every file; the SHA-256 of the content follows, then the content.
_MAGIC = b"sideman blob 1\n"
_HEAD = len(_MAGIC) + hashlib.sha256().digest_size


class BlobStore:
    """Blobs of one kind in a cache.

    Args:
        root: the cache's folder.
        kind: name of the folder within: "timing" (TensorRT's measured kernel times) or "runtime"
            (what TensorRT for RTX compiled just in time).
    """

    def __init__(self, root: Path, kind: str) -> None:
        self._folder = root / kind

    def path(self, owner: dict[str, str]) -> Path:
        """The file of a blob.

        Args:
            owner: everything that the blob is valid for: library and version, GPU, and for a
                runtime cache the driver and the engine's SHA-256. A timing cache needs no driver
                here: the library itself notices when the driver has changed.
        """
        return self._folder / f"{key_of(owner)[:32]}.blob"

    def load(self, owner: dict[str, str]) -> bytes | None:
        """A blob's content; None where there is none or it was damaged."""
        file = self.path(owner)
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("%s cannot be read (%s); it will be made again.", file, error.strerror)
            return None
        head, body = content[:_HEAD], content[_HEAD:]
        if head != _MAGIC + hashlib.sha256(body).digest():
            _LOG.warning("%s is damaged and is dropped; it will be made again.", file)
            with suppress(OSError):
                file.unlink()
            return None
        mark_used(file)
        return body

    def save(self, owner: dict[str, str], body: bytes | memoryview) -> None:
        """Write a blob; one of the same owner is replaced.

        Raises:
            BackendError: the disk is full, or the folder cannot be written.
        """
        head = _MAGIC + hashlib.sha256(body).digest()
        write_atomically(self.path(owner), lambda stream: stream.writelines((head, body)))
