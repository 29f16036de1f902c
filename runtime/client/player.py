"""What of the stems is heard: the epochs' lanes, read at the playhead."""

from __future__ import annotations

from collections import OrderedDict, deque

import numpy as np

from sideman.runtime.streaming.lane import Hole, Lane, Placement
from sideman.runtime.streaming.packets import MAX_POSITION, Samples

#: Seconds of stems that may lie ahead of the playhead. The longest lead and step take 6 s, and
#: `Lane` keeps a part free.
_AHEAD_SECONDS = 10
#: Seconds in which it is remembered where packets landed, and the most of these.
_LANDING_SECONDS, _LANDINGS = 10, 65_536
#: Of the ramps beside what is missing.
_RAMP_SECONDS = 0.003
#: Blocks in which something was silent, until the next packet comes that may be late.
_FRESH = 4_096
#: Steps, each of one stem, of which it is remembered what was silent.
_GONE = 64
#: Beyond every position.
_NEVER = MAX_POSITION

#: A session and the number of an epoch.
EpochKey = tuple[int, int]


class Player:
    """Stems by position. Written by the network thread, read by the audio callback.

    No lock is taken: the callback reads a tuple of lanes, which is replaced as a whole, and
    samples that are written while they are read are heard from the next block on.

    Attributes:
        silent: samples of stems that play which were not there when they were due.
        late: those of them that came afterwards.
        muted: whether everything is to be silent; any thread may change it.

    Args:
        stems: how many rows there are.
        rate: samples in a second.
    """

    def __init__(self, stems: int, rate: int) -> None:
        self.silent = self.late = 0
        # What was silent: the callback adds to the first, the network thread gathers it.
        self._fresh: deque[tuple[EpochKey, Hole]] = deque(maxlen=_FRESH)
        self._gone: OrderedDict[tuple[EpochKey, int, int], list[tuple[int, int]]] = OrderedDict()
        self.muted = False
        self._level = 1.0
        self._stems = stems
        self._ramp = max(1, int(_RAMP_SECONDS * rate))
        self._remembered = _LANDING_SECONDS * rate
        self._capacity = _AHEAD_SECONDS * rate + Lane.GUARD
        self._lanes: tuple[_Playing, ...] = ()
        # Of the newest epoch: position, and samples until it was played.
        self._landings: deque[tuple[int, int]] = deque(maxlen=_LANDINGS)

    @property
    def lost(self) -> int:
        """Samples in whose place silence was played, and that have not come since."""
        return self.silent - self.late

    def follow(
        self,
        epoch: EpochKey,
        placement: Placement,
        *,
        rows: tuple[int, ...] | None = None,
        jump_at: int | None = None,
    ) -> None:
        """Let an epoch take over; network thread.

        Args:
            epoch: its session and number.
            placement: where its steps stand.
            rows: that play in it; None for all.
            jump_at: where what was heard before is to end at once; None lets it play on until the
                new epoch's first sample.
        """
        lane = Lane(placement, self._stems, self._capacity, rows)
        until = lane.start if jump_at is None else jump_at
        if jump_at is None and self._lanes and self._lanes[-1].lane.end_before(placement):
            until = _NEVER
        self.stop(until)
        self._landings.clear()
        # One that another has replaced before its first step is never heard.
        kept = [playing for playing in self._lanes if playing.lane.steps != 0]
        self._lanes = (*kept[-2:], _Playing(epoch, lane, _NEVER, self._ramp))

    def stop(self, at: int) -> None:
        """Let everything end softly; any thread."""
        for playing in self._lanes:
            playing.until = min(playing.until, at)

    def write(
        self, epoch: EpochKey, row: int, step: int, position: int, samples: Samples, playhead: int
    ) -> int:
        """Take a packet of stems; network thread.

        Returns:
            Its samples that were new.
        """
        for playing in self._lanes:
            if playing.epoch == epoch:
                if position < playhead:
                    self._note_late(epoch, Hole(row, step, position, position + len(samples)))
                new = playing.lane.write(row, step, position, samples)
                if playing is self._lanes[-1]:
                    self._note_landing(position, len(samples) - new, playhead)
                return new
        return 0

    def _note_landing(self, position: int, known: int, playhead: int) -> None:
        """Remember where a packet landed, of which the first samples were known before."""
        first = position + known if position >= playhead else position
        self._landings.append((first, first - playhead))
        while self._landings[0][0] < playhead - self._remembered:
            self._landings.popleft()

    def _note_late(self, epoch: EpochKey, came: Hole) -> None:
        """Count what of a packet had been silent already, once; network thread."""
        for _ in range(len(self._fresh)):
            of, hole = self._fresh.popleft()
            ranges = self._gone.setdefault((of, hole.stem, hole.step), [])
            if ranges and ranges[-1][1] == hole.first:
                ranges[-1] = ranges[-1][0], hole.last
            else:
                ranges.append((hole.first, hole.last))
        while len(self._gone) > _GONE:
            self._gone.popitem(last=False)
        key = epoch, came.stem, came.step
        rest: list[tuple[int, int]] = []
        for start, end in self._gone.get(key, ()):
            first, last = max(start, came.first), min(end, came.last)
            if first >= last:
                rest.append((start, end))
                continue
            self.late += last - first
            rest += [(a, b) for a, b in ((start, first), (last, end)) if a < b]
        if key in self._gone:
            self._gone[key] = rest

    @property
    def landing(self) -> float:
        """Samples between a packet's arrival and its playing, of which 1 % was shorter."""
        landings = [landing for _, landing in list(self._landings)]
        return float(np.percentile(landings, 1)) if landings else 0.0

    def missing(self, epoch: EpochKey, row: int, step: int) -> list[tuple[int, int]]:
        """Ranges of a step that have not come and are to be heard; network thread."""
        for playing in self._lanes:
            steps = playing.lane.steps
            if playing.epoch == epoch and (steps is None or step < steps):
                return playing.lane.missing(row, step)
        return []

    def read(self, position: int, out: Samples) -> None:
        """Fill what is heard from a position on, at most at full scale; audio callback.

        Args:
            position: of the first sample.
            out: float32 [stems, n].
        """
        out.fill(0)
        end = position + out.shape[1]
        for playing in self._lanes:
            fade = playing.lane.placement.fade_samples
            if position >= playing.until + fade:
                continue
            part = playing.read(position, out.shape[1])
            if end > playing.until:
                gone = np.arange(position, end) - playing.until + 0.5
                part *= np.clip(1 - gone / max(1, fade), 0, 1).astype(np.float32)
            out += part
            # Now, so that what comes from here on is late, whether it is heard next or never.
            for hole in playing.lane.forget(end, playing.until):
                self.silent += hole.last - hole.first
                self._fresh.append((playing.epoch, hole))
        self._level = mute(out, self._level, self._ramp, muted=self.muted)
        np.clip(out, -1, 1, out=out)


