"""Finding engines again at run time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.cache import (
    EngineCache,
    Entry,
    hash_fault,
    head_fault,
    touch,
)
from sideman.engine.tensorrt.cache.identity import EngineIdentity
from sideman.engine.tensorrt.shapes import Shape

_BUILD_AGAIN = "Build it again with 'sideman build', which replaces what is damaged."


@dataclass(frozen=True)
class FoundEngine:
    """Where a shape's engine lies.

    Attributes:
        entry: the engine and its sidecar.
        profile: index of the optimisation profile for the shape.
    """

    entry: Entry
    profile: int

    @property
    def path(self) -> Path:
        """The engine's file."""
        assert self.entry.engine is not None
        return self.entry.engine


def find_engines(cache: EngineCache, identity: EngineIdentity) -> dict[Shape, FoundEngine]:
    """Engines that were built for an identity, by shape; of each shape the first in the order of
    `EngineCache.of`.

    Contents are not read here but in `read_engine`, once.

    Args:
        cache: where to look.
        identity: of the stage on this machine (`sideman.engine.tensorrt.cache.identity.identify`).
    """
    found: dict[Shape, FoundEngine] = {}
    for entry in cache.of(identity):
        if entry.sidecar is not None and not entry.fault:
            for profile, shape in enumerate(entry.sidecar.shapes):
                found.setdefault(shape, FoundEngine(entry, profile))
    return found


def read_engine(found: FoundEngine) -> bytes:
    """Read an engine and check that it is what was built.

    Raises:
        BackendError: it is gone, truncated, corrupt, or of another library.
    """
    try:
        plan = found.path.read_bytes()
    except OSError as error:
        raise BackendError(f"{found.path} cannot be read: {error}", _BUILD_AGAIN) from error
    digest = hashlib.sha256(plan).hexdigest()
    fault = head_fault(found.entry, plan[:64]) or hash_fault(found.entry, digest)
    if fault:
        raise BackendError(f"{found.path.parent}: {fault}.", _BUILD_AGAIN)
    touch(found.entry)
    return plan
