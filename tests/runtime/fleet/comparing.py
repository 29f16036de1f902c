"""Is every sample at its place? What a client heard against what it had played itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

#: A sample that errs by no more is the right one.
EXACT = 1e-4
#: Samples of the ramp beside something that is missing (3 ms), and of two steps' fade.
RAMP, FADE = 132, 882
#: Samples whose gain can be told.
_LOUD = 0.02
#: Samples beside a run that are looked at, too: one of them is loud enough.
_BESIDE = 8
#: Samples in which a gain has moved: a ramp and a fade together move by less than half a fade's
#: slope for half a ramp's length at the most.
_STILL = 160
#: Places of wrong samples that are kept, and values of each.
_KEPT, _VALUES = 20, 64


class Comparison:
    """Compares what comes back from an echo, block by block, with what was played.

    A sample is exact, or silent (a step that came late or never), or soft: on a client's ramp into
    a silence or out of it, where it is the right one times a gain that falls or rises. Everything
    else is wrong, and kept.

    Attributes:
        exact: samples of that kind; `silent`, `soft` and `wrong` likewise.
        places: of wrong samples: where, when, and which values stood there.
        at: as given.

    Args:
        at: what was played at positions [n], float32 [n]; zero before it began.
    """

    def __init__(self, at: Callable[[np.ndarray], np.ndarray]) -> None:
        self.exact = self.silent = self.soft = self.wrong = 0
        self.places: list[dict[str, Any]] = []
        self.at = at

    def take(self, position: int, heard: np.ndarray, delay: int, **where: Any) -> float:
        """Compare a block; tells which share of it is silent.

        Args:
            position: of its first sample.
            heard: float32 [n].
            delay: samples from what was played to its echo.
            where: noted beside wrong samples.
        """
        wanted = self.at(np.arange(position, position + len(heard)) - delay)
        exact = np.abs(heard - wanted) <= EXACT
        silent = ~exact & (heard == 0)
        self.exact += int(exact.sum())
        self.silent += int(silent.sum())
        other = ~exact & ~silent
        # What is too quiet to tell a gain does not end a run.
        for begin, end in _runs(other | (exact & (np.abs(wanted) <= _LOUD))):
            inside = begin + np.flatnonzero(other[begin:end])
            if not len(inside):
                continue
            first, last, count = int(inside[0]), int(inside[-1]) + 1, len(inside)
            if _is_ramp(heard, wanted, first, last):
                self.soft += count
                continue
            self.wrong += count
            if len(self.places) < _KEPT:
                values = slice(first, min(last, first + _VALUES))
                self.places.append(
                    {
                        "position": position + first,
                        "offset": first,
                        "count": count,
                        "heard": [float(v) for v in heard[values]],
                        "wanted": [float(v) for v in wanted[values]],
                        **where,
                    }
                )
        return float((heard == 0).mean())

    def counts(self) -> dict[str, int]:
        """How many samples are of which kind."""
        return {
            "compared": self.exact + self.soft + self.wrong,
            "exact": self.exact,
            "soft": self.soft,
            "silent": self.silent,
            "wrong": self.wrong,
        }


def whose(values: Iterable[float], sounds: Iterable[tuple[int, np.ndarray]]) -> list[list[int]]:
    """In which sounds these values stand one after the other: number and index of each place.

    Args:
        values: some samples, at their full level.
        sounds: numbers and samples.
    """
    wanted = np.asarray(list(values), np.float32)
    found: list[list[int]] = []
    for number, sound in sounds:
        for index in np.flatnonzero(np.abs(sound - wanted[0]) <= EXACT):
            part = sound[index : index + len(wanted)]
            if len(part) == len(wanted) and (np.abs(part - wanted) <= EXACT).all():
                found.append([number, int(index)])
    return found


def _runs(there: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last index of each run of true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _is_ramp(heard: np.ndarray, wanted: np.ndarray, first: int, last: int) -> bool:
    """Whether these are the right samples under a gain that moves, no faster than ramps do.

    Args:
        heard: a block, float32 [n].
        wanted: likewise.
        first: of the samples that are meant.
        last: one past the last of them.
    """
    these = slice(first, last)
    if (np.abs(heard[these]) > np.abs(wanted[these]) + EXACT).any():
        return False
    # What stands beside them is part of the ramp: one wrong sample among right ones is none.
    beside = slice(max(0, first - _BESIDE), last + _BESIDE)
    _, slopes, gain = _gains(heard[beside], wanted[beside])
    if (gain < 0).any() or (slopes > 1.2 / RAMP + EXACT).any():
        return False
    loud, slopes, _ = _gains(heard[these], wanted[these])
    # A gain that stays is no ramp; where one step falls into a hole while the other rises it stands
    # nearly still, but not for long.
    return len(loud) < _STILL or bool(np.median(slopes) > 0.5 / FADE)


def _gains(heard: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where a gain can be told, how much it moves from there to the next such place, and itself."""
    loud = np.flatnonzero(np.abs(wanted) > _LOUD)
    gain = heard[loud] / wanted[loud]
    return loud, np.abs(np.diff(gain)) / np.diff(loud), gain
