"""The end of a process in which something runs on that nothing can interrupt."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave_at_once(error: str = "") -> NoReturn:
    """End the process without waiting for any of its threads or handlers.

    Args:
        error: what went wrong in the end; without it the code is that of a clean end.
    """
    from sideman.engine.files import remove_unfinished

    remove_unfinished()
    if error:
        with suppress(OSError, ValueError):
            print(error, file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(1 if error else 0)
