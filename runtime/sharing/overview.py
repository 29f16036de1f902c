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
    """

    def __init__(self, counters: Counters, loading: Loading, clock: Clock, workers: int) -> None:
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
        now, found = self._clock(), []
        for seat in self.seats:
            sitting = seat.endpoint.sitting()
            if sitting is None:
                continue
            place, rate = sitting.setting.placement, sitting.setting.rate
            cycle, wait = _spread(seat.times.cycles), _spread(seat.times.waits)
            late, dropped = seat.counted
            found.append(
                SessionFigures(
                    sitting.token,
                    shown_address(sitting.client),
                    now - sitting.begun,
                    place.step_samples / rate,
                    place.ahead / rate,
                    *cycle,
                    *wait,
                    seat.counters.late - late,
                    seat.counters.dropped - dropped,
                    now - sitting.seen,
                    ",".join(sitting.setting.generated),
                )
            )
        return tuple(found)

    def load(self) -> Load:
        """How much of the server is used."""
        demands = [d for seat in self.seats if (d := seat.demand()) is not None]
        free = sum(not seat.playing for seat in self.seats)
        state, detail = self._state()
        usual = self._usual()
        return Load(
            state,
            detail,
            self.name,
            share(demands) / self._workers,
            max((worst_wait(demands, i, self._workers) for i in range(len(demands))), default=0.0),
            (free if usual is None else room(demands, usual, free, self._workers))
            if state == "ready"
            else 0,
            free,
            len(self.seats),
            self.without_room + (0 if self.dealer is None else self.dealer.refused),
            *((0, 0) if self.batches is None else (self.batches.ran, self.batches.steps)),
        )

    def figures(self) -> Figures:
        """How the server does, all sessions together.

        Counts are sums. Cycle and deadline are those of the step that was answered last, whose ever
        it was; levels are nobody's.
        """
        now, (state, detail) = self._clock(), self._state()
        load, playing = self.load(), self.sessions()
        if self.name and state != "failed":
            detail = f"{detail}; {len(playing)} of {load.seats} play, {load.share:.0%} of the time"
            if load.batches:
                detail += f"; {load.batched} steps in batches"
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

    def _state(self) -> tuple[str, str]:
        if self.failed:
            return "failed", self.failed
        if self._loading.percent is not None or not self.name:
            return "loading", f"{self._loading.percent or 0:.0f} % {self._loading.what}".strip()
        if self.dealer is not None and self.dealer.draining:
            return "draining", self.name
        return "ready", self.name

    def _usual(self) -> Demand | None:
        """What a session needs that leaves step and lead to the server, with one stem."""
        settings = self.seats[0].endpoint.settings if self.seats else None
        if settings is None or not settings.stems:
            return None
        with suppress(SidemanError):
            wish = Wish(DEFAULT_STEP, DEFAULT_LEAD, settings.stems[0], settings.rate)
            return self.seats[0].demand_of(settings.setting(wish, 0, 0, 0))
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
