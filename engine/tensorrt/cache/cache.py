"""Built engines on disk.

    <cache>/engines/<key of the identity>/<key of the shapes>.json
                                          <key of the shapes>-<hash of the content>.engine

An engine's file name holds its hash, so two builders at once never write different content to the
same file. The sidecar is replaced last, in one atomic step, and names the engine that is valid.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sideman.engine.bundle.bundle import sha256
from sideman.engine.cache.places import cache_root, mark_used, write_atomically
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.identity import EngineIdentity, shapes_key
from sideman.engine.tensorrt.cache.sidecar import Sidecar
from sideman.engine.tensorrt.flavours import FLAVOURS
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.target_names import serves, split_targets

#: Characters of a hash in the name of a file or folder; sidecars hold it whole.
_SHORT = 32
_CONTENT = 12


@dataclass(frozen=True)
class Entry:
    """One sidecar of the cache, and the fault that makes it or its engine unusable, if any.

    Attributes:
        path: the sidecar's file.
        sidecar: None where it cannot be read.
        fault: what is wrong with sidecar or engine; empty where nothing is.
    """

    path: Path
    sidecar: Sidecar | None
    fault: str = ""

    @property
    def details(self) -> Sidecar:
        """The sidecar of an entry that is known to have one: it was built, found or checked."""
        assert self.sidecar is not None, self.fault
        return self.sidecar

    @property
    def engine(self) -> Path | None:
        """The engine's file, which may be missing; None where the sidecar cannot be read."""
        return None if self.sidecar is None else self.path.parent / self.sidecar.file

    @property
    def used(self) -> float:
        """When it was last built or found, in seconds since the epoch; 0 where it is gone."""
        try:
            return self.path.stat().st_mtime
        except OSError:
            return 0.0


class EngineCache:
    """The engines of a folder, which need not exist yet.

    Args:
        root: the cache's folder; None takes the user's own.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or cache_root()
        self.engines = self.root / "engines"

    def folder(self, identity: EngineIdentity) -> Path:
        """The folder of all engines of an identity."""
        return self.engines / identity.key[:_SHORT]

    def of(self, identity: EngineIdentity) -> list[Entry]:
        """All entries of an identity; engines' contents are not read.

        Those for its target alone stand before those that serve other targets, too, for they may
        hold faster kernels; then the newest stands first. An entry whose sidecar claims another
        identity is faulty: somebody copied it there.
        """
        entries = []
        for path in sorted(self.folder(identity).glob("*.json")):
            entry = read_entry(path)
            if entry.sidecar and dict(entry.sidecar.identity) != identity.as_dict():
                entry = Entry(path, entry.sidecar, f"{path.name} belongs to another engine")
            entries.append(entry)
        return sorted([*entries, *self._shared(identity)], key=_rank)

    def _shared(self, identity: EngineIdentity) -> Iterator[Entry]:
        """Entries in other folders, of plans that serve this target among others."""
        wanted = identity.as_dict()
        for path in sorted(self.engines.glob("*/*.json")):
            if path.parent == self.folder(identity):
                continue
            entry = read_entry(path)
            if entry.sidecar is None:
                # It is unknown whose engine it was.
                continue
            claimed = dict(entry.sidecar.identity)
            target = str(claimed.get("target"))
            others = target != identity.target and serves(target, identity.target)
            if others and claimed | {"target": identity.target} == wanted:
                yield Entry(path, entry.sidecar, _place_fault(entry) or entry.fault)

    def look_up(
        self, identity: EngineIdentity, shapes: tuple[Shape, ...]
    ) -> tuple[Entry | None, str]:
        """Find an undamaged engine that holds all these shapes.

        Returns:
            The entry, marked as used now, or None; and the first fault met on the way.
        """
        fault = ""
        for entry in self.of(identity):
            # Only its file name tells which shapes an unreadable sidecar was for.
            if entry.sidecar is None:
                same = entry.path.stem == shapes_key(shapes)[:_SHORT]
                fault = fault or (entry.fault if same else "")
                continue
            if not set(shapes) <= set(entry.sidecar.shapes):
                continue
            if entry.fault:
                fault = fault or entry.fault
                continue
            found = content_fault(entry)
            if not found:
                touch(entry)
                return entry, fault
            fault = fault or found
        return None, fault

    def store(
        self,
        identity: EngineIdentity,
        shapes: tuple[Shape, ...],
        plan: memoryview,
        *,
        bundle: str,
        seconds: float,
        layers: int,
        peak_bytes: int | None,
    ) -> Entry:
        """Write an engine and its sidecar; one of the same shapes is replaced.

        Args:
            identity: of the engine.
            shapes: one for each profile, in order.
            plan: the serialised engine.
            bundle: name of the bundle that it was built for.
            seconds: duration of the build.
            layers: layers in the network.
            peak_bytes: the process's largest resident memory, where it is known.

        Raises:
            BackendError: the disk is full, or the folder cannot be written.
        """
        digest = hashlib.sha256(plan).hexdigest()
        stem = shapes_key(shapes)[:_SHORT]
        path = self.folder(identity) / f"{stem}.json"
        before = read_entry(path).engine if path.is_file() else None
        sidecar = Sidecar(
            identity=identity.as_dict(),
            shapes=shapes,
            file=f"{stem}-{digest[:_CONTENT]}.engine",
            sha256=digest,
            bytes=plan.nbytes,
            bundle=bundle,
            created=time.time(),
            seconds=seconds,
            layers=layers,
            peak_bytes=peak_bytes,
        )
        engine = path.parent / sidecar.file
        write_atomically(engine, lambda stream: stream.write(plan))
        write_atomically(path, lambda stream: stream.write(sidecar.to_json().encode()))
        # Somebody else may have stored the old content again meanwhile.
        if before is not None and before != read_entry(path).engine:
            # On Windows a server may have it open: a prune finds it later.
            with suppress(OSError):
                before.unlink()
        return Entry(path, sidecar)

    def entries(self) -> Iterator[Entry]:
        """Every entry, with its engine's content checked."""
        for path in sorted(self.engines.glob("*/*.json")):
            entry = read_entry(path)
            if entry.sidecar is not None and not entry.fault:
                entry = Entry(path, entry.sidecar, _place_fault(entry) or content_fault(entry))
            yield entry

    def sidecars(self) -> list[Sidecar]:
        """Every sidecar that can be read."""
        entries = map(read_entry, sorted(self.engines.glob("*/*.json")))
        return [entry.sidecar for entry in entries if entry.sidecar is not None]


