"""The context as it arrives: steps are complete at their boundary, or at the last moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import Samples
from sideman.runtime.streaming.ring import Ring, fade_edges, missing_count

#: Steps that the ring holds: one that is being completed, and what streams in meanwhile.
_STEPS = 4
#: Packets within the reordering time; of more, the newest are looked at.
_ARRIVALS = 256
#: A packet may overtake another by so many seconds: until then a hole is none yet.
REORDERING_SECONDS = 0.01
#: What is left for everything that is not the cycle: the way there, and the client's own block.
MARGIN_SECONDS = 0.02
#: Of the ramps beside silence that stands for what never came.
FADE_SECONDS = 0.003
#: A packet that is farther ahead than a session may be silent is none of it.
_FARTHEST_SECONDS = 12.0


@dataclass
class Heard:
    """Samples of the context since the session began.

    Attributes:
        lost: never came; silence took their place.
        repaired: came although they were sent again.
        late: came after their step had begun.
    """

    lost: int = 0
    repaired: int = 0
    late: int = 0


#: Takes a step's number, its samples (valid until it returns) and when its boundary arrived.
PutStep = Callable[[int, Samples, float], None]


class Context:
    """Assembles the context of one epoch; receive thread.

    A step is put as soon as its last sample is there and nothing before it is missing. Where
    something is missing, it waits for it until the last moment at which the cycle still meets its
    deadline; what has not come by then is silence with soft edges.

    Args:
        placement: of the epoch.
        rate: the client's samples in a second.
        heard: counts on over all epochs of a session.
        cycle_seconds: how long a cycle takes at the most; None as long as nobody knows.
        put: takes steps, in their order.
        first: position of the first sample that step 0 still needs, if it is not the origin: an
            epoch before has given the others.
        time_of: foretells when a position arrives, without jitter; None where nobody knows.
        latency: samples by which the client reads stems ahead of the context that it sends.
    """

    def __init__(
        self,
        placement: Placement,
        rate: int,
        heard: Heard,
        cycle_seconds: Callable[[], float | None],
        put: PutStep,
        first: int | None = None,
        time_of: Callable[[int], float | None] = lambda position: None,
        latency: Callable[[], int] = lambda: 0,
    ) -> None:
        first = placement.origin if first is None else first
        self.placement = placement
        self.heard = heard
        self._rate = rate
        self._cycle_seconds = cycle_seconds
        self._put = put
        self._time_of = time_of
        self._latency = latency
        self._first = first
        self._ring = Ring(_STEPS * placement.step_samples, first)
        self._step = 0
        self._newest = first
        # When a packet came that was newer than all before, and what lay before it.
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=_ARRIVALS)
        self._settled = first
        self._boundary_at: float | None = None
        self._out = np.zeros(placement.step_samples + placement.wait, np.float32)

    @property
    def end(self) -> int:
        """One past the newest position that has arrived."""
        return self._newest

    @property
    def boundary(self) -> int:
        """Up to where the step that is being assembled needs the context."""
        return self.placement.boundary(self._step)

    @property
    def next_origin(self) -> int:
        """Where the step that is being assembled ends, and another epoch may begin."""
        return self.placement.context_end(self._step)

    def add(self, position: int, samples: Samples, now: float, *, again: bool) -> bool:
        """Take a packet's samples.

        Args:
            position: of the first.
            samples: float32 [n].
            now: when it arrived, in seconds.
            again: whether it was sent on request.

        Returns:
            Whether they belong here. Samples before the first do not, nor those that are farther
            ahead than any pause of a session.
        """
        before = max(0, self._first - position)
        position, samples = position + before, samples[before:]
        end = position + len(samples)
        if not len(samples) or end > self._newest + _FARTHEST_SECONDS * self._rate:
            return False
        while end > self._ring.end:
            # The client is whole steps ahead: what is missing of the oldest is given up.
            self._finish(now)
        start = self._ring.start
        new = self._ring.write(position, samples)
        if position < start:
            self.heard.late += min(end, start) - position if again else 0
        if again:
            self.heard.repaired += new
        if end > self._newest:
            self._newest = end
            self._arrivals.append((now, position))
        if new:
            self._advance(now)
        return True

    def take_from(self, other: Context) -> None:
        """Take what another context with the same origin has, of which no step was put."""
        self._ring.take_from(other._ring)
        self._newest = other._newest
        self._arrivals, self._settled = other._arrivals, other._settled
        self._advance(other._arrivals[-1][0] if other._arrivals else 0.0)

    def holes(self, now: float) -> list[tuple[int, int]]:
        """What is missing and may be asked for again: behind it a packet has come, a while ago."""
        while self._arrivals and now - self._arrivals[0][0] >= REORDERING_SECONDS:
            self._settled = self._arrivals.popleft()[1]
        return self._ring.missing(self._ring.start, self._settled)

    def expire(self, now: float) -> float | None:
        """Put a step that can wait no longer; tells when to be called again, in seconds."""
        while (due := self._due()) is not None and now >= due:
            self._finish(now)
        return due

    def finish(self, now: float) -> None:
        """Put the step that is being assembled as it is."""
        self._finish(now)

    def _due(self) -> float | None:
        """The last moment at which the step may begin; None while its boundary has not come."""
        if self._boundary_at is None:
            return None
        soonest = self._boundary_at + REORDERING_SECONDS
        cycle = self._cycle_seconds()
        if cycle is None:
            return soonest
        # No longer than a step either, or the next one would overtake it.
        ahead = self.placement.ahead - self._latency()
        room = min(ahead, self.placement.step_samples) / self._rate
        # The packet that brought the boundary may have been a late or an early one.
        foretold = self._time_of(self.boundary)
        arrival = self._boundary_at if foretold is None else foretold
        return max(soonest, arrival + room - cycle - MARGIN_SECONDS)

    def _advance(self, now: float) -> None:
        """Put every step that is whole, and note when a boundary arrives."""
        while self._newest >= self.boundary:
            if self._boundary_at is None:
                self._boundary_at = now
            if not self._ring.has(self._ring.start, self.boundary):
                return
            self._finish(now)

    def _finish(self, now: float) -> None:
        """Put the step as it is."""
        start, end = self._ring.start, self.boundary
        arrived = self._boundary_at
        out = self._out[: end - start]
        self._ring.read(start, out)
        holes = self._ring.missing(start, end)
        if holes:
            self.heard.lost += missing_count(holes)
            fade = int(FADE_SECONDS * self._rate)
            fade_edges(out, [(a - start, b - start) for a, b in holes], fade)
        self._ring.forget(end)
        self._step += 1
        self._newest = max(self._newest, end)
        self._boundary_at = now if self._newest >= self.boundary else None
        self._put(self._step - 1, out, now if arrived is None else arrived)
