"""How long cycles take and how long steps wait, for each seat and for each setting."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import TypeVar

import numpy as np

from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.cycle_time import CycleTime
from sideman.runtime.server.setting import Setting

_REMEMBERED = 256
_Key = tuple[Hashable, int]  # geometry and number of stems
_Value = TypeVar("_Value")
#: Settings of which it is known how long they take.
_SETTINGS = 256


class SeatTime(CycleTime):
    """The cycles of one seat, and how long its steps waited; written by the cycle thread.

    Attributes:
        wait: seconds that a step waited for the cycle thread, of which 1 % of the last 256 waited
            longer; 0 before the first.
        cycles: the last cycles that were played, newest last, in seconds.
        waits: likewise, how long their steps waited.
        played: cycles that were played since the start.
        last: seconds of the newest of them. The receive thread may empty `cycles` at any time.
        held: seconds that the step that is played had to be held back, because something of it was
            missing; they are no wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self.wait = self.held = self.last = 0.0
        self.played = 0
        self.cycles: deque[float] = deque(maxlen=_REMEMBERED)
        self.waits: deque[float] = deque(maxlen=_REMEMBERED)

    def note(self, seconds: float, waited: float | None = None) -> None:
        """As `CycleTime.note`."""
        super().note(seconds, waited)
        if waited is not None:
            self.played += 1
            self.last = seconds
            self.cycles.append(seconds)
            self.waits.append(max(0.0, waited - self.held))
            waits = list(self.waits)
            self.wait = float(np.percentile(waits, 99)) if waits else 0.0

    def forget(self) -> None:
        """As `CycleTime.forget`."""
        super().forget()
        self.begin()

    def begin(self) -> None:
        """Another session begins."""
        self.cycles.clear()
        self.waits.clear()
        self.wait = 0.0


class Ledger:
    """How long a cycle usually takes in each setting, whoever plays in it; any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: OrderedDict[_Key, CycleTime] = OrderedDict()
        self._foreseen: OrderedDict[_Key, float] = OrderedDict()

    def foresee(self, geometry: Geometry, stems: int, seconds: float) -> None:
        """Note a cycle that nobody heard."""
        with self._lock:
            _keep(self._foreseen, (geometry, stems), seconds)

    def note(self, setting: Setting, seconds: float) -> None:
        """Note a cycle that was played."""
        with self._lock:
            times = self._times.get(_key(setting)) or CycleTime()
            times.note(seconds)
            _keep(self._times, _key(setting), times)

    def usual(self, setting: Setting) -> float | None:
        """Seconds that a cycle in a setting takes, half of them longer; None where nobody knows.

        A setting that was played takes as long as it did; else as long as a cycle of it did that
        nobody heard; else as long as the slowest with as many stems of either kind: how long a step
        is changes little.
        """
        if not setting.rows:
            return 0.0
        key, stems = _key(setting), len(setting.rows)
        with self._lock:
            played = {k: t.usual for k, t in self._times.items() if t.usual is not None}
            known = {**self._foreseen, **played}
        if key in known:
            return known[key]
        return max((seconds for (_, n), seconds in known.items() if n == stems), default=None)


def _keep(known: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep it as the newest, and forget the oldest of too many."""
    known[key] = value
    known.move_to_end(key)
    while len(known) > _SETTINGS:
        known.popitem(last=False)


def _key(setting: Setting) -> _Key:
    return setting.geometry, len(setting.rows)