def read_entry(path: Path) -> Entry:
    """Read a sidecar and check its engine's size, without reading the engine."""
    try:
        sidecar = Sidecar.from_json(path.read_text(encoding="utf-8"))
    except BackendError as error:
        return Entry(path, None, f"{path.name} {error.what}")
    except (OSError, UnicodeDecodeError) as error:
        return Entry(path, None, f"{path.name} cannot be read: {error}")
    if Path(sidecar.file).name != sidecar.file:
        return Entry(path, None, f"{path.name} names a file outside its folder")
    return Entry(path, sidecar, _size_fault(path.parent / sidecar.file, sidecar))


def content_fault(entry: Entry) -> str:
    """What is wrong with an engine's content; empty where nothing is."""
    if entry.sidecar is None or entry.engine is None:
        return entry.fault
    fault = _size_fault(entry.engine, entry.sidecar)
    if fault:
        return fault
    try:
        with entry.engine.open("rb") as stream:
            head = stream.read(64)
        return head_fault(entry, head) or hash_fault(entry, sha256(entry.engine))
    except OSError as error:
        return f"{entry.engine.name} cannot be read: {error.strerror or error}"


def head_fault(entry: Entry, head: bytes) -> str:
    """What is wrong with an engine's first bytes; empty where nothing is."""
    sidecar = entry.details
    flavour = FLAVOURS.get(str(sidecar.identity.get("flavour")))
    if flavour is None:
        return f"{sidecar.file} was built by an unknown library"
    if head[flavour.magic_at : flavour.magic_at + len(flavour.magic)] != flavour.magic:
        return f"{sidecar.file} is no engine of {flavour.title}"
    return ""


def hash_fault(entry: Entry, digest: str) -> str:
    """The fault if a hash is not the one in the sidecar; empty if it is."""
    if digest != entry.details.sha256:
        return f"{entry.details.file} is corrupt: another SHA-256 than when it was built"
    return ""


def touch(entry: Entry) -> None:
    """Mark an entry as used now; a cache that may only be read stays as it is."""
    mark_used(entry.path)


def _size_fault(engine: Path, sidecar: Sidecar) -> str:
    try:
        size = engine.stat().st_size
    except FileNotFoundError:
        return f"{engine.name} is missing"
    except OSError as error:
        return f"{engine.name} cannot be read: {error.strerror or error}"
    if size < sidecar.bytes:
        return f"{engine.name} is truncated: {size:,} of {sidecar.bytes:,} bytes"
    return (
        "" if size == sidecar.bytes else f"{engine.name} has {size:,} bytes, not {sidecar.bytes:,}"
    )


def _rank(entry: Entry) -> tuple[float, float]:
    """Sorts entries of an identity: the fewer targets, the better, then the newer."""
    if entry.sidecar is None:
        return float("inf"), 0.0
    targets = split_targets(str(entry.sidecar.identity.get("target")))
    return len(targets), -entry.sidecar.created


def _place_fault(entry: Entry) -> str:
    key, stem = entry.details.key[:_SHORT], shapes_key(entry.details.shapes)[:_SHORT]
    if (entry.path.parent.name, entry.path.stem) != (key, stem):
        return f"{entry.path.name} belongs to another engine"
    return ""
