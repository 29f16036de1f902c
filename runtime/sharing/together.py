"""Steps of several sessions, played so that their rows run as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from sideman.engine.backends.program import RecordTime
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.sharing.batches import Batches


class Together:
    """One batch, from the first step that is begun to the last one that is answered.

    All of it runs on the cycle thread: nobody waits for anybody, and nothing can lock up. Each seat
    handles its step as it always does, until the session wants to run its cycle (`run`). That
    encodes, and then lets the next seat begin. So steps are begun one inside the other, and when no
    other is left to begin, the batch runs for all that have come so far. They end the other way
    round: the one that was begun last is answered first, so it is begun last that is due first.

    A step that fails before its cycle wants to run is not in the batch, nor one whose session turns
    out to play in another geometry than those before it: the others go on. A batch that fails is a
    failed cycle for each of its members. Where no batch is bound for the rows that are left, each
    cycle runs alone.

    Args:
        batches: that are bound.
    """

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._left: list[Callable[[], None]] = []
        self._cycles: list[Cycle] = []
        self._encoded: list[float] = []
        self._ran = self._alone = False
        self._error: Exception | None = None
        self._stages: list[tuple[str, float]] = []

    def play(self, steps: Sequence[Callable[[], None]]) -> None:
        """Play steps; when this returns all of them are answered. Once.

        Args:
            steps: for each, what handles it in its seat, with a session whose cycle is run by
                `run`; never raises. The one that is due first comes first.
        """
        self._left = list(steps)
        self._begin()

    def run(self, cycle: Cycle, record: RecordTime) -> None:
        """Run a cycle with the others; in place of `Cycle.run`.

        Raises:
            BackendError: a stage failed, for this cycle or for all.
        """
        if self._cycles and cycle.geometry != self._cycles[0].geometry:
            cycle.run(record)
            return
        begun = perf_counter()
        cycle.encode(record)
        self._encoded.append(perf_counter() - begun)
        self._cycles.append(cycle)
        self._begin()
        if not self._ran:
            self._ran = True
            self._run_all()
        if self._alone:
            cycle.run(record)
            return
        if self._error is not None:
            raise self._error
        for name, seconds in self._stages:
            record(name, seconds)

    def _begin(self) -> None:
        """Begin all that are left, the one that is due last first."""
        while self._left:
            self._left.pop()()

    def _run_all(self) -> None:
        geometry, rows = self._cycles[0].geometry, sum(len(each.rows) for each in self._cycles)
        batch = self._batches.find(geometry, rows) if len(self._cycles) > 1 else None
        if batch is None:
            self._alone = True
            return
        begun = perf_counter()
        try:
            batch.run(self._cycles, lambda name, seconds: self._stages.append((name, seconds)))
        except Exception as error:
            self._error = error
            return
        self._batches.note(geometry, rows, self._encoded, perf_counter() - begun)
