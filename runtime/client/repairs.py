"""Stems that have not come: what to ask for again, and when."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from sideman.runtime.client.player import EpochKey
from sideman.runtime.client.shared import Shared
from sideman.runtime.streaming import resends

#: A packet may overtake another by so many seconds; no request follows another sooner either.
ASK_SECONDS = 0.01


class Repairs:
    """Follows the arrivals of stems, of all epochs that are heard; network thread.

    Args:
        shared: with the audio callback.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._asked = float("-inf")
        self._arrivals: deque[tuple[float, EpochKey, int, int, int]] = deque(maxlen=4_096)
        # By epoch and row: the newest step and position behind which something is missing for good.
        self._settled: dict[tuple[EpochKey, int], tuple[int, int]] = {}

    def keep(self, epochs: Collection[EpochKey]) -> None:
        """Another epoch begins; of those before, these are still heard."""
        kept = (each for each in self._arrivals if each[1] in epochs)
        self._arrivals = deque(kept, maxlen=4_096)
        self._settled = {key: of for key, of in self._settled.items() if key[0] in epochs}

    def note(self, epoch: EpochKey, row: int, step: int, position: int, now: float) -> None:
        """A packet has come that nobody had asked for."""
        self._arrivals.append((now, epoch, row, step, position))

    def turn(
        self,
        known: tuple[str, ...],
        round_trip: float,
        ask: Callable[[EpochKey, bytes], None],
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
            _, epoch, row, step, position = self._arrivals.popleft()
            before = self._settled.get((epoch, row), (0, 0))
            self._settled[epoch, row] = max(before, (step, position))
        shared = self._shared
        wanted: dict[EpochKey, list[resends.Wanted]] = {}
        soonest = shared.playhead + int(round_trip * shared.rate)
        for (epoch, row), (step, newest) in self._settled.items():
            number = known.index(shared.stems[row])
            for of in (step - 1, step) if step else (step,):
                holes = shared.player.missing(epoch, row, of)
                holes = [(max(a, soonest), b if of < step else min(b, newest)) for a, b in holes]
                found = wanted.setdefault(epoch, [])
                room = resends.MOST_ENTRIES - len(found)
                found += resends.want(number, [(a, b) for a, b in holes if a < b], room)
        if not any(wanted.values()):
            return None
        pause = max(ASK_SECONDS, round_trip)
        if now >= self._asked + pause:
            self._asked = now
            for epoch, entries in wanted.items():
                if entries:
                    ask(epoch, resends.pack(entries))
        return self._asked + pause
