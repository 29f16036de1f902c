"""Keeping advice and warnings off the terminal where they say nothing new."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def only_errors(name: str = "") -> Iterator[None]:
    """Let a logger tell errors only.

    Args:
        name: of the logger; empty for the one above all others, which libraries use that have none.
    """
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
