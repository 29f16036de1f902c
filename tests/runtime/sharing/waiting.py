"""Waiting for what a server does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.runtime.fakes.session import PATIENCE


def until(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)
