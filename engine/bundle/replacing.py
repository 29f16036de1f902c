"""Writing a bundle's folder so that nobody ever sees half of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sideman.engine.errors import BundleError


@contextmanager
def in_place_of(out: Path, *, replace: bool) -> Iterator[Path]:
    """A folder to build in, which becomes `out` when the block ends without an error.

    Args:
        out: the folder to be made; its parents are made where they are missing.
        replace: a folder that is there gives way; without it, it is left alone and an error.

    Raises:
        BundleError: the disk does not let it.
    """
    # Behind links, so that both moves stay within one file system.
    out = out.resolve()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise BundleError(f"Cannot write beside {out}: {error}") from error
    folder, old = building / "new", building / "old"
    try:
        folder.mkdir()
        yield folder
        try:
            if replace and out.exists():
                out.rename(old)
            folder.rename(out)
        except OSError as error:
            raise BundleError(f"Cannot move the finished bundle to {out}: {error}") from error
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
        shutil.rmtree(building, ignore_errors=True)
