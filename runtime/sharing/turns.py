"""The cycle threads of several seats: the step with the earliest deadline first."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter

from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.events import Event, Idle, Step
from sideman.runtime.server.protocol import Clock
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.joining import Waiting, joined
from sideman.runtime.sharing.seat import Seat
from sideman.runtime.sharing.times import Ledger
from sideman.runtime.sharing.together import Together

log = logging.getLogger("sideman.runtime.server")


class Turns:
    """Gives seats their turns, one event of a seat at a time, on threads of its own.

    Args:
        seats: of the server.
        changed: the condition that their queues have in common.
        ledger: notes how long cycles took.
        load: loads what the seats share, then what is theirs; tells whether they can play.
        close: frees what they share, after they have freed what is theirs.
        keep_warm: as `Cycles` has it.
        workers: threads, each of which runs one cycle at a time.
        clock: seconds, as the seats have it.

    Attributes:
        batches: makes steps of several seats run as one batch, where there is one worker; set by
            `load`. None plays each step alone.
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        changed: threading.Condition,
        ledger: Ledger,
        load: Callable[[], bool],
        close: Callable[[], None],
        keep_warm: float | None = None,
        workers: int = 1,
        clock: Clock = perf_counter,
    ) -> None:
        self._seats = seats
        self._changed = changed
        self._ledger = ledger
        self._load = load
        self._close = close
        self._keep_warm = keep_warm
        self._clock = clock
        self.batches: Batches | None = None
        self._preparing_batch = False
        self._loading = True
        self._able = False
        self._loaded = threading.Event()
        self._helpers = [
            threading.Thread(target=self._help, name=f"sideman-cycle-{i}", daemon=True)
            for i in range(1, workers)
        ]
        self._thread = threading.Thread(target=self._run, name="sideman-cycle", daemon=True)

    def start(self) -> None:
        """Start the threads; any thread, once."""
        self._thread.start()
        for helper in self._helpers:
            helper.start()

    def nudge(self) -> None:
        """Look again: something that no queue tells has changed; any thread."""
        with self._changed:
            self._changed.notify_all()

    def join(self, patience: float) -> bool:
        """Wait for the thread's end, once all queues are closed; as `Cycles.join`."""
        if self._thread.ident is None:
            return True
        self._thread.join(patience)
        while self._thread.is_alive() and not self._preparing:
            self._thread.join(0.02)
        return not self._thread.is_alive()

    @property
    def _preparing(self) -> bool:
        return (
            self._loading
            or self._preparing_batch
            or any(seat.cycles.preparing for seat in self._seats)
        )

    def _run(self) -> None:
        """Load, work, and free everything when the others have ended."""
        try:
            self._able = self._load()
        finally:
            self._loading = False
            self._loaded.set()
        self._work()
        for helper in self._helpers:
            helper.join()
        for seat in self._seats:
            seat.cycles.close()
        if self.batches is not None:
            self.batches.close()
        self._close()

    def _help(self) -> None:
        self._loaded.wait()
        self._work()

    def _work(self) -> None:
        while (turn := self._take()) is not None:
            turn()

    def _turn(self, seat: Seat, event: Event, together: Together | None = None) -> None:
        """Handle an event of a seat; whatever happens, the seat is free afterwards."""
        try:
            self._handle(seat, event, together)
            if self._able and not isinstance(event, Idle):
                seat.recover()
        except Exception:
            # Nothing that one seat meets ends the thread: the others play on.
            log.exception("Seat %d met an error of the server's own.", seat.number)
        finally:
            with self._changed:
                seat.busy = False
                self._changed.notify_all()

    def _handle(self, seat: Seat, event: Event, together: Together | None) -> None:
        played, session = seat.times.played, seat.model.session
        if together is not None and session is not None:
            session.run_cycle = together.run
        try:
            seat.cycles.handle(event)
        finally:
            if together is not None and session is not None:
                session.run_cycle = None
        if not isinstance(event, Step) or event.setting is None:
            return
        # What a step takes in a batch says nothing of what it takes alone, which admission needs.
        if together is None and seat.times.played > played:
            self._ledger.note(event.setting, seat.times.last)

    def _take(self) -> Callable[[], None] | None:
        """The next work, waited for; None when the server ends."""
        with self._changed:
            while True:
                if any(seat.queue.closed for seat in self._seats):
                    return None
                seat = self._next()
                if seat is not None:
                    return self._take_with(seat)
                if (prepare := self._batch_to_prepare()) is not None:
                    return prepare
                if not self._changed.wait(self._keep_warm):
                    idle = next((each for each in self._seats if not each.busy), None)
                    if idle is not None:
                        idle.busy = True
                        return partial(self._turn, idle, Idle())

    def _take_with(self, first: Seat) -> Callable[[], None]:
        """Take a seat's event, and the steps of others that are played together with it."""
        members = [first] if self.batches is None else self._members(self.batches, first)
        taken = [(seat, self._pop(seat)) for seat in members]
        if len(members) == 1 or self.batches is None:
            return partial(self._turn, *taken[0])
        together = Together(self.batches)
        turns = [partial(self._turn, seat, event, together) for seat, event in taken]
        return partial(together.play, turns)

    def _pop(self, seat: Seat) -> Event:
        event = seat.queue.pop()
        assert event is not None, "there is one, and the queue is open"
        if isinstance(event, Step):
            seat.times.held = max(0.0, seat.queue.put_at - event.last)
        seat.busy = True
        return event

    def _members(self, batches: Batches, first: Seat) -> list[Seat]:
        """The seats whose steps are played as one batch; the first alone where none is."""
        waiting = self._waiting()
        if len(waiting) < 2 or waiting[0].seat != first.number:
            return [first]  # a setting, or nobody else waits
        demands = {seat.number: seat.demand() for seat in self._seats if seat.playing}
        known = {number: demand for number, demand in demands.items() if demand is not None}
        if len(known) < len(demands):
            return [first]  # nobody knows how long the others may wait
        count = joined(waiting, known, batches, self._clock())
        return [self._seats[each.seat] for each in waiting[:count]]

    def _waiting(self) -> list[Waiting]:
        """Steps that wait for an answer, in the order in which they are due."""
        found = []
        for seat in self._seats:
            urgency = None if seat.busy else seat.urgency()
            if urgency is None or urgency[0] != 0:
                continue
            step = seat.queue.wanted
            setting = None if step is None else step.setting
            if setting is None:
                continue
            ready = seat.queue.first is step and setting.rows
            geometry = setting.geometry if ready else None
            alone = self._ledger.usual(setting)
            found.append(Waiting(seat.number, urgency[1], geometry, len(setting.rows), alone))
        return sorted(found, key=lambda each: (each.due, each.seat))

    def _batch_to_prepare(self) -> Callable[[], None] | None:
        """One batch that is not bound yet, of a geometry that several play in."""
        if self.batches is None:
            return None
        sitting = [each for seat in self._seats if (each := seat.endpoint.sitting()) is not None]
        played = Counter(each.setting.geometry for each in sitting if each.setting.rows)
        shared = [geometry for geometry, count in played.most_common() if count > 1]
        wanted = self.batches.missing(shared)
        return None if wanted is None else partial(self._prepare, self.batches, *wanted)

    def _prepare(self, batches: Batches, geometry: Geometry, rows: int) -> None:
        self._preparing_batch = True
        try:
            batches.prepare(geometry, rows)
        except Exception:
            log.exception("Preparing a batch met an error of the server's own.")
        finally:
            self._preparing_batch = False

    def _next(self) -> Seat | None:
        best: tuple[tuple[int, float], Seat] | None = None
        for seat in self._seats:
            urgency = None if seat.busy else seat.urgency()
            if urgency is not None and (best is None or urgency < best[0]):
                best = urgency, seat
        return None if best is None else best[1]
