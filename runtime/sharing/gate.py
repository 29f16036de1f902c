"""Who fits in beside those who play: the arithmetic of `admission` on a server's own seats."""

from __future__ import annotations

from sideman.runtime.native.endpoint import GIVEN_UP_SECONDS
from sideman.runtime.native.setting import NativeSetting, NoRoomError
from sideman.runtime.server.protocol import Clock
from sideman.runtime.sharing.admission import RETRY_SECONDS, Demand, refusal
from sideman.runtime.sharing.overview import Overview
from sideman.runtime.sharing.stagger import best_delay


class Gate:
    """Admits to the seats of a server; the receive thread.

    Args:
        overview: of the server.
        clock: seconds that only increase.
        workers: cycles that run side by side.
    """

    def __init__(self, overview: Overview, clock: Clock, workers: int) -> None:
        self._overview = overview
        self._clock = clock
        self._workers = workers

    def admit(self, number: int, setting: NativeSetting) -> None:
        """Refuse what does not fit beside what the others play.

        A session that asks for no more than it has stays, however full it is.

        Raises:
            NoRoomError: the reason, in figures.
        """
        seat = self._overview.seats[number]
        wanted = seat.demand_of(setting)
        if wanted is None:
            return  # nobody knows: the first cycles will tell
        sitting = seat.endpoint.sitting()
        if sitting is not None and sitting.setting.session == setting.session:
            had = seat.demand_of(sitting.setting)
            if had is not None and wanted.share <= had.share and wanted.due >= had.due:
                return
        reason = self._reason(number, wanted)
        if reason and self._free_ghosts(number):
            reason = self._reason(number, wanted)
        if reason:
            self._overview.without_room += 1
            raise NoRoomError(
                reason,
                f"Say hello again in {RETRY_SECONDS} s, or ask for longer steps, a longer lead or "
                "fewer stems.",
            )

    def delay(self, number: int, setting: NativeSetting) -> float:
        """Seconds by which a seat's session should begin later, to find the others gone.

        Args:
            number: of the seat.
            setting: that was admitted.
        """
        seat, now = self._overview.seats[number], self._clock()
        own = seat.cadence_of(setting, now)
        others = [s.cadence() for s in self._overview.seats if s.number != number]
        delay = 0.0
        if own is not None:
            delay = best_delay([each for each in others if each], own, self._workers)
        seat.begins = now + delay
        return delay

    def _reason(self, number: int, wanted: Demand) -> str:
        others = [s.demand() for s in self._overview.seats if s.number != number]
        return refusal([each for each in others if each is not None], wanted, self._workers)

    def _free_ghosts(self, number: int) -> bool:
        """End sessions whose clients have gone without a word; whether there were any."""
        now, found = self._clock(), False
        for seat in self._overview.seats:
            sitting = seat.endpoint.sitting()
            if seat.number != number and sitting and now - sitting.seen >= GIVEN_UP_SECONDS:
                seat.endpoint.give_up("Another client plays now.")
                found = True
        return found
