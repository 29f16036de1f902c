"""Bundles on disk: written whole, checked before they are loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sideman.engine.bundle.graph_files import GraphFiles, read_bytes, weight_files
from sideman.engine.bundle.json_text import read_text
from sideman.engine.bundle.manifest import STAGES, FileRecord, Manifest
from sideman.engine.errors import BundleError, UnreadableBundleError
from sideman.engine.files import file_in_place_of

#: The one file of a bundle whose name is fixed.
MANIFEST = "manifest.json"
_EXPORT_AGAIN = "Copy or export the bundle again."


@dataclass(frozen=True)
class Bundle:
    """A bundle whose manifest has been read.

    A bundle is plain data: opening one reads JSON and hashes files, and runs no code.
    """

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: Path, *, check: bool = True) -> Bundle:
        """Read a bundle's manifest and check its files against it.

        Args:
            path: the bundle's folder.
            check: compare every file's SHA-256 (about a second a gigabyte); without it only
                presence and size.

        Raises:
            BundleError: no bundle, or one that is damaged or incomplete; every faulty file is
                named.
        """
        file = path / MANIFEST
        if not file.is_file():
            raise BundleError(f"{path} is not a bundle: it has no {MANIFEST}.", _which(path))
        try:
            text = read_text(file)
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableBundleError(f"Cannot read {file}: {error}", _EXPORT_AGAIN) from error
        bundle = cls(path, Manifest.from_json(text, str(file)))
        bundle._check(bundle.manifest.files, sha256 if check else None)
        return bundle

    def verify(self, names: Iterable[str] | None = None) -> None:
        """Compare size and SHA-256 of files with the manifest; about a second a gigabyte.

        Args:
            names: of the files; all without them.

        Raises:
            BundleError: damaged or incomplete; every faulty file is named.
        """
        self._check(self.manifest.files if names is None else names, sha256)

    def read_stages(self) -> dict[str, GraphFiles]:
        """Every stage's files, read into memory and verified there, by stage.

        Raises:
            BundleError: damaged or incomplete; every faulty file is named.
        """
        contents = self._read(self.manifest.files)
        return {stage: self._stage(stage, contents) for stage in STAGES}

    def read_stage(self, stage: str) -> GraphFiles:
        """One stage's files, read into memory and verified there.

        Raises:
            BundleError: one of them is damaged or missing.
        """
        graph = self.manifest.stages[stage].file
        contents = self._read([graph])
        contents |= self._read(self._weights_of(graph, contents[graph]))
        return self._stage(stage, contents)

    def files_of(self, stage: str) -> tuple[str, ...]:
        """Names of a stage's graph and of its files of weights.

        Raises:
            BundleError: the graph is damaged or missing.
        """
        graph = self.manifest.stages[stage].file
        return graph, *self._weights_of(graph, self._read([graph])[graph])

    def digests_of(self, stage: str) -> tuple[str, tuple[str, ...]]:
        """What decides whether something that was made of a stage is still valid.

        They are the manifest's: the files' own once those have been verified.

        Returns:
            SHA-256 of the graph, and of each file of weights in the order of their names.

        Raises:
            BundleError: the graph is damaged or missing.
        """
        graph, *weights = (self.manifest.files[name].sha256 for name in self.files_of(stage))
        return graph, tuple(weights)

    def stage_path(self, stage: str) -> Path:
        """The ONNX file of a stage."""
        return self.path / self.manifest.stages[stage].file

    def _stage(self, stage: str, contents: Mapping[str, bytes]) -> GraphFiles:
        file = self.manifest.stages[stage].file
        weights = {name: contents[name] for name in self._weights_of(file, contents[file])}
        return GraphFiles(self.stage_path(stage), contents[file], weights)

    def _weights_of(self, file: str, graph: bytes) -> tuple[str, ...]:
        return weight_files(graph, self.manifest.files.keys() - {file})

    def _read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Files by name, verified after they were read."""
        contents = {}

        def digest(file: Path) -> str:
            contents[file.name] = content = read_bytes(file)
            return hashlib.sha256(content).hexdigest()

        self._check(names, digest)
        return contents

    def _check(self, names: Iterable[str], digest: Callable[[Path], str] | None) -> None:
        """Compare files with the manifest; without a digest only presence and size."""
        kind, faults = BundleError, []
        for name in names:
            try:
                fault = self._fault(name, digest)
            except OSError as error:
                kind = UnreadableBundleError
                fault = f"{name} cannot be read ({error.strerror or error})"
            faults += [fault] * bool(fault)
        if faults:
            raise kind(f"{self.path} is damaged: {'; '.join(faults)}.", _EXPORT_AGAIN)

    def _fault(self, name: str, digest: Callable[[Path], str] | None) -> str:
        """What is wrong with a file, if anything; an OSError where it cannot be read."""
        file, record = self.path / name, self.manifest.files[name]
        if not file.is_file():
            return f"{name} is missing"
        if (size := file.stat().st_size) != record.bytes:
            return f"{name} has {size} bytes, not {record.bytes}"
        if digest is not None and digest(file) != record.sha256:
            return f"{name} has another SHA-256 than the manifest says"
        return ""


def write_manifest(folder: Path, **fields: Any) -> Manifest:
    """Hash every file of a folder and write its manifest, in one atomic step.

    Args:
        folder: holds the stages already.
        fields: those of `Manifest`, without `files`.

    Raises:
        BundleError: the fields contradict one another or the files.
    """
    files = {
        file.name: FileRecord(file.stat().st_size, sha256(file))
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != MANIFEST
    }
    manifest = Manifest(files=files, **fields)
    text = manifest.to_json()
    target = folder / MANIFEST
    # Reading it back finds here what a later reader would refuse.
    checked = Manifest.from_json(text, str(target))
    with file_in_place_of(target) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
    return checked


def sha256(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _which(path: Path) -> str:
    """What to give instead of a folder that is no bundle."""
    try:
        inside = sorted(file.parent for file in path.glob(f"*/{MANIFEST}"))
    except OSError:
        inside = []
    if inside:
        return f"Give {' or '.join(map(str, inside[:3]))}: there is one."
    return (
        "Give the folder that 'sideman export --out' wrote; the README tells where the "
        "demonstration's lies."
    )
