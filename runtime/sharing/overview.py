"""How a shared server does: counts, sessions, and how much of it is used."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import numpy as np

from sideman.engine.errors import SidemanError
from sideman.runtime.native.setting import DEFAULT_LEAD, DEFAULT_STEP, Wish
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.protocol import Clock
from sideman.runtime.sharing.admission import Demand, room, share, worst_wait
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.dealer import Dealer
from sideman.runtime.sharing.figures import Load, SessionFigures
from sideman.runtime.sharing.leases import Leases
from sideman.runtime.sharing.seat import Seat
from sideman.runtime.system.hosts import shown_address


class Overview:
    """What `SharedServer` tells of itself; any thread may ask.

    Attributes:
        seats: of the server, once it is started.
        dealer: likewise.
        begun: when it was started, in seconds of the clock.
        name: of the bundle, once it is known.
        failed: why the bundle could not be loaded.
        batches: of steps of several sessions, where they are wanted.
        without_room: clients that were refused because they did not fit.

    Args:
        counters: of datagrams that belong to no session.
        loading: how far it is.
        clock: seconds that only increase.
        workers: cycles that run side by side.
        leases: tokens of sessions that are about to end count for nothing.
    """

    def __init__(
        self, counters: Counters, loading: Loading, clock: Clock, workers: int, leases: Leases
    ) -> None:
        self.seats: tuple[Seat, ...] = ()
        self.dealer: Dealer | None = None
        self.begun: float | None = None
        self.name = ""
        self.failed = ""
        self.without_room = 0
        self.batches: Batches | None = None
        self._counters = counters
        self._loading = loading
        self._clock = clock
        self._workers = workers
        self._leases = leases

    @property
    def total(self) -> Counters:
        """Counts of all sessions since the start, added up."""
        total = Counters()
        for each in (self._counters, *(seat.counters for seat in self.seats)):
            for name, number in each.as_dict().items():
                setattr(total, name, getattr(total, name) + number)
            total.lost += each.lost
            errors = [e for e in (total.last_error, each.last_error) if e is not None]
            total.last_error = max(errors, key=lambda error: error[1], default=None)
        return total

    def sessions(self) -> tuple[SessionFigures, ...]:
        """How each session does."""
        now, ending, found = self._clock(), self._leases.ending, []
        for seat in self.seats:
            sitting = seat.endpoint.sitting()
            if sitting is None or sitting.token in ending:
                continue
            cycle, wait = _spread(seat.times.cycles), _spread(seat.times.waits)
            late, dropped = seat.counted
            found.append(
                SessionFigures(
                    token=sitting.token,
                    client=shown_address(sitting.client),
                    since=now - sitting.begun,
                    step=sitting.setting.step_seconds,
                    ahead=sitting.setting.deadline_seconds,
                    cycle_p50=cycle[0],
                    cycle_p99=cycle[1],
                    wait_p50=wait[0],
                    wait_p99=wait[1],
                    late=seat.counters.late - late,
                    dropped=seat.counters.dropped - dropped,
                    quiet=now - sitting.seen,
                    stems=",".join(sitting.setting.generated),
                )
            )
        return tuple(found)

    def tokens(self) -> tuple[str, ...]:
        """Of those that play on."""
        now, found = self._clock(), []
        for seat in self.seats:
            sitting = seat.endpoint.sitting()
            if sitting is not None and self._is_taken(seat, now):
                found.append(sitting.token)
        return tuple(found)

    def load(self) -> Load:
        """How much of the server is used."""
        now = self._clock()
        ready = [seat for seat in self.seats if seat.ready]
        taken = [seat for seat in ready if self._is_taken(seat, now)]
        demands = [d for seat in taken if (d := seat.demand()) is not None]
        free = len(ready) - len(taken)
        state, detail = self.state()
        rooms = self._rooms(demands, free) if state == "ready" else ()
        waits = (worst_wait(demands, i, self._workers) for i in range(len(demands)))
        batches = self.batches
        return Load(
            state=state,
            detail=detail,
            model=self.name,
            share=share(demands) / self._workers,
            worst_wait=max(waits, default=0.0),
            room=0 if state != "ready" else rooms[0][0] if rooms else free,
            free=free,
            seats=len(self.seats),
            refused=self.without_room + (0 if self.dealer is None else self.dealer.refused),
            warnings=self.warnings(),
            rooms=rooms,
            batches=0 if batches is None else batches.ran,
            batched=0 if batches is None else batches.steps,
        )

    def warnings(self) -> tuple[str, ...]:
        """What an operator should know: seats where nobody can play, while others can."""
        troubles = [seat.trouble for seat in self.seats if seat.trouble]
        if not troubles or self.failed:
            return ()
        how_many = f"{len(troubles)} of {len(self.seats)} seats cannot be used"
        verb = "is" if len(troubles) == 1 else "are"
        return (f"{how_many}, and {verb} tried again: {troubles[-1]}",)

    def _is_taken(self, seat: Seat, now: float) -> bool:
        """Whether a session sits there that plays on."""
        sitting = seat.endpoint.sitting()
        return (
            sitting is not None
            and sitting.token not in self._leases.ending
            and not seat.nobody(now)
        )

    def figures(self) -> Figures:
        """How the server does, all sessions together.

        Counts are sums. Cycle and deadline are those of the step that was answered last, whose ever
        it was; levels are nobody's.
        """
        now, (state, detail) = self._clock(), self.state()
        load, playing = self.load(), self.sessions()
        if self.name and state != "failed":
            detail = f"{detail}; {len(playing)} of {load.seats} play, {load.share:.0%} of the time"
            if load.batches:
                detail += f"; {load.batched} steps in batches"
            detail = " ".join((f"{detail}.", *load.warnings)) if load.warnings else detail
        found = Figures(
            state,
            detail,
            uptime=0.0 if self.begun is None else now - self.begun,
            usual=max((each.cycle_p50 for each in playing), default=0.0),
            most=max((each.cycle_p99 for each in playing), default=0.0),
        ).with_counts(self.total, now)
        if self.seats:
            found = replace(found, engine=self.seats[0].cycles.engine)
        answers = [
            answer
            for seat in self.seats
            if (answer := seat.cycles.answered) is not None
            and (turn := seat.counters.turn) is not None
            and answer.belongs_to(turn)
        ]
        if answers:
            found = found.with_answer(max(answers, key=lambda answer: answer.at), now)
        return found

    def state(self) -> tuple[str, str]:
        """As `Load` has it, and why."""
        if self.failed:
            return "failed", self.failed
        if self._loading.percent is not None or not self.name:
            return "loading", f"{self._loading.percent or 0:.0f} % {self._loading.what}".strip()
        return "ready", self.name

    def _rooms(self, demands: list[Demand], free: int) -> tuple[tuple[int, float], ...]:
        """As `Load.rooms`."""
        seat = next((seat for seat in self.seats if seat.ready), None)
        settings = None if seat is None else seat.endpoint.settings
        if seat is None or settings is None:
            return ()
        found = []
        for stems in range(1, len(settings.stems) + 1):
            usual = self._usual(seat, stems)
            if usual is None:
                break
            found.append((room(demands, usual, free, self._workers), usual.share / self._workers))
        return tuple(found)

    def _usual(self, seat: Seat, stems: int) -> Demand | None:
        """What a session needs that leaves step and lead to the server, with so many stems."""
        settings = seat.endpoint.settings
        with suppress(SidemanError):
            names = ",".join(settings.stems[:stems])
            wish = Wish(DEFAULT_STEP, DEFAULT_LEAD, names, settings.rate)
            return seat.demand_of(settings.setting(wish, 0, 0, 0))
        return None


def _spread(values: Iterable[float]) -> tuple[float, float]:
    """What half and what 1 % of them exceed; 0 where there are none."""
    for _ in range(3):
        try:
            series = list(values)
        except RuntimeError:  # the cycle thread added one meanwhile
            continue
        if series:
            p50, p99 = np.percentile(series, (50, 99))
            return float(p50), float(p99)
        break
    return 0.0, 0.0
