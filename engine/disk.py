"""What a full disk, or one that takes no more, is called: one sentence, whoever was writing."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sideman.engine.errors import SidemanError

#: What is to be done about each way in which a system refuses to write.
_REMEDIES = {
    errno.ENOSPC: "Make room there, or write to another disk.",
    getattr(errno, "EDQUOT", errno.ENOSPC): "Make room within your quota, or write elsewhere.",
    errno.EFBIG: "Write to a file system, or with a limit (ulimit -f), that takes larger files.",
    errno.EROFS: "Write to a place that may be written to.",
}
#: Libraries that say in words of their own that less was written than they wanted: numpy, Pillow,
#: torch, libsndfile (which puts more before it where a file cannot be opened at all). None of them
#: keeps the system's number.
_WORDS = re.compile(
    r"\d+ requested and \d+ written|encoder error|PytorchStreamWriter failed"
    r"|inline_container\.cc.*unexpected pos|^System error\.$",
    re.DOTALL,
)


@contextmanager
def naming_a_full_disk() -> Iterator[None]:
    """Raise the sentence of `disk_fault` for what means that a disk takes no more.

    Raises:
        SidemanError: a disk takes no more; any other error passes as it is.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        fault = disk_fault(error)
        if fault is None:
            raise
        raise fault from error


def why_not_written(error: OSError | RuntimeError | ValueError | EOFError) -> str:
    """Why a file could not be written, as the end of a sentence, without its full stop.

    Args:
        error: as it was raised, by the system or by a library.
    """
    if reason := getattr(error, "strerror", None):
        return str(reason)
    if disk_fault(error) is not None:
        return "the disk took less than was to be written"
    return str(error).rstrip(".") or type(error).__name__


def disk_fault(error: BaseException) -> SidemanError | None:
    """The sentence for an error that means that a disk takes no more; None for any other.

    Args:
        error: as it was raised, by the system or by a library.
    """
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        where = f"{error.filename} cannot be written" if error.filename else "Writing ended"
        return SidemanError(f"{where}: {error.strerror}.", _REMEDIES[error.errno])
    if isinstance(error, (OSError, RuntimeError)) and _WORDS.search(str(error)):
        return SidemanError(
            "Writing ended: the disk took less than was to be written.", _REMEDIES[errno.ENOSPC]
        )
    return None
