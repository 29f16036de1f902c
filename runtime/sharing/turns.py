"""The cycle threads of several seats: the step with the earliest deadline first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from sideman.runtime.server.events import Event, Idle, Step
from sideman.runtime.sharing.seat import Seat
from sideman.runtime.sharing.times import Ledger

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
    ) -> None:
        self._seats = seats
        self._changed = changed
        self._ledger = ledger
        self._load = load
        self._close = close
        self._keep_warm = keep_warm
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
        return self._loading or any(seat.cycles.preparing for seat in self._seats)

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
        self._close()

    def _help(self) -> None:
        self._loaded.wait()
        self._work()

    def _work(self) -> None:
        while (turn := self._take()) is not None:
            seat, event = turn
            try:
                self._handle(seat, event)
                if self._able and not isinstance(event, Idle):
                    seat.recover()
            except Exception:
                # Nothing that one seat meets ends the thread: the others play on.
                log.exception("Seat %d met an error of the server's own.", seat.number)
            finally:
                with self._changed:
                    seat.busy = False
                    self._changed.notify_all()

    def _handle(self, seat: Seat, event: Event) -> None:
        played = seat.times.played
        seat.cycles.handle(event)
        if isinstance(event, Step) and event.setting is not None and seat.times.played > played:
            self._ledger.note(event.setting, seat.times.last)

    def _take(self) -> tuple[Seat, Event] | None:
        """The next event, waited for; None when the server ends."""
        with self._changed:
            while True:
                if any(seat.queue.closed for seat in self._seats):
                    return None
                seat = self._next()
                if seat is not None:
                    event = seat.queue.pop()
                    assert event is not None, "there is one, and the queue is open"
                    if isinstance(event, Step):
                        seat.times.held = max(0.0, seat.queue.put_at - event.last)
                    seat.busy = True
                    return seat, event
                if not self._changed.wait(self._keep_warm):
                    idle = next((each for each in self._seats if not each.busy), None)
                    if idle is not None:
                        idle.busy = True
                        return idle, Idle()

    def _next(self) -> Seat | None:
        best: tuple[tuple[int, float], Seat] | None = None
        for seat in self._seats:
            urgency = None if seat.busy else seat.urgency()
            if urgency is not None and (best is None or urgency < best[0]):
                best = urgency, seat
        return None if best is None else best[1]
