"""Who fits in beside those who play: the arithmetic of `admission` on a server's own seats."""

from __future__ import annotations

from collections.abc import Sequence

from sideman.runtime.native.setting import NativeSetting, NoRoomError
from sideman.runtime.server.protocol import Clock
from sideman.runtime.sharing.admission import RETRY_SECONDS, Demand, refusal
from sideman.runtime.sharing.overview import Overview
from sideman.runtime.sharing.seat import Seat
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

        Sessions whose clients have gone without a word, or are nobody, end where that makes room,
        those that were silent longest first; where it makes none, they stay.

        Raises:
            NoRoomError: the reason, in figures.
        """
        wanted = self._wanted(number, setting)
        if wanted is None:
            return
        ghosts = self._ghosts(number)
        reason = ""
        for count in range(len(ghosts) + 1):
            reason = self._reason(number, wanted, ghosts[:count])
            if not reason:
                self._end(ghosts[:count])
                return
        self._overview.without_room += 1
        raise NoRoomError(
            reason,
            f"Say hello again in {RETRY_SECONDS} s, or ask for longer steps, a longer lead or "
            "fewer stems.",
        )

    def fits(self, number: int, setting: NativeSetting) -> bool:
        """Whether a setting would be admitted while all play on; nothing is done or counted."""
        wanted, now = self._wanted(number, setting), self._clock()
        nobodies = [seat for seat in self._overview.seats if seat.nobody(now)]
        return wanted is None or not self._reason(number, wanted, nobodies)

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

    def _wanted(self, number: int, setting: NativeSetting) -> Demand | None:
        """What a seat's setting needs; None where it is no more than it has, or nobody knows."""
        seat = self._overview.seats[number]
        wanted, sitting = seat.demand_of(setting), seat.endpoint.sitting()
        if wanted is None:
            return None  # the first cycles will tell
        if sitting is not None and sitting.setting.session == setting.session:
            had = seat.demand_of(sitting.setting)
            if had is not None and wanted.share <= had.share and wanted.due >= had.due:
                return None
        return wanted

    def _reason(self, number: int, wanted: Demand, without: Sequence[Seat]) -> str:
        seats = self._overview.seats
        others = [s.demand() for s in seats if s.number != number and s not in without]
        return refusal([each for each in others if each is not None], wanted, self._workers)

    def _ghosts(self, number: int) -> list[Seat]:
        """Seats whose clients have gone, or are nobody; those silent for longest first."""
        now = self._clock()
        silent = [
            (silence, seat.number, seat)
            for seat in self._overview.seats
            if seat.number != number and (silence := seat.silence(now)) is not None
        ]
        return [seat for _, _, seat in sorted(silent, reverse=True)]

    @staticmethod
    def _end(seats: Sequence[Seat]) -> None:
        for seat in seats:
            seat.endpoint.make_way()
