"""Files that are there whole or not at all, whenever their making is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file_in_place_of(path: Path) -> Iterator[Path]:
    """A file to write, which becomes `path` when the block ends without an error.

    After an error it stays beside it, hidden and ending in ".partial", until the next attempt.

    Args:
        path: where the file belongs; one that is there gives way.
    """
    partial = path.with_name(f".{path.name}.partial")
    yield partial
    partial.replace(path)
