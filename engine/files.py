"""Writing files atomically: a file is complete or absent, even if writing is interrupted."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

_unfinished: set[Path] = set()


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """Let `remove_unfinished` remove a file that is being written, until the block ends."""
    _unfinished.add(path)
    try:
        yield
    finally:
        _unfinished.discard(path)


def note_temporary(folder: Path) -> None:
    """Let `remove_unfinished` remove a folder that serves until the process ends at the latest."""
    _unfinished.add(folder)


def remove_unfinished() -> None:
    """Remove what is being written, before the process ends without ending its threads."""
    for path in list(_unfinished):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):  # Windows removes no file that is open
                path.unlink(missing_ok=True)


@contextmanager
def file_in_place_of(path: Path) -> Iterator[Path]:
    """Yield a temporary file to write; rename it to `path` if the block ends without an error.

    After an error the temporary file stays beside `path`, hidden and ending in ".partial", until
    the next attempt.

    Args:
        path: the final path; an existing file is replaced, and a link leads to the one that is.
    """
    try:
        path = path.resolve()
    except RuntimeError as error:  # Python before 3.13: a link that leads to itself
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error
    partial = path.with_name(f".{path.name}.partial")
    with unfinished(partial):
        yield partial
        partial.replace(path)


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all; an attempt that failed leaves nothing.

    Nothing takes the place of a device or a pipe (/dev/stdout, /dev/null, a shell's `>(...)`), or
    of a file that is this process's own output: the text is written into it.

    Args:
        path: its place; what is there stays where writing fails.
        text: what it holds.

    Raises:
        OSError: it cannot be written; its `filename` is `path`.
    """
    partial = None
    try:
        if (stream := _own_output(path)) is not None:
            stream.write(text)
            stream.flush()
        elif path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            with file_in_place_of(path) as partial:
                partial.write_text(text, encoding="utf-8")
    except BaseException as error:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def _own_output(path: Path) -> TextIO | None:
    """Standard output or error, if this is where it goes to."""
    for stream in (sys.stdout, sys.stderr):
        # Tests and windowed programs have streams without a file, or none.
        with suppress(OSError, ValueError, AttributeError):
            if os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                return stream
    return None
