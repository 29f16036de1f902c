"""A limit on how many errors are reported: beyond it they are only counted."""

from __future__ import annotations

import threading
from collections import OrderedDict

_SAME_A_SECOND = 10
_ALL_A_SECOND = 200
_REMEMBERED = 1_024


class Throttle:
    """Lets at most ten identical errors a second and host through, and two hundred of all kinds.

    Any thread.

    Args:
        same: how many identical ones, instead of ten.
        seconds: in which so many are let through, instead of one.
    """

    def __init__(self, same: int = _SAME_A_SECOND, seconds: float = 1.0) -> None:
        self._same, self._seconds = same, seconds
        self._lock = threading.Lock()
        # (host, text) to [second, told, suppressed]; an empty text stands for all of a host.
        self._entries: OrderedDict[tuple[str, str], list[int]] = OrderedDict()

    def admits(self, host: str, text: str, now: float) -> tuple[bool, int]:
        """Decide on one error.

        Args:
            host: whom it is for.
            text: what it says.
            now: in seconds.

        Returns:
            Whether to tell it, and how many like it have been suppressed since the last one told.
        """
        second = int(now / self._seconds)
        with self._lock:
            overall = self._entry((host, ""), second)
            entry = self._entry((host, text), second)
            if entry[1] >= self._same or overall[1] >= _ALL_A_SECOND:
                entry[2] += 1
                return False, 0
            entry[1] += 1
            overall[1] += 1
            suppressed, entry[2] = entry[2], 0
            return True, suppressed

    def suppressed(self) -> int:
        """How many were suppressed and have not been mentioned yet; begins again at zero."""
        with self._lock:
            total = sum(entry[2] for entry in self._entries.values())
            for entry in self._entries.values():
                entry[2] = 0
            return total

    def _entry(self, key: tuple[str, str], second: int) -> list[int]:
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = [second, 0, 0]
        elif entry[0] != second:
            entry[0], entry[1] = second, 0
        self._entries.move_to_end(key)
        if len(self._entries) > _REMEMBERED:
            self._entries.popitem(last=False)
        return entry
