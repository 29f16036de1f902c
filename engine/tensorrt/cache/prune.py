"""Finding and removing what a cache no longer needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sideman.engine.cache.blobs import KINDS
from sideman.engine.cache.places import GRAPHS, PARTIAL
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.cache import EngineCache, Entry

#: Seconds after which a file that no sidecar names counts as left over. Until then, a running build
#: may still be writing it.
LEFT_OVER = 24 * 3600.0


@dataclass(frozen=True)
class Waste:
    """Files that go together.

    Attributes:
        paths: files and folders.
        label: shown to the user.
        why: reason for the removal.
    """

    paths: tuple[Path, ...]
    label: str
    why: str

    @property
    def bytes(self) -> int:
        """What removing them frees."""
        return sum(_size(path) for path in self.paths)

    def remove(self) -> None:
        """Remove them; what is gone already is no fault.

        Raises:
            BackendError: one of them belongs to somebody else, or is open on Windows.
        """
        for path in self.paths:
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise BackendError(
                    f"{path} cannot be removed: {error.strerror or error}.",
                    "Do it as the user whose cache it is, when no server uses it.",
                ) from error


@dataclass(frozen=True)
class Rule:
    """What to remove.

    Attributes:
        now: seconds since the epoch.
        everything: all that is in the cache.
        broken: engines that are damaged, and files that ended builds left.
        unused_for: seconds since a file was last used; None where age does not matter.
    """

    now: float
    everything: bool = False
    broken: bool = False
    unused_for: float | None = None

    def judge(self, used: float, fault: str) -> str:
        """Why something goes; empty where it stays.

        Args:
            used: when it was last used.
            fault: what is wrong with it.
        """
        if self.everything:
            return fault or "everything goes"
        if self.broken and fault:
            return fault
        if self.unused_for is not None and self.now - used > self.unused_for:
            return f"not used for {(self.now - used) / 86400:.0f} days"
        return ""


def find_waste(cache: EngineCache, rule: Rule) -> Iterator[Waste]:
    """Everything that a rule removes; these are only files that this package wrote.

    Args:
        cache: where to look.
        rule: what to remove.
    """
    named = set()
    for entry in cache.entries():
        named |= set(_files(entry))
        if why := rule.judge(entry.used, entry.fault):
            yield Waste(_files(entry), label(entry), why)
    blobs = (path for kind in KINDS for path in (cache.root / kind).glob("*.blob"))
    for path in sorted(blobs):
        if why := rule.judge(path.stat().st_mtime, ""):
            yield Waste((path,), f"{path.parent.name} cache {path.stem[:8]}", why)
    for path in _left_over(cache, named):
        if rule.everything or (rule.broken and rule.now - path.stat().st_mtime > LEFT_OVER):
            yield Waste((path,), path.name, "left over from a build that ended early")


def remove_waste(cache: EngineCache, waste: list[Waste]) -> None:
    """Remove files, and the folders of engines that are empty then."""
    for one in waste:
        one.remove()
    for folder in cache.engines.glob("*"):
        # Not empty, or somebody stores an engine there just now.
        with suppress(OSError):
            folder.rmdir()


def label(entry: Entry) -> str:
    """An entry in a few words."""
    if entry.sidecar is None:
        return entry.path.name
    identity = entry.sidecar.identity
    return (
        f"{entry.sidecar.bundle} {identity.get('stage')} {identity.get('target')} "
        f"{identity.get('precision')} ({'; '.join(map(str, entry.sidecar.shapes))})"
    )


def _files(entry: Entry) -> tuple[Path, ...]:
    if entry.engine is not None:
        return (entry.path, entry.engine)
    # It is unknown which engine an unreadable sidecar was for, so none of these can be used.
    return (entry.path, *sorted(entry.path.parent.glob(f"{entry.path.stem}-*.engine")))


def _left_over(cache: EngineCache, named: set[Path]) -> Iterator[Path]:
    yield from sorted(p for p in cache.engines.glob("*/*.engine") if p not in named)
    yield from sorted(cache.root.glob(f"*/.*{PARTIAL}"))
    yield from sorted(cache.engines.glob(f"*/.*{PARTIAL}"))
    yield from sorted(cache.root.glob(f"{GRAPHS}*"))


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.is_file() else 0
