"""Kernels that TensorRT for RTX compiles just in time, kept across starts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sideman.engine.cache.blobs import BlobStore
from sideman.engine.errors import BackendError

logger = logging.getLogger(__name__)


class KernelCache:
    """The runtime cache of one engine: without it every start compiles all kernels again.

    Args:
        store: where runtime caches are kept.
        owner: what the kernels are valid for; see `BlobStore.path`.
    """

    def __init__(self, store: BlobStore, owner: Mapping[str, str]) -> None:
        self._store = store
        self._owner = dict(owner)
        self._cache: Any = None
        self._kept = 0

    def attach(self, config: Any) -> None:
        """Give a runtime configuration the cache, filled with what was kept.

        Args:
            config: the library's IRuntimeConfig of this engine.
        """
        if self._cache is None:
            self._cache = config.create_runtime_cache()
            self._fill()
        if not config.set_runtime_cache(self._cache):
            logger.warning("TensorRT takes no runtime cache: kernels are compiled at every start.")

    def save(self) -> None:
        """Keep what was compiled, where there is more of it than when this was filled."""
        if self._cache is None:
            return
        try:
            content = self._cache.serialize()
            if content is None or content.nbytes <= self._kept:
                return
            self._store.save(self._owner, memoryview(content))
        except (BackendError, RuntimeError) as error:
            # The next start takes longer; this performance is not affected.
            logger.warning("Compiled kernels are not kept for the next start. %s", error)
            return
        self._kept = content.nbytes

    def close(self) -> None:
        """Let go of the library's object."""
        self._cache = None

    def _fill(self) -> None:
        content = self._store.load(self._owner)
        if content is None:
            logger.info("Kernels are compiled for this GPU now; later starts find them.")
            return
        if self._cache.deserialize(bytes(content)):
            self._kept = len(content)
        else:
            logger.warning(
                "%s was made under another driver or GPU and is dropped; it will be made again.",
                self._store.path(self._owner),
            )
