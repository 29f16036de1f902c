"""The cache's folder, and atomic writing into it."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from sideman.engine.errors import BackendError
from sideman.engine.files import note_temporary, unfinished

#: Environment variable that names the cache's folder.
VARIABLE = "SIDEMAN_CACHE"
#: Ending of files that are being written; a prune removes those that an ended process left.
PARTIAL = ".partial"
#: Beginning of the folders that hold graphs while something is built of them.
GRAPHS = ".graphs-"


def cache_root(environment: Mapping[str, str] = os.environ) -> Path:
    """The cache's folder: `SIDEMAN_CACHE`, or the platform's folder for a user's caches.

    Args:
        environment: variables to read.
    """
    named = environment.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "sideman" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sideman"
    home = environment.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "sideman"


def prepare_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        BackendError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def temporary_folder(root: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder within the cache that is removed with the object.

    Raises:
        BackendError: it cannot be made.
    """
    prepare_folder(root)
    try:
        folder = tempfile.TemporaryDirectory(prefix=GRAPHS, dir=root)
    except OSError as error:
        raise _unwritable(root, error) from error
    note_temporary(Path(folder.name))
    return folder


def mark_used(file: Path) -> None:
    """Set a file's time to now, which a prune goes by; another user's file may stay as it is."""
    # No times are given, because setting given times requires owning the file.
    with suppress(OSError):
        os.utime(file)


def write_atomically(file: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file atomically: readers see it complete or not at all, even with several writers.

    Args:
        file: its place; folders are made.
        write: given the open file.

    Raises:
        BackendError: the disk is full, or the folder cannot be written.
    """
    prepare_folder(file.parent)
    # Not made by tempfile, whose files only their owner may read: other users may need the engine.
    partial = file.with_name(f".{file.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL}")
    try:
        with unfinished(partial):
            with partial.open("xb") as stream:
                write(stream)
                stream.flush()
                # Without fsync, a power cut may leave a file without its content.
                os.fsync(stream.fileno())
            partial.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(file: Path, error: OSError) -> BackendError:
    return BackendError(
        f"{file} cannot be written: {error.strerror or error}.",
        f"Make room there ('sideman cache prune'), or set {VARIABLE} to another folder.",
    )
