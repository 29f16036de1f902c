"""Writing a bundle's folder so that it is never seen half-written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sideman.engine.bundle.bundle import MANIFEST
from sideman.engine.errors import BundleError


def check_place(out: Path, *, replace: bool) -> None:
    """Refuse a folder that exists already, before any work is done.

    Args:
        out: the folder to be made.
        replace: whether an existing bundle may be replaced; anything else never is.

    Raises:
        BundleError: the folder exists and may not be replaced.
    """
    if not out.exists():
        return
    if not replace:
        raise BundleError(
            f"{out} is already there.", "Choose another --out, or replace it with --force."
        )
    if not (out / MANIFEST).is_file():
        raise BundleError(
            f"{out} is not a bundle, so --force does not replace it.", "Choose another --out."
        )


@contextmanager
def in_place_of(out: Path, *, replace: bool) -> Iterator[Path]:
    """Yield a temporary folder to build in; rename it to `out` if the block ends without an error.

    Args:
        out: the folder to be made; its parents are made where they are missing.
        replace: whether an existing folder is replaced; if not, one that holds anything is kept and
            an error is raised.

    Raises:
        BundleError: the folder cannot be written or renamed.
    """
    # Links are resolved, so that both renames stay within one file system.
    out = out.resolve()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise BundleError(f"Cannot write beside {out}: {error.strerror or error}.") from error
    folder, old = building / "new", building / "old"
    try:
        folder.mkdir()
        yield folder
        try:
            if replace and out.exists():
                out.rename(old)
            folder.rename(out)
        except OSError as error:
            raise BundleError(
                f"Cannot move the finished bundle to {out}: {error.strerror or error}."
            ) from error
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
        shutil.rmtree(building, ignore_errors=True)
