"""Stems that have not come: what to ask for again, and when."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sideman.runtime.client.shared import Shared
from sideman.runtime.streaming import resends

#: A packet may overtake another by so many seconds; no request follows another sooner either.
ASK_SECONDS = 0.01


class Repairs:
    """Follows the arrivals of an epoch's stems; network thread.

    Args:
        shared: with the audio callback.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._asked = float("-inf")
        self._arrivals: deque[tuple[float, int, int, int]] = deque(maxlen=4_096)
        # By row: the newest step and position behind which something is missing for good.
        self._settled: dict[int, tuple[int, int]] = {}

    def forget(self) -> None:
        """Another epoch begins."""
        self._arrivals.clear()
        self._settled.clear()

    def note(self, row: int, step: int, position: int, now: float) -> None:
        """A packet has come that nobody had asked for."""
        self._arrivals.append((now, row, step, position))

    def turn(
        self,
        known: tuple[str, ...],
        round_trip: float,
        ask: Callable[[bytes], None],
        now: float,
    ) -> float | None:
        """Ask for what is missing; tells when to ask next, in seconds, if at all.

        Args:
            known: the model's stems, by number.
            round_trip: seconds.
            ask: sends the entries of a request.
            now: seconds.
        """
        while self._arrivals and now - self._arrivals[0][0] >= ASK_SECONDS:
            _, row, step, position = self._arrivals.popleft()
            self._settled[row] = max(self._settled.get(row, (0, 0)), (step, position))
        shared = self._shared
        wanted: list[resends.Wanted] = []
        soonest = shared.playhead + int(round_trip * shared.rate)
        for row, (step, newest) in self._settled.items():
            number = known.index(shared.stems[row])
            for of in (step - 1, step) if step else (step,):
                holes = shared.player.missing(row, of)
                holes = [(max(a, soonest), b if of < step else min(b, newest)) for a, b in holes]
                room = resends.MOST_ENTRIES - len(wanted)
                wanted += resends.want(number, [(a, b) for a, b in holes if a < b], room)
        if not wanted:
            return None
        pause = max(ASK_SECONDS, round_trip)
        if now >= self._asked + pause:
            self._asked = now
            ask(resends.pack(wanted))
        return self._asked + pause
