"""Which contestant to use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sideman.runtime.bench.contest.figures import Figures, Ratio

#: Of two that are equally fast, one is faster in each of so many rounds once in eight times.
_FEWEST = 4


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
    first, named = figures[0], _names(figures)
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
    text = ""
    if best is usual:
        text = f"Use {named[id(usual)]}: nothing that is as exact as it has to be is faster."
        others = [each for each in exact if each is not usual]
        if others:
            next_one = min(others, key=lambda each: each.ratio.median)
            between = Ratio.of(next_one.times, usual.times)
            text += f" The next, {named[id(next_one)]}, takes {between} times as long."
        elif len(exact) == 1 and len(able) == 1:
            text = f"There is nothing else here than {named[id(usual)]}."
    else:
        between = Ratio.of(best.times, usual.times)
        if len(best.times) < _FEWEST:
            text = f"Use {named[id(usual)]}: {len(best.times)} rounds are too few to tell more."
            best = usual
        elif between.high >= 1:
            text = (
                f"Use {named[id(usual)]}: {named[id(best)]} takes {between} times as long, which "
                "is no faster, for the spread reaches 1."
            )
            best = usual
        else:
            text = (
                f"Use {named[id(best)]}: a cycle takes {between} times as long as with "
                f"{named[id(usual)]}."
            )
    return Verdict(best, text + _ties(exact, best, usual, named) + _left_out(figures, best, named))


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
        f" {named[id(each)]} is as fast ({ratios[id(each)]} times as long) and errs by "
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
    return f"errs by {each.error:.1e}, where {each.tolerance:g} passes"


def _names(figures: Sequence[Figures]) -> dict[int, str]:
    several = len({each.contestant.bundle for each in figures}) > 1
    return {
        id(each): f"{each.name} with {each.contestant.bundle.name}" if several else each.name
        for each in figures
    }
