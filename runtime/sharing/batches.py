"""Batches that are bound and warm, and how long they take; the cycle thread."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from time import perf_counter
from typing import Protocol

from sideman.engine.backends.program import RecordTime, discard
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.cycle_time import CycleTime

log = logging.getLogger("sideman.runtime.server")

#: Geometries whose batches are kept: each takes memory for every number of rows.
_GEOMETRIES = 2
#: The first run of a graph takes several times as long as the others.
_RUNS = 3


class AnyBatch(Protocol):
    """What is needed of a batch (`sideman.runtime.playing.batch`)."""

    def run(self, cycles: Sequence[Cycle], record: RecordTime = discard) -> None:
        """Generate for all cycles at once."""

    def warm_up(self, runs: int = 2) -> None:
        """Run on silence."""


class Maker(Protocol):
    """What is needed of a session that makes batches (`Session`)."""

    def configure(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        """Bind a cycle; none where there are no rows."""

    def measure_stages(self, cycles: int) -> list[dict[str, float]]:
        """Seconds by stage of throw-away cycles."""

    def batch(self, geometry: Geometry, rows: int) -> AnyBatch:
        """Bind a batch."""

    def close(self) -> None:
        """Free what is its own."""


class _Kept:
    """Batches of one geometry by number of rows; None where they cannot be."""

    def __init__(self) -> None:
        self.encode = CycleTime()
        self.batches: dict[int, AnyBatch | None] = {}
        self.times: dict[int, CycleTime] = {}


class Batches:
    """Makes batches of 2 rows or more, and knows how long they take.

    Attributes:
        most: rows of a batch, at the most.
        ran: batches that were played.
        steps: that were answered by them.

    Args:
        session: makes them; one that plays for nobody, closed with them.
        most: rows of a batch, at the most.
    """

    def __init__(self, session: Maker, most: int) -> None:
        self.most = most
        self.ran = self.steps = 0
        self._session = session
        self._kept: OrderedDict[Geometry, _Kept] = OrderedDict()
        self._complaint = ""

    def missing(self, geometries: Sequence[Geometry]) -> tuple[Geometry, int] | None:
        """What is to be prepared next, so that steps in these geometries can join; None for none.

        Args:
            geometries: in which several sessions play; no more than are kept are looked at.
        """
        for geometry in geometries[:_GEOMETRIES]:
            kept = self._kept.get(geometry)
            for rows in range(2, self.most + 1):
                if kept is None or rows not in kept.batches:
                    return geometry, rows
        return None

    def prepare(self, geometry: Geometry, rows: int) -> None:
        """Bind and warm up one batch, and measure it; between cycles.

        What cannot be is noted, told once, and not tried again: these steps are played alone.
        """
        kept = self._kept.setdefault(geometry, _Kept())
        self._kept.move_to_end(geometry)
        while len(self._kept) > _GEOMETRIES:
            self._kept.popitem(last=False)
        kept.batches[rows] = None
        try:
            if kept.encode.usual is None:
                self._measure_encode(geometry, kept)
            batch = self._session.batch(geometry, rows)
            batch.warm_up(1)
            seconds = min(_time(batch) for _ in range(_RUNS - 1))
        except SidemanError as error:
            complaint = f"Some steps are played alone rather than as a batch: {error}"
            if complaint != self._complaint:
                log.warning("%s", complaint)
            self._complaint = complaint
            return
        kept.batches[rows] = batch
        kept.times[rows] = CycleTime()
        kept.times[rows].note(seconds)
        log.debug("A batch of %d rows takes %.1f ms.", rows, 1e3 * seconds)

    def find(self, geometry: Geometry, rows: int) -> AnyBatch | None:
        """The batch of so many rows, if there is one."""
        kept = self._kept.get(geometry)
        return None if kept is None else kept.batches.get(rows)

    def expected(self, geometry: Geometry, rows: int, members: int) -> float | None:
        """Seconds that steps of so many sessions take together, encoding included.

        Args:
            geometry: of all of them.
            rows: of all together.
            members: sessions, each of which is encoded by itself.
        """
        if self.find(geometry, rows) is None:
            return None
        kept = self._kept[geometry]
        batch, encode = kept.times[rows].usual, kept.encode.usual
        return None if batch is None or encode is None else members * encode + batch

    def note(self, geometry: Geometry, rows: int, encoded: Sequence[float], seconds: float) -> None:
        """Note a batch that was played.

        Args:
            geometry: of all steps.
            rows: of all together.
            encoded: seconds of each encoding.
            seconds: of all that was one batch.
        """
        self.ran += 1
        self.steps += len(encoded)
        kept = self._kept[geometry]
        self._kept.move_to_end(geometry)
        for each in encoded:
            kept.encode.note(each)
        kept.times[rows].note(seconds)

    def close(self) -> None:
        """Free all batches."""
        self._kept.clear()
        self._session.close()

    def _measure_encode(self, geometry: Geometry, kept: _Kept) -> None:
        try:
            self._session.configure(geometry, (0,))
            measured = self._session.measure_stages(_RUNS)
        finally:
            self._session.configure(geometry, ())
        kept.encode.note(min(each["encode"] for each in measured))


def _time(batch: AnyBatch) -> float:
    begun = perf_counter()
    batch.warm_up(1)
    return perf_counter() - begun