def mute(out: Samples, level: float, ramp: int, *, muted: bool) -> float:
    """Let sound fall to silence, or rise from it; in place.

    Args:
        out: float32 [stems, n].
        level: of the sample before the first, from 0 to 1.
        ramp: samples from one to the other.
        muted: whether it falls.

    Returns:
        The level of the last sample.
    """
    if level == (0.0 if muted else 1.0):
        if muted:
            out.fill(0)
        return level
    change = np.arange(1, out.shape[1] + 1) / ramp
    levels = np.clip(level + (-change if muted else change), 0, 1)
    out *= levels.astype(np.float32)
    return float(levels[-1])


class _Playing:
    """A lane that is heard until a position, and fades behind it."""

    __slots__ = ("_gain", "_ramp", "epoch", "lane", "until")

    def __init__(self, epoch: EpochKey, lane: Lane, until: int, ramp: int) -> None:
        self._ramp = ramp
        self.epoch = epoch
        self.lane = lane
        self.until = until
        self._gain = np.ones((lane.PLANES, lane.stems), np.float32)

    def read(self, position: int, count: int) -> Samples:
        """What is heard from a position on, float32 [stems, count]; audio callback."""
        out = np.zeros((self.lane.stems, count), np.float32)
        part = np.zeros_like(out)
        for plane in range(self.lane.PLANES):
            part.fill(0)
            self.lane.read(plane, position, part)
            self._soften(plane, position, part)
            out += part
        return out

    def _soften(self, plane: int, position: int, part: Samples) -> None:
        """Let what is beside missing samples fall and rise, in place.

        What comes too late is missing, too: the gain rises from where it was, whatever has been
        written since. A ramp's length beyond the block is looked at, so that sound falls before a
        hole that begins there.
        """
        count = part.shape[1]
        there = self.lane.available(plane, position, position + count + self._ramp)
        gains = self._gain[plane]
        if there.all() and (gains == 1).all():
            return
        index = np.arange(there.shape[1], dtype=np.float32)
        for row in range(len(part)):
            missing = np.where(there[row], -np.inf, index)
            missing[0] = max(missing[0], -1 - gains[row] * self._ramp)
            rising = index - np.maximum.accumulate(missing)
            ahead = np.where(there[row], np.inf, index)
            falling = np.minimum.accumulate(ahead[::-1])[::-1] - index
            gain = np.clip(np.minimum(rising, falling)[:count] / self._ramp, 0, 1)
            part[row] *= gain.astype(np.float32)
            gains[row] = gain[-1]
