"""An engine that gives each session back what it heard, in a time of its own choosing."""

from __future__ import annotations

import threading
import time

import numpy as np

from tests.runtime.native.echo import EchoSession


class SharedEcho(EchoSession):
    """An echo whose cycle takes a while, in which no other session's may run.

    Args:
        engine: whose session this is.
    """

    def __init__(self, engine: EchoEngine) -> None:
        super().__init__()
        self._engine = engine

    @property
    def expected_seconds(self) -> float:
        return max(0.001, self._engine.cycle * max(1, len(self._rows)))

    def step(self, audio: np.ndarray) -> np.ndarray:
        engine = self._engine
        with engine.lock:
            engine.running += 1
            engine.most = max(engine.most, engine.running)
            assert engine.running <= engine.side_by_side, "more cycles at once than may be"
        try:
            time.sleep(engine.cycle * len(self._rows))
            stems = super().step(audio)
            engine.order.append(self)
            return stems
        finally:
            with engine.lock:
                engine.running -= 1


class EchoEngine:
    """An engine whose sessions are echoes.

    Attributes:
        cycle: seconds of a cycle, for each stem.
        made: its sessions.
        order: the session of every cycle that has ended.
        side_by_side: cycles that may run at once.
        running: that do now.
        most: that did.
        closed: how often it was closed.
    """

    def __init__(self, cycle: float = 0.0) -> None:
        self.cycle = cycle
        self.made: list[SharedEcho] = []
        self.order: list[SharedEcho] = []
        self.side_by_side = 1
        self.running = self.most = 0
        self.lock = threading.Lock()
        self.closed = 0

    def session(self) -> SharedEcho:
        self.made.append(SharedEcho(self))
        return self.made[-1]

    def close(self) -> None:
        assert all(session.closed for session in self.made)
        self.closed += 1
