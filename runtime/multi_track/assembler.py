"""Steps put together from chunks, as existing clients send them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.wire import AudioChunk
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Step
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address

#: The plane of `/context`, which carries the whole mix.
CONTEXT = -1

Dropped = Callable[[int, Address], None]


class _Ended(NamedTuple):
    """The batch that was completed or given up last."""

    batch_id: int
    sender: Address
    ended: float


class Assembler:
    """Puts the audio of one step together; every method runs on the receive thread.

    One batch is open at a time. A chunk of another batch gives the open one up, which then is a
    dropped step: what arrived of it enters the window at its place.

    A batch is known by its id, and ids come again: a client that restarts counts from the start,
    and packets can be late. A chunk with the id of the batch before is late, unless another
    address sent it, a reset or a load came between, or half a step has passed since that batch
    ended. A chunk with the id of the open batch belongs to it, unless it contradicts what has
    arrived already (the same place again, another total, another mode) and comes from another
    port or after half a step. The port alone says nothing: a client may send each packet from a
    port of its own.

    Args:
        queue: where steps go.
        dropped: called with batch_id and sender of each step that will not be answered.
    """

    def __init__(self, queue: EventQueue, dropped: Dropped) -> None:
        self._queue = queue
        self._dropped = dropped
        self._samples = 0
        self._planes = 0
        self._half_step = 0.0
        self._step: Step | None = None
        self._total = 0
        self._separate = False
        self._seen: set[tuple[int, int]] = set()
        self._last_ended: _Ended | None = None
        self._last_id = 0

    def use(self, setting: Setting, now: float) -> None:
        """Assemble steps of this setting from now on; an open one of another length is given up."""
        geometry = setting.geometry
        if geometry.step_samples != self._samples:
            self.give_up(now)
            self._samples = geometry.step_samples
            self._queue.resize(self._samples, geometry.window_samples)
        self._planes = len(setting.stems)
        self._half_step = self._samples / setting.grid.sample_rate / 2

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
            ProtocolError: the chunk does not fit into the step or contradicts the open batch.
                It counts as not arrived.
        """
        self._check(plane, chunk, len(samples))
        if self._is_late(chunk.batch_id, sender, now):
            return
        step = self._step
        if step is not None and (
            chunk.batch_id != step.batch_id or self._is_restart(step, plane, chunk, sender, now)
        ):
            self.give_up(now)
            step = None
        if step is None:
            step = self._begin(plane, chunk, sender, now)
        key = (plane, chunk.place)
        if key in self._seen:
            return
        self._check_batch(plane, chunk)
        place = step.audio[chunk.place : chunk.place + len(samples)]
        if plane == CONTEXT:
            np.copyto(place, samples)
        else:
            np.add(place, samples, out=place)
        self._seen.add(key)
        step.last = now
        if len(self._seen) == self._total:
            self._finish(step)

    def complete(self, sender: Address, now: float) -> None:
        """Count the open step as complete, silence where nothing arrived; else a silent step."""
        step = self._step
        if step is None:
            step = self._borrow(self._last_id, sender, now)
        step.last = now
        self._finish(step)

    def forget(self, now: float) -> None:
        """Begin anew: the open batch is given up, and ids that were used may come again."""
        self.give_up(now)
        self._last_ended = None

    def give_up(self, now: float) -> None:
        """Make the open step, if there is one, a dropped step."""
        step = self._step
        if step is None:
            return
        self._close(step, now)
        step.wanted = False
        self._queue.put_step(step)
        self._dropped(step.batch_id, step.sender)

    def _check(self, plane: int, chunk: AudioChunk, samples: int) -> None:
        if chunk.place < 0 or chunk.place + samples > self._samples:
            raise ProtocolError(
                f"Batch {chunk.batch_id}: samples {chunk.place} to {chunk.place + samples} do not "
                f"lie within a step of {self._samples}."
            )
        most = self._samples * (1 if plane == CONTEXT else self._planes)
        if not 1 <= chunk.total <= most:
            raise ProtocolError(f"Batch {chunk.batch_id}: {chunk.total} chunks make no step.")

    def _check_batch(self, plane: int, chunk: AudioChunk) -> None:
        if chunk.total != self._total:
            raise ProtocolError(
                f"Batch {chunk.batch_id}: a total of {chunk.total} chunks, where the batch began "
                f"with {self._total}."
            )
        if (plane != CONTEXT) != self._separate:
            raise ProtocolError(
                f"Batch {chunk.batch_id}: /context and separate planes in one batch."
            )

    def _is_late(self, batch_id: int, sender: Address, now: float) -> bool:
        past = self._last_ended
        if past is None or batch_id != past.batch_id:
            return False
        if self._step is not None and self._step.batch_id == batch_id:
            return False
        return sender[:2] == past.sender[:2] and now - past.ended <= self._half_step

    def _is_restart(
        self, step: Step, plane: int, chunk: AudioChunk, sender: Address, now: float
    ) -> bool:
        if sender[0] != step.sender[0]:
            return True
        fresh = sender[1] != step.sender[1] or now - step.last > self._half_step
        return fresh and (
            (plane, chunk.place) in self._seen
            or chunk.total != self._total
            or (plane != CONTEXT) != self._separate
        )

    def _begin(self, plane: int, chunk: AudioChunk, sender: Address, now: float) -> Step:
        step = self._borrow(chunk.batch_id, sender, now)
        self._step = step
        self._total = chunk.total
        self._separate = plane != CONTEXT
        return step

    def _borrow(self, batch_id: int, sender: Address, now: float) -> Step:
        step = self._queue.borrow()
        step.batch_id = self._last_id = batch_id
        step.sender = sender
        step.first = step.last = now
        return step

    def _finish(self, step: Step) -> None:
        self._close(step, step.last)
        superseded = self._queue.put_step(step)
        if superseded is not None:
            self._dropped(superseded.batch_id, superseded.sender)

    def _close(self, step: Step, ended: float) -> None:
        self._last_ended = _Ended(step.batch_id, step.sender, ended)
        self._step = None
        self._seen.clear()
