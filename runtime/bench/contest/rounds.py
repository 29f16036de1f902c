"""Round by round, each contestant plays; nobody always follows the same."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import SidemanError
from sideman.runtime.bench.contest.contestants import Contestant
from sideman.runtime.bench.contest.entrant import Entrant, Played
from sideman.runtime.bench.contest.figures import Absent, Figures, Outcome, Record
from sideman.runtime.bench.contest.memory import available_bytes, needed_bytes
from sideman.runtime.rehearse.performance import Performance

#: Threads of one library may still look for work for a moment when the next one begins: seconds.
_SETTLE = 0.05
#: How often each is loaded where memory does not hold all at once.
_TURNS = 4

Say = Callable[[str], None]


@dataclass(frozen=True)
class Contest(Performance):
    """Options of a contest: a performance, and how much of it is measured.

    `bundle`, `backend` and `shortcuts` of the performance are not used: `contestants` has them.

    Attributes:
        contestants: who takes part; ratios are to the first.
        cycles: of each that are measured.
        warm_up: cycles of each before that, not counted.
        paced: each cycle begins a step's duration after the one before, whoever's that was.
        reload: load each anew for each turn; None does so where memory does not hold all at once.
        tolerance: largest relative error that passes; None takes what `sideman verify` does.
    """

    _: KW_ONLY
    contestants: Sequence[Contestant] = ()
    cycles: int = 20
    warm_up: int = 2
    paced: bool = False
    reload: bool | None = None
    tolerance: float | None = None


def run(contest: Contest, say: Say = lambda _: None) -> Outcome:
    """Load the contestants, let them play in turn, and compare.

    Args:
        contest: what is asked for.
        say: told what happens meanwhile, in a line.

    Raises:
        SidemanError: a folder is no bundle, or nothing can be run here.
    """
    bundles = {each.bundle: Bundle.open(each.bundle) for each in contest.contestants}
    needed = sum(needed_bytes(bundles[each.bundle].manifest) for each in contest.contestants)
    available = available_bytes()
    reload = contest.reload
    if reload is None:
        reload = available is not None and needed > available
    runner = _Runner(contest, say)
    try:
        runner.tell_who_is_not_installed()
        if reload:
            runner.run_in_turns()
        else:
            runner.run_side_by_side()
    finally:
        runner.close()
    return runner.outcome(reload)


class _Runner:
    def __init__(self, contest: Contest, say: Say) -> None:
        self._contest = contest
        self._say = say
        self._entrants: dict[int, Entrant] = {}
        self._records: dict[int, Record] = {}
        self._absent: dict[int, Absent] = {}
        self._due = 0.0

    def tell_who_is_not_installed(self) -> None:
        """One line for all of them, rather than one for each precision of each."""
        missing = [each.choice.name for each in self._contest.contestants if not each.installed]
        if missing:
            self._say(f"Not installed: {', '.join(dict.fromkeys(missing))}.")

    def run_side_by_side(self) -> None:
        """All are loaded; a round is a cycle of each."""
        for index in range(len(self._contest.contestants)):
            self._load(index)
        gc.collect()
        for number in range(-self._contest.warm_up, self._contest.cycles):
            played = {}
            for index in self._order(number):
                cycle = self._play(index, number)
                if cycle is not None:
                    played[index] = [cycle]
            if number >= 0:
                self._note(played)

    def run_in_turns(self) -> None:
        """One is loaded at a time; a round is some cycles of each, from the same beginning."""
        turns = min(_TURNS, self._contest.cycles)
        cycles = -(-self._contest.cycles // turns)
        self._say(f"One is loaded at a time, {turns} times {cycles} cycles each.")
        for turn in range(turns):
            played = {}
            for index in self._order(turn, range(len(self._contest.contestants))):
                if index in self._absent:
                    continue
                self._load(index)
                gc.collect()
                found = [
                    self._play(index, number)
                    for number in range(-self._contest.warm_up, cycles)
                    if index in self._entrants
                ][self._contest.warm_up :]
                if index in self._entrants:
                    played[index] = [cycle for cycle in found if cycle is not None]
                    self._entrants.pop(index).close()
            self._note(played)

    def outcome(self, reloaded: bool) -> Outcome:
        records = [self._records[i] for i in sorted(self._records) if i not in self._absent]
        if not records:
            reasons = "\n".join(str(each) for each in self._absent.values())
            raise SidemanError(f"Nothing can be timed here:\n{reasons}")
        return Outcome(
            tuple(Figures.of(each, records, self._contest.tolerance) for each in records),
            tuple(self._absent[i] for i in sorted(self._absent)),
            reloaded,
        )

    def close(self) -> None:
        for entrant in self._entrants.values():
            entrant.close()
        self._entrants.clear()

    def _order(self, number: int, among: Sequence[int] | None = None) -> list[int]:
        """Each goes first in turn, and every other round goes backwards: all neighbours change."""
        indices = list(self._entrants if among is None else among)
        if not indices:
            return []
        start = (number // 2) % len(indices)
        indices = indices[start:] + indices[:start]
        return indices[::-1] if number % 2 else indices

    def _load(self, index: int) -> None:
        contestant = self._contest.contestants[index]
        if contestant.installed:
            self._say(f"Loading {contestant.runs_on} …")
        try:
            entrant = Entrant(contestant, self._contest)
        except SidemanError as error:
            self._absent[index] = Absent(contestant, str(error))
            return
        self._entrants[index] = entrant
        if index in self._records:
            self._records[index].load_seconds.append(entrant.load_seconds)
        else:
            self._records[index] = Record(entrant, [entrant.load_seconds])

    def _play(self, index: int, number: int) -> Played | None:
        entrant = self._entrants.get(index)
        if entrant is None:
            return None
        audio = _audio(self._contest.seed, number, entrant.step_samples)
        self._wait(entrant.step_seconds)
        try:
            return entrant.play(audio)
        except SidemanError as error:
            self._absent[index] = Absent(entrant.contestant, str(error))
            self._entrants.pop(index).close()
            return None

    def _wait(self, step_seconds: float) -> None:
        if not self._contest.paced:
            time.sleep(_SETTLE)
            return
        now = time.perf_counter()
        time.sleep(max(0.0, self._due - now))
        self._due = max(now, self._due) + step_seconds

    def _note(self, played: dict[int, list[Played]]) -> None:
        """Keep a round's times, and how far what was played is from the reference's."""
        played = {i: cycles for i, cycles in played.items() if i not in self._absent}
        for index, cycles in played.items():
            reference = self._reference(index, list(played))
            self._records[index].add(cycles, self._records[reference], played[reference])

    def _reference(self, index: int, among: Sequence[int]) -> int:
        """The first backend in float32, else the first, that computes the same of the same."""
        same = sorted(i for i in among if self._records[i].entrant.key == self._key(index))
        exact = (i for i in same if self._records[i].entrant.precision == "fp32")
        return next(exact, same[0])

    def _key(self, index: int) -> object:
        return self._records[index].entrant.key


def _audio(seed: int | None, number: int, samples: int) -> NDArray[np.float32]:
    """What the musician plays in a cycle, [samples]: the same for all; noise at -20 dBFS."""
    rng = np.random.default_rng((seed or 0, number + 2**16))
    return 0.1 * rng.standard_normal(samples, dtype=np.float32)
