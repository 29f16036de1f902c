"""Tokens of sessions that were promised elsewhere."""

from __future__ import annotations

import threading


class Leases:
    """Which tokens let a client in, and until when; any thread.

    Attributes:
        ending: tokens whose sessions are to end; replaced as a whole.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self.ending: frozenset[str] = frozenset()

    def expect(self, token: str, until: float) -> None:
        """Let a hello with this token in until a time, in seconds of the server's clock."""
        with self._lock:
            self._until[token] = until

    def revoke(self, token: str) -> None:
        """Let nobody in with this token any more."""
        with self._lock:
            self._until.pop(token, None)

    def end(self, token: str) -> None:
        """Likewise, and let its session end, if it has begun."""
        with self._lock:
            self._until.pop(token, None)
            self.ending |= {token}

    def ended(self, tokens: frozenset[str]) -> None:
        """Their sessions are over, or never were."""
        with self._lock:
            self.ending -= tokens

    def admits(self, token: str, now: float) -> bool:
        """Whether a token lets in; those that are over are forgotten."""
        with self._lock:
            for old in [each for each, until in self._until.items() if until < now]:
                del self._until[old]
            return token in self._until
