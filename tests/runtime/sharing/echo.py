"""An engine that gives each session back what it heard, in a time of its own choosing."""

from __future__ import annotations

import threading
import time

import numpy as np

from sideman.engine.backends.program import discard
from tests.runtime.native.echo import EchoSession


class SharedEcho(EchoSession):
    """An echo whose cycle takes a while, in which no other session's may run.

    Args:
        engine: whose session this is.
    """

    def __init__(self, engine: EchoEngine) -> None:
        super().__init__()
        self._engine = engine
        self.run_cycle = None

    @property
    def expected_seconds(self) -> float:
        return max(0.001, self._engine.cycle * max(1, len(self._rows)))

    def measure_stages(self, cycles: int) -> list[dict[str, float]]:
        return [{"encode": 0.0, "step": 0.0, "decode": 0.0}] * cycles

    def batch(self, geometry, rows: int) -> EchoBatch:
        return EchoBatch(self._engine, geometry, rows)

    def step(self, audio: np.ndarray) -> np.ndarray:
        engine = self._engine
        if self.run_cycle is not None:
            self.run_cycle(EchoCycle(self, self._geometry, self._rows), discard)
            stems = super().step(audio)
            engine.order.append(self)
            return stems
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


class EchoCycle:
    """A cycle of an echo, which may be run with others' as a batch."""

    def __init__(self, session: SharedEcho, geometry, rows: tuple[int, ...]) -> None:
        self.session, self.geometry, self.rows = session, geometry, rows
        self.encoded = False

    def encode(self, record) -> None:
        self.encoded = True

    def run(self, record) -> None:
        time.sleep(self.session._engine.cycle * len(self.rows))


class EchoBatch:
    """A batch of echoes, which takes no time, and notes whose cycles it ran."""

    def __init__(self, engine: EchoEngine, geometry, rows: int) -> None:
        self._engine, self._geometry, self._rows = engine, geometry, rows
        engine.prepared.append((geometry, rows))

    def warm_up(self, runs: int = 2) -> None:
        """It takes no time."""

    def run(self, cycles, record=discard) -> None:
        assert all(cycle.encoded and cycle.geometry == self._geometry for cycle in cycles)
        assert sum(len(cycle.rows) for cycle in cycles) == self._rows
        engine = self._engine
        trouble, engine.trouble = engine.trouble, None
        if trouble is not None:
            raise trouble
        engine.batches.append([cycle.session for cycle in cycles])


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
        prepared: geometry and rows of every batch that was bound.
        batches: the sessions of every batch that was played.
        trouble: raised by the next batch.
    """

    def __init__(self, cycle: float = 0.0) -> None:
        self.cycle = cycle
        self.made: list[SharedEcho] = []
        self.order: list[SharedEcho] = []
        self.side_by_side = 1
        self.running = self.most = 0
        self.lock = threading.Lock()
        self.closed = 0
        self.prepared: list[tuple[object, int]] = []
        self.batches: list[list[SharedEcho]] = []
        self.trouble: Exception | None = None

    def session(self) -> SharedEcho:
        self.made.append(SharedEcho(self))
        return self.made[-1]

    def close(self) -> None:
        assert all(session.closed for session in self.made)
        self.closed += 1
