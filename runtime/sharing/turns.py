"""The cycle thread of several seats: the step with the earliest deadline first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sideman.runtime.server.events import Event, Idle, Step
from sideman.runtime.sharing.seat import Seat
from sideman.runtime.sharing.times import Ledger


class Turns:
    """Gives seats their turns, one event at a time, on a thread of its own.

    Args:
        seats: of the server.
        changed: the condition that their queues have in common.
        ledger: notes how long cycles took.
        load: loads what the seats share, then what is theirs; tells whether they can play.
        close: frees what they share, after they have freed what is theirs.
        keep_warm: as `Cycles` has it.
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        changed: threading.Condition,
        ledger: Ledger,
        load: Callable[[], bool],
        close: Callable[[], None],
        keep_warm: float | None = None,
    ) -> None:
        self._seats = seats
        self._changed = changed
        self._ledger = ledger
        self._load = load
        self._close = close
        self._keep_warm = keep_warm
        self._loading = True
        self._thread = threading.Thread(target=self._run, name="sideman-cycle", daemon=True)

    def start(self) -> None:
        """Start the thread; any thread, once."""
        self._thread.start()

    def nudge(self) -> None:
        """Look again: something that no queue tells has changed; any thread."""
        with self._changed:
            self._changed.notify()

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
        able = self._load()
        self._loading = False
        while (turn := self._take()) is not None:
            seat, event = turn
            self._handle(seat, event)
            if able and not isinstance(event, Idle):
                seat.recover()
        for seat in self._seats:
            seat.cycles.close()
        self._close()

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
                    return seat, event
                if not self._changed.wait(self._keep_warm):
                    return self._seats[0], Idle()

    def _next(self) -> Seat | None:
        best: tuple[tuple[int, float], Seat] | None = None
        for seat in self._seats:
            urgency = seat.urgency()
            if urgency is not None and (best is None or urgency < best[0]):
                best = urgency, seat
        return None if best is None else best[1]
