"""Which contestant to use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sideman.runtime.bench.contest.figures import Figures, Ratio

#: Of two that are equally fast, one is faster in each of so many rounds once in eight times.
_FEWEST = 4
#: Fewer rounds, of which one ratio is so many times another, may tell more when there are more.
_ENOUGH, _WIDE = 64, 1.2


@dataclass(frozen=True)
class Verdict:
    """Which to use, and why.

    Attributes:
        chosen: to be used.
        text: sentences for people.
    """

    chosen: Figures
    text: str


def judge(figures: Sequence[Figures]) -> Verdict:
    """Choose the fastest of those that are exact enough, if it is faster than the first.

    A spread (`Ratio`) that reaches 1 counts as no faster.

    Args:
        figures: of all that were timed; the first is what the others are compared with. Yardsticks
            are not chosen, nor those that leave out what the first does not: their answer is
            another one, however close.
    """
    first, named = figures[0], names(figures)
    able = [
        each
        for each in figures
        if not each.yardstick and each.contestant.shortcuts == first.contestant.shortcuts
    ]
    exact = [each for each in able if each.passed]
    if not exact:
        return Verdict(first, f"Use {named[id(first)]}: nothing here is exact enough.")
    usual = first if first in exact else exact[0]
    best = min(exact, key=lambda each: each.ratio.median)
    text, told = "", None
    if best is usual:
        text = f"Use {named[id(usual)]}: nothing that is as exact as it has to be is faster."
        others = [each for each in exact if each is not usual]
        if others:
            next_one = min(others, key=lambda each: each.ratio.median)
            between = Ratio.of(next_one.times, usual.times)
            text += f" The next, {named[id(next_one)]}, takes {_times(between)}."
        elif len(exact) == 1 and len(able) == 1:
            text = f"There is nothing else here than {named[id(usual)]}."
    else:
        between = Ratio.of(best.times, usual.times)
        if len(best.times) < _FEWEST:
            text = f"Use {named[id(usual)]}: {len(best.times)} rounds are too few to tell more."
            best = usual
        elif between.high >= 1:
            text = (
                f"Use {named[id(usual)]}: {named[id(best)]} takes {_times(between)}, which proves "
                f"nothing, for that range reaches 1; it errs by {best.error:.1e}, rather than "
                f"{usual.error:.1e}.{_more_cycles(between, len(best.times))}"
            )
            best, told = usual, best
        else:
            text = (
                f"Use {named[id(best)]}: a cycle takes {_times(between)} as with "
                f"{named[id(usual)]}."
            )
    others = [each for each in exact if each is not told]
    return Verdict(best, text + _ties(others, best, usual, named) + _left_out(figures, best, named))


def _times(ratio: Ratio) -> str:
    return f"{ratio.median:.2f} times as long (from {ratio.low:.2f} to {ratio.high:.2f})"


def _more_cycles(ratio: Ratio, rounds: int) -> str:
    """Advise more cycles, where few were played and they differ by much."""
    if rounds >= _ENOUGH or ratio.high < _WIDE * ratio.low:
        return ""
    return f" {rounds} rounds with so wide a range are few: --cycles {4 * rounds} may tell more."


def _ties(exact: Sequence[Figures], best: Figures, usual: Figures, named: dict[int, str]) -> str:
    """Say of the others who are as fast as the best, for all that was measured."""
    if len(best.times) < _FEWEST:
        return ""
    ratios = {
        id(each): Ratio.of(each.times, best.times)
        for each in exact
        if each is not best and (best is usual or each is not usual)
    }
    equal = [each for each in exact if id(each) in ratios and _spans_one(ratios[id(each)])]
    return "".join(
        f" {named[id(each)]}, which takes {_times(ratios[id(each)])}, may be as fast; it errs by "
        f"{each.error:.1e}, rather than {best.error:.1e}."
        for each in equal
    )


def _spans_one(ratio: Ratio) -> bool:
    return ratio.low <= 1 <= ratio.high


def _left_out(figures: Sequence[Figures], best: Figures, named: dict[int, str]) -> str:
    """Say of the faster ones that they err by too much."""
    return "".join(
        f" {named[id(each)]} is faster, but {_fault(each)}."
        for each in figures
        if not each.yardstick and not each.passed and Ratio.of(each.times, best.times).high < 1
    )


def _fault(each: Figures) -> str:
    if each.tolerance is None:
        return "its calibration does not say that it keeps to its bound"
    return f"errs by {each.error:.1e}, where {each.tolerance:g} passes" + (
        f" ({each.bound})" if each.bound else ""
    )


def names(figures: Sequence[Figures]) -> dict[int, str]:
    """What each is called, by its id: with its bundle where there are several."""
    several = len({each.contestant.bundle for each in figures}) > 1
    return {
        id(each): f"{each.name} with {each.contestant.bundle.name}" if several else each.name
        for each in figures
    }
