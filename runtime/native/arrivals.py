"""When positions arrive: foretold from those that have, without the network's jitter."""

from __future__ import annotations

import math

#: Hz. A loop this slow takes out jitter of some 20 ms, and follows two clocks that differ.
_BANDWIDTH = 0.2
#: Seconds that the loop takes to settle; before that it foretells nothing.
_SETTLING_SECONDS = 3.0
#: An arrival that is so many seconds off is no jitter: the client stood still. It begins anew.
_OFF_SECONDS = 0.25


class Arrivals:
    """A delay-locked loop on position and arrival; receive thread.

    It foretells deadlines and steers nothing else: positions are the client's sound card's, and
    nothing here corrects them. (Adriaensen 2005, "Using a DLL to filter time": of second order,
    critically damped.) Packets are of any length, so the period is that of one sample.

    Args:
        rate: the client's samples in a second, as it says.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._since: float | None = None
        self._position = 0
        self._time = 0.0
        self._period = 1 / rate

    def note(self, position: int, now: float) -> None:
        """A packet has come that ends farther than all before.

        Args:
            position: one past its last sample.
            now: seconds.
        """
        count = position - self._position
        error = now - self._time - count * self._period
        if self._since is None or count <= 0 or abs(error) > _OFF_SECONDS:
            self._since, self._position, self._time = now, position, now
            self._period = 1 / self._rate
            return
        omega = min(1.0, 2 * math.pi * _BANDWIDTH * count * self._period)
        self._position = position
        self._time += count * self._period + math.sqrt(2) * omega * error
        self._period += omega**2 * error / count

    def time_of(self, position: int) -> float | None:
        """When a position arrives on average, in seconds; None as long as nobody knows."""
        if self._since is None or self._time - self._since < _SETTLING_SECONDS:
            return None
        return self._time + (position - self._position) * self._period
