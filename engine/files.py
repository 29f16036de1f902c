"""Writing files atomically: a file is complete or absent, even if writing is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file_in_place_of(path: Path) -> Iterator[Path]:
    """Yield a temporary file to write; rename it to `path` if the block ends without an error.

    After an error the temporary file stays beside `path`, hidden and ending in ".partial", until
    the next attempt.

    Args:
        path: the final path; an existing file is replaced.
    """
    partial = path.with_name(f".{path.name}.partial")
    yield partial
    partial.replace(path)
