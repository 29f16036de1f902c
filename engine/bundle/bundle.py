"""Bundles on disk: written whole, checked before they are loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sideman.engine.bundle.json_text import read_text
from sideman.engine.bundle.manifest import FileRecord, Manifest
from sideman.engine.errors import BundleError
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
            raise BundleError(
                f"{path} is not a bundle: it has no {MANIFEST}.",
                "Give the folder that 'sideman export --out' wrote.",
            )
        try:
            text = read_text(file)
        except (OSError, UnicodeDecodeError) as error:
            raise BundleError(f"Cannot read {file}: {error}", _EXPORT_AGAIN) from error
        bundle = cls(path, Manifest.from_json(text, str(file)))
        faults = bundle._faults(check)
        if faults:
            raise BundleError(f"{path} is damaged: {'; '.join(faults)}.", _EXPORT_AGAIN)
        return bundle

    def stage_path(self, stage: str) -> Path:
        """The ONNX file of a stage."""
        return self.path / self.manifest.stages[stage].file

    def _faults(self, check: bool) -> list[str]:
        faults = []
        for name, record in self.manifest.files.items():
            file = self.path / name
            if not file.is_file():
                faults.append(f"{name} is missing")
            elif file.stat().st_size != record.bytes:
                faults.append(f"{name} has {file.stat().st_size} bytes, not {record.bytes}")
            elif check and sha256(file) != record.sha256:
                faults.append(f"{name} has another SHA-256 than the manifest says")
        return faults


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
