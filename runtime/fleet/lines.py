"""What a process of a fleet logs, kept for the operator, who sees none of these processes."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

#: Lines that are kept, and characters of each.
_KEPT, _LONG = 20, 300
#: What is listened to.
_LOGGER = "sideman"


class Lines(logging.Handler):
    """The last lines of this process's log, numbered from 1; any thread.

    Args:
        level: that a line has at the least.
        tell: called with each line, by the thread that logs it.
    """

    def __init__(
        self, level: int = logging.WARNING, tell: Callable[[str], None] = lambda line: None
    ) -> None:
        super().__init__(level)
        self._tell = tell
        self._guard = threading.Lock()
        self._lines: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._count = 0

    def listen(self) -> None:
        """Take what this process logs from now on; once in a process that does nothing else."""
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(self)
        logger.setLevel(min(self.level, logging.INFO))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        try:
            line = " ".join(record.getMessage().split())[:_LONG]
        except Exception:
            self.handleError(record)
            return
        with self._guard:
            self._count += 1
            self._lines.append((self._count, line))
        self._tell(line)

    @property
    def kept(self) -> tuple[tuple[int, str], ...]:
        """The last of them, oldest first, each with its number."""
        with self._guard:
            return tuple(self._lines)


def level(*, verbose: bool) -> int:
    """What is told of all that is logged."""
    return logging.INFO if verbose else logging.WARNING
