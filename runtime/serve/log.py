"""The server's log, on a thread of its own: a terminal that is held must not hold the music.

Output blocks when somebody selects text in a Windows console, presses Ctrl-S, or when nobody reads
the pipe that it goes into. `logging` writes where the line is logged, which is the receive thread
or the cycle thread.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
#: Lines that may wait; some minutes of a storm of errors, which are limited already.
_LINES = 2_000
#: Seconds that the end waits for output. The Max external kills a server half a second after it
#: has asked it to end.
_PATIENCE = 0.25


class LogWriter(logging.Handler):
    """Hands lines to a thread that writes them, and drops and counts what finds no room.

    Args:
        write: writes one line; may block.
        lines: how many may wait.
    """

    def __init__(self, write: Callable[[str], object], lines: int = _LINES) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))
        self._write = write
        self._lines: queue.Queue[str | None] = queue.Queue(lines)
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="sideman-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line; never waits for output."""
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._dropped += 1  # `handle` holds the handler's lock
        except Exception:
            self.handleError(record)

    def finish(self, patience: float = _PATIENCE) -> bool:
        """Write what waits, as far as that goes within some seconds; whether all was written.

        The thread is left behind where output is blocked, and ends with the process.
        """
        try:
            self._lines.put(None, timeout=patience)
        except queue.Full:
            return False
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            self._put(line)
            if self._lines.empty():
                self._tell_dropped()
        # The end may come through before the queue was seen empty.
        self._tell_dropped()

    def _tell_dropped(self) -> None:
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self._put(f"{dropped} lines were not logged, because the output was held.")

    def _put(self, line: str) -> None:
        # A closed terminal or pipe, which nobody reads any more, must not end the music.
        with suppress(OSError, ValueError):
            self._write(line + "\n")


def to_standard_error(line: str) -> None:
    """Write a line past Python's buffer, whose lock a blocked thread would hold to the end."""
    stream = sys.stderr
    try:
        descriptor = stream.fileno()
    except (AttributeError, OSError, ValueError):
        stream.write(line)
        return
    data = line.encode(stream.encoding or "utf-8", "backslashreplace")
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def log_to_standard_error(level: int) -> Iterator[None]:
    """Log what `sideman` says from this level on, and every library's warnings, until the end."""
    root, own = logging.getLogger(), logging.getLogger("sideman")
    writer = LogWriter(to_standard_error)
    before = own.level
    root.addHandler(writer)
    own.setLevel(level)
    try:
        yield
    finally:
        writer.finish()
        root.removeHandler(writer)
        own.setLevel(before)
