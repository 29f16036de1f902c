"""The queue from the receive thread to the cycle thread, and the buffers of steps."""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

from sideman.runtime.server.events import Configure, Control, Event, Idle, Step
from sideman.runtime.system.hosts import Address

#: Control events that may wait. One cycle takes seconds and a handshake sends eight.
_MOST_CONTROLS = 64


class CycleEvents(Protocol):
    """What the cycle thread sees of the queue; each as `EventQueue` has it."""

    @property
    def closed(self) -> bool:
        """Whether the server is ending."""

    def take(self, patience: float | None = None) -> Event | None:
        """The next event, waited for."""

    def release(self, step: Step) -> None:
        """Give a buffer back."""

    def forget_settings(self) -> tuple[int, Address] | None:
        """Drop all steps and settings that wait."""

    def close(self) -> None:
        """Let `take` return None from now on."""


class EventQueue:
    """Events from the receive thread to the cycle thread.

    Steps are never refused and never reordered. At most one of them is wanted: when another is
    complete, the waiting one becomes a dropped step, which stays at its place in the order.

    Args:
        changed: notified of every event; several queues may have it in common.
    """

    def __init__(self, changed: threading.Condition | None = None) -> None:
        self._changed = changed or threading.Condition()
        self._events: deque[Event] = deque()
        self._controls = 0
        self._free: list[Step] = []
        self._samples = 0
        self._count = 0
        self._waiting: Step | None = None
        self._closed = False

    def resize(self, step_samples: int, window_samples: int) -> None:
        """Allocate buffers for steps of this length; receive thread.

        They hold the audio of one window, and four steps more: two that may be being assembled,
        one in the cycle, and one that waits for an answer. Older audio would have left the window
        before a cycle could use it.

        Args:
            step_samples: samples of one step.
            window_samples: samples of the window.
        """
        count = -(-window_samples // step_samples) + 4
        with self._changed:
            if step_samples != self._samples:
                self._samples = step_samples
                self._count = count
                self._free = [Step(step_samples) for _ in range(count)]

    def borrow(self) -> Step:
        """A buffer for a step that begins, zeroed; receive thread."""
        with self._changed:
            step = self._free.pop() if self._free else self._oldest_dropped()
        step.audio.fill(0)
        step.wanted = True
        return step

    def put_step(self, step: Step) -> Step | None:
        """Put a step at the end of the order; receive thread.

        Args:
            step: complete and wanted, or given up and not wanted.

        Returns:
            The step that waited until now and will not be answered any more, if any.
        """
        with self._changed:
            superseded = None
            if step.wanted:
                superseded, self._waiting = self._waiting, step
                if superseded is not None:
                    superseded.wanted = False
            self._events.append(step)
            self._changed.notify()
        return superseded

    def put_control(self, control: Control) -> bool:
        """Put a control event at the end of the order; receive thread.

        A setting takes the place of one that has no other event behind it, and a request that
        equals the last one is not repeated.

        Returns:
            False where too many wait already; nothing has changed then.
        """
        with self._changed:
            last = self._events[-1] if self._events else None
            if control == last:
                return True
            if isinstance(control, Configure) and isinstance(last, Configure):
                self._events[-1] = control
                return True
            if self._controls >= _MOST_CONTROLS:
                return False
            self._controls += 1
            self._events.append(control)
            self._changed.notify()
        return True

    @property
    def first(self) -> Event | None:
        """What would be taken next, if anything; whoever holds the condition."""
        return self._events[0] if self._events else None

    @property
    def wanted(self) -> Step | None:
        """The step that waits for an answer, if any; whoever holds the condition."""
        return self._waiting

    @property
    def full(self) -> bool:
        """Whether so many control events wait that no other is taken; receive thread."""
        with self._changed:
            return self._controls >= _MOST_CONTROLS

    def take(self, patience: float | None = None) -> Event | None:
        """The next event, waited for; None when the queue is closed. Cycle thread.

        Args:
            patience: seconds after which `Idle` is returned instead; None waits for ever.
        """
        with self._changed:
            return self.pop() if self.wait(patience) else Idle()

    def wait(self, patience: float | None = None) -> bool:
        """Wait until something is there or the queue is closed; False once patience is over."""
        with self._changed:
            while not self._events and not self._closed:
                if not self._changed.wait(patience):
                    return False
        return True

    def pop(self) -> Event | None:
        """Take the next event now; None where there is none, or the queue is closed.

        Cycle thread.
        """
        with self._changed:
            if self._closed or not self._events:
                return None
            event = self._events.popleft()
            if event is self._waiting:
                self._waiting = None
            if not isinstance(event, Step):
                self._controls -= 1
        return event

    def release(self, step: Step) -> None:
        """Give a buffer back; either thread."""
        with self._changed:
            self._take_back(step)

    def forget_settings(self) -> tuple[int, Address] | None:
        """Drop all steps and settings that wait, because they were meant for another model.

        Cycle thread.

        Returns:
            batch_id and sender of the wanted step among them, which will not be answered.
        """
        with self._changed:
            waiting, self._waiting = self._waiting, None
            unanswered = None if waiting is None else (waiting.batch_id, waiting.sender)
            kept: list[Event] = []
            for event in self._events:
                if isinstance(event, Step):
                    self._take_back(event)
                elif not isinstance(event, Configure):
                    kept.append(event)
            self._events = deque(kept)
            self._controls = len(kept)
        return unanswered

    @property
    def closed(self) -> bool:
        """Whether the server is ending; any thread."""
        return self._closed

    def close(self) -> None:
        """Let the cycle thread's `take` return None from now on; any thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take_back(self, step: Step) -> None:
        if len(step.audio) == self._samples and len(self._free) < self._count:
            self._free.append(step)

    def _oldest_dropped(self) -> Step:
        """Take back the oldest dropped step, whose audio newer ones push out of the window."""
        for event in self._events:
            if isinstance(event, Step) and not event.wanted and len(event.audio) == self._samples:
                self._events.remove(event)
                return event
        return Step(self._samples)
