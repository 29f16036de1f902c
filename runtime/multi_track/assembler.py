"""Steps put together from chunks, as existing clients send them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.multi_track.batch import CONTEXT, Arrival, Batch, Part, Place
from sideman.runtime.multi_track.patience import Patience
from sideman.runtime.multi_track.wire import AudioChunk
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Step
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address

#: Batches that may be open at once: one, and one beside it that a stray packet began.
_MOST_OPEN = 2
#: Batches that are remembered after their end, to know their late packets.
_REMEMBERED = 4
#: The cycle is expected to take this much longer than the longest of the last ones.
_MARGIN = 1.25
_MARGIN_SECONDS = 0.01


class Reports(Protocol):
    """What the assembler tells clients."""

    def dropped(self, batch_id: int, to: Address) -> None:
        """This step will not be answered."""

    def refused(self, batch_id: int, reason: str, to: Address) -> None:
        """This step will not be answered, for this reason."""

    def patched(self, batch_id: int, holes: list[tuple[int, int]], to: Address, rate: int) -> None:
        """This step is answered with silence in these stretches."""


class _Ended(NamedTuple):
    """What is remembered of a batch after its end."""

    batch_id: int
    host: object
    senders: set[Address]
    parts: dict[Place, Part]
    at: float
    last: float
    refused: bool


class Assembler:
    """Puts the audio of one step together; every method runs on the receive thread.

    **Whose a chunk is.** A batch is known by its id, and ids come again: a client that restarts
    counts from the start, and packets can be late. A chunk with the id of a batch that has ended is
    late, unless it has other samples than that batch had and comes from a port of its own, another
    host sent it, a reset or a load came between, or half a step has passed. A chunk with the id of
    an open batch belongs to it, unless it contradicts what has arrived (other samples at the same
    place, another total, another mode) and comes from a new port or after half a step: then the
    client has restarted, and its old batch is not mentioned to it. The port alone says nothing, for
    a client sends the planes of each of its instruments from a port of their own.

    **When a step is over.** As soon as it is complete (`Batch.is_whole`). If its packets stop
    coming, it is played with silence in the holes, if more than half of it is there: as soon as the
    gaps between packets say that no more will come, and never so late that the answer would be.
    Otherwise, and when a newer one is complete, it becomes a dropped step: what arrived of it
    enters the window at its place, and no reply is sent. A few packets beside another batch, with
    an id of their own, are no step and enter no window.

    Args:
        queue: where steps go.
        reports: what clients are told.
        cycle_seconds: how long the last cycles took at the most; None before the first.
    """

    def __init__(
        self,
        queue: EventQueue,
        reports: Reports,
        cycle_seconds: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._queue = queue
        self._reports = reports
        self._cycle_seconds = cycle_seconds
        self._setting: Setting | None = None
        self._samples = 0
        self._stems = 0
        self._targets = 0
        self._half_step = 0.0
        self._deadline = 0.0
        self._open: list[Batch] = []
        self._ended: deque[_Ended] = deque(maxlen=_REMEMBERED)
        self._patience = Patience()
        self._last_id = 0

    def use(self, setting: Setting, now: float) -> None:
        """Assemble steps of this setting from now on; open ones of another length are given up."""
        geometry, rate = setting.geometry, setting.grid.sample_rate
        self._setting = setting
        if geometry.step_samples != self._samples:
            self.give_up(now)
            self._samples = geometry.step_samples
        # Even where the length is the same: another protocol may have played meanwhile.
        self._queue.resize(self._samples, geometry.window_samples)
        self._stems, self._targets = len(setting.stems), len(setting.rows)
        self._half_step = self._samples / rate / 2
        self._deadline = geometry.deadline_samples / rate

    def add(
        self,
        plane: int,
        chunk: AudioChunk,
        samples: NDArray[np.float32],
        sender: Address,
        now: float,
    ) -> None:
        """Take one chunk.

        Args:
            plane: index of a stem, or `CONTEXT`.
            chunk: its header.
            samples: its samples, checked, [n] float32.
            sender: where it came from.
            now: when it arrived, in seconds.

        Raises:
            ProtocolError: the chunk contradicts the open batch. It counts as not arrived.
        """
        arrival = Arrival(plane, chunk, samples, sender, now)
        batch = self._find(chunk.batch_id)
        late = self._is_late(arrival) if batch is None else arrival.client in batch.retired
        if late:
            return
        reason = self._misfit(arrival)
        if reason:
            self._refuse(chunk.batch_id, reason, sender, now)
            return
        if batch is None:
            batch = self._begin(arrival)
        elif self._is_restart(batch, arrival):
            retired = frozenset(batch.senders | batch.retired) - {arrival.client}
            self._open.remove(batch)
            self._put(batch.step)
            batch = self._begin(arrival, retired)
        batch.add(arrival)
        if batch.is_whole(self._stems, self._targets):
            self._finish(batch, now)
        elif batch.is_short:
            self._refuse_short(batch, now)

    def complete(self, sender: Address, now: float) -> None:
        """Count the open step as complete, silence where nothing arrived; else a silent step."""
        if self._open:
            batch = self._open[0]
            batch.step.last = now
            batch.fade_holes()
            self._finish(batch, now)
            return
        step = self._borrow(self._last_id, sender, now)
        self._answer(step)

    @property
    def mostly_arrived(self) -> bool:
        """Whether a step is open of which more than half has arrived."""
        return bool(self._open) and self._open[0].mostly_covered

    def expire(self, now: float) -> float | None:
        """End the batches that have waited long enough.

        Args:
            now: in seconds.

        Returns:
            When this should be called again; None where nothing waits.
        """
        for batch in list(self._open):
            if batch in self._open and now >= self._due(batch):
                self._end_incomplete(batch, now)
        return min(map(self._due, self._open), default=None)

    def forget(self, now: float) -> None:
        """Begin anew: open batches are given up, and ids that were used may come again."""
        self.give_up(now)
        self._ended.clear()

    def give_up(self, now: float) -> None:
        """Make open steps dropped steps."""
        for batch in list(self._open):
            self._drop(batch, now)

    def _find(self, batch_id: int) -> Batch | None:
        return next((b for b in self._open if b.step.batch_id == batch_id), None)

    def _misfit(self, arrival: Arrival) -> str:
        """Why a chunk belongs to no step of this setting; empty where it can."""
        start, total = arrival.chunk.place, arrival.chunk.total
        end = start + len(arrival.samples)
        if start < 0 or end > self._samples:
            return f"samples {start} to {end} do not lie within a step of {self._samples}."
        copies = 1 if arrival.plane == CONTEXT else max(1, self._targets)
        if not 1 <= total <= self._samples * self._stems * copies:
            return f"{total} chunks make no step."
        return ""

    def _is_late(self, arrival: Arrival) -> bool:
        """Whether a chunk belongs to a batch that has ended."""
        chunk, now = arrival.chunk, arrival.now
        ended = next((e for e in reversed(self._ended) if e.batch_id == chunk.batch_id), None)
        if ended is None or arrival.sender[0] != ended.host or now - ended.at > self._half_step:
            return False
        if ended.refused:
            return True
        known = ended.parts.get(arrival.key)
        if known is None:
            if arrival.client not in ended.senders:
                return False
            self._patience.note(now - ended.last)
            return True
        return arrival.client in ended.senders or known == Part.of(arrival.samples)

    def _is_restart(self, batch: Batch, arrival: Arrival) -> bool:
        """Whether a chunk with an open batch's id is of a client that has begun anew."""
        step = batch.step
        if arrival.sender[0] != step.sender[0]:
            return True
        again = arrival.now - step.last > self._half_step
        fresh = arrival.client not in batch.senders or again
        return fresh and bool(batch.contradiction(arrival))

    def _begin(self, arrival: Arrival, retired: frozenset[Address] = frozenset()) -> Batch:
        if len(self._open) == _MOST_OPEN:
            strays = (b for b in self._open if b.beside and not b.mostly_covered)
            self._drop(next(strays, self._open[0]), arrival.now)
        step = self._borrow(arrival.chunk.batch_id, arrival.sender, arrival.now)
        batch = Batch(step, arrival, beside=bool(self._open), retired=retired)
        self._open.append(batch)
        return batch

    def _borrow(self, batch_id: int, sender: Address, now: float) -> Step:
        step = self._queue.borrow()
        step.batch_id = self._last_id = batch_id
        step.sender = sender
        step.setting = self._setting
        step.first = step.last = now
        return step

    def _due(self, batch: Batch) -> float:
        """When to wait no longer for what is missing of a batch.

        Nothing is gained by ending one early that cannot be played: it may be the beginning of one
        that is sent as it sounds.
        """
        gap = batch.mean_gap
        if gap is None or not batch.mostly_covered:
            return batch.step.last + self._half_step
        wait = min(self._half_step, self._patience.seconds(gap))
        cycle = self._cycle_seconds()
        if cycle is not None:
            left = self._deadline - _MARGIN * cycle - _MARGIN_SECONDS
            if left > 0:  # else the answer is late whether or not the rest is waited for
                wait = min(wait, left)
        return batch.step.last + wait

    def _end_incomplete(self, batch: Batch, now: float) -> None:
        if batch.covered:
            self._finish(batch, now)
        elif batch.is_short or batch.must_be_short:
            self._refuse_short(batch, now)
        elif batch.mostly_covered:
            holes = batch.holes()
            batch.fade_holes()
            sender = batch.step.sender
            self._finish(batch, now)
            assert self._setting is not None, "steps are assembled for a setting"
            rate = self._setting.grid.sample_rate
            self._reports.patched(batch.step.batch_id, holes, sender, rate)
        else:
            self._drop(batch, now)

    def _finish(self, batch: Batch, now: float) -> None:
        """Let a step be answered, behind older ones that never became whole."""
        for older in self._open[: self._open.index(batch)]:
            self._drop(older, now, newer=batch)
        self._patience.note(batch.largest_gap)
        self._close(batch, now)
        self._answer(batch.step)

    def _answer(self, step: Step) -> None:
        superseded = self._queue.put_step(step)
        if superseded is not None:
            self._reports.dropped(superseded.batch_id, superseded.sender)

    def _drop(self, batch: Batch, now: float, newer: Batch | None = None) -> None:
        """Make a batch a dropped step; or no step, where it is a few packets beside another one."""
        step = batch.step
        began = newer.step.first if newer else step.first
        stray = batch.beside or (newer is not None and began - step.first < self._half_step)
        self._close(batch, now)
        if stray and not batch.mostly_covered:
            self._queue.release(step)
        else:
            self._put(step)
        self._reports.dropped(step.batch_id, step.sender)

    def _put(self, step: Step) -> None:
        step.wanted = False
        self._queue.put_step(step)

    def _refuse_short(self, batch: Batch, now: float) -> None:
        ends = max(place + part.samples for (_, place), part in batch.parts.items())
        self._refuse(
            batch.step.batch_id,
            f"its {batch.total} chunks end at sample {ends}, and a step has {self._samples}.",
            batch.step.sender,
            now,
        )

    def _refuse(self, batch_id: int, reason: str, sender: Address, now: float) -> None:
        """End a batch of a client whose steps have another length: it is no step at all."""
        batch = self._find(batch_id)
        if batch is not None and batch.step.sender[0] == sender[0]:
            self._open.remove(batch)
            self._queue.release(batch.step)
        self._ended.append(_Ended(batch_id, sender[0], set(), {}, now, now, refused=True))
        self._reports.refused(batch_id, reason, sender)

    def _close(self, batch: Batch, now: float) -> None:
        step = batch.step
        self._open.remove(batch)
        self._ended.append(
            _Ended(
                step.batch_id,
                step.sender[0],
                batch.senders,
                batch.parts,
                now,
                step.last,
                refused=False,
            )
        )
