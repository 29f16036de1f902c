"""Which of made-up contestants is to be used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.bench.contest.contestants import Contestant
from sideman.runtime.bench.contest.figures import Figures, Ratio, bound_between, tolerance_between
from sideman.runtime.bench.contest.verdict import judge
from sideman.runtime.bench.contest.yardsticks import Yardstick
from sideman.runtime.playing.shortcuts import Shortcuts

FIRST = (1.0, 1.2, 0.9, 1.0)


def made(name, *factors, error=0.0, bundle="a", yardstick=False, keeps_bound=None):
    """A contestant whose cycles take so many times as long as the first one's."""
    factors = factors * len(FIRST) if len(factors) == 1 else factors
    times = tuple(time * factor for time, factor in zip(FIRST, factors, strict=True))
    stick = Yardstick(name, None) if yardstick else None
    return Figures(
        name=name,
        bundle=bundle,
        contestant=Contestant(Path(bundle), BackendChoice(name), stick),
        line=name,
        precision="fp32",
        evaluations=2,
        stems=("bass",),
        yardstick=yardstick,
        load_seconds=(1.0,),
        grown_bytes=None,
        cycles=tuple({"cycle": time} for time in times),
        times=times,
        ratio=Ratio.of(times, FIRST),
        compared=True,
        latent_error=error,
        sound_error=error / 2,
        tolerance=1e-3 if keeps_bound is None else None,
        keeps_bound=bool(keeps_bound),
        deadline_seconds=1.48,
    )


def test_a_ratio_is_taken_round_by_round() -> None:
    """Rounds that differ by far still have the same ratio."""
    ratio = Ratio.of((1.0, 10.0, 100.0), (2.0, 20.0, 200.0))
    assert (ratio.low, ratio.median, ratio.high) == (0.5, 0.5, 0.5)
    assert str(Ratio.of(range(1, 10), [1] * 9)) == "5.00 (3.00 to 7.00)"


def test_of_few_rounds_the_extremes_are_told() -> None:
    assert str(Ratio.of((1, 2, 3, 4, 5), (1, 1, 1, 1, 1))) == "3.00 (1.00 to 5.00)"


def test_the_fastest_is_used_and_its_ratio_told() -> None:
    verdict = judge([made("usual", 1), made("good", 0.8), made("better", 0.6, 0.5, 0.5, 0.4)])
    assert verdict.chosen.name == "better"
    assert "0.50 times as long (from 0.40 to 0.60) as with usual" in verdict.text


def test_who_is_fast_and_wrong_is_not_used_but_named() -> None:
    verdict = judge([made("usual", 1), made("good", 0.8), made("wrong", 0.1, error=0.02)])
    assert verdict.chosen.name == "good"
    assert "wrong is faster, but errs by 2.0e-02, where 0.001 passes" in verdict.text


def test_eight_bits_are_judged_by_their_calibration() -> None:
    good, forced = (made("int8", 0.5, error=0.3, bundle=b, keeps_bound=b == "b") for b in "bc")
    assert judge([made("usual", 1), good]).chosen is good
    verdict = judge([made("usual", 1), forced])
    assert verdict.chosen.name == "usual"
    assert "its calibration does not say" in verdict.text


def test_another_answer_is_never_advised() -> None:
    short = made("short", 0.1, keeps_bound=True)
    contestant = replace(short.contestant, shortcuts=Shortcuts(1, "known"))
    verdict = judge([made("usual", 1), replace(short, contestant=contestant)])
    assert verdict.chosen.name == "usual"


def test_a_spread_that_reaches_one_is_no_faster() -> None:
    verdict = judge([made("usual", 1), made("other", 0.7, 0.8, 1.1, 1.2)])
    assert verdict.chosen.name == "usual"
    # Said once, and nothing of it again as a tie.
    assert verdict.text == (
        "Use usual: other takes 0.95 times as long (from 0.70 to 1.20), which proves nothing, for "
        "that range reaches 1; it errs by 0.0e+00, rather than 0.0e+00. 4 rounds with so wide a "
        "range are few: --cycles 16 may tell more."
    )


def test_more_cycles_are_advised_only_where_the_spread_is_wide() -> None:
    verdict = judge([made("usual", 1), made("other", 0.98, 0.99, 1.0, 1.01)])
    assert "--cycles" not in verdict.text


@pytest.mark.parametrize(
    ("precisions", "said"),
    [
        (("bf16", "float32", "fp32"), "the bound of bf16"),
        (("bf16", "float16", "fp32"), "the bound of fp16, in which its bundle is"),
        (
            ("fp32", "fp32", "fp16"),
            "the bound of fp16, in which the bundle is that it is compared with",
        ),
        (("int8", "fp32", "fp32"), ""),
    ],
)
def test_it_says_where_a_bound_comes_from(precisions, said) -> None:
    assert bound_between(*precisions) == said
    wrong = replace(made("wrong", 0.1, error=0.2), bound="the bound of fp16", tolerance=0.1)
    assert "errs by 2.0e-01, where 0.1 passes (the bound of fp16)." in (
        judge([made("usual", 1), wrong]).text
    )


def test_who_is_as_fast_is_named_with_what_it_errs_by() -> None:
    others = [made("good", 0.5, error=1e-4), made("equal", 0.6, 0.5, 0.5, 0.4), made("slow", 0.8)]
    verdict = judge([made("usual", 1), *others])
    assert verdict.chosen.name == "good"
    assert (
        "equal, which takes 1.00 times as long (from 0.80 to 1.20), may be as fast; it errs by "
        "0.0e+00, rather than 1.0e-04." in verdict.text
    )
    assert "slow" not in verdict.text


def test_two_rounds_prove_nothing(monkeypatch) -> None:
    monkeypatch.setattr(f"{__name__}.FIRST", (1.0, 1.0))
    verdict = judge([made("usual", 1), made("other", 0.5)])
    assert verdict.chosen.name == "usual"
    assert "2 rounds are too few" in verdict.text


def test_the_first_is_used_where_nothing_is_faster() -> None:
    verdict = judge([made("usual", 1), made("slow", 2), made("slower", 3)])
    assert verdict.chosen.name == "usual"
    assert "slow, takes 2.00" in verdict.text


def test_yardsticks_are_never_used() -> None:
    assert judge([made("usual", 1), made("torch", 0.1, yardstick=True)]).chosen.name == "usual"


def test_the_first_is_not_used_where_it_errs_by_too_much() -> None:
    verdict = judge([made("short", 1, error=0.5), made("exact", 2)])
    assert verdict.chosen.name == "exact"
    assert "short is faster, but errs" in verdict.text


def test_of_several_bundles_the_one_is_named() -> None:
    verdict = judge([made("usual", 1), made("usual", 0.5, bundle="b")])
    assert verdict.text.startswith("Use usual with b")


@pytest.mark.parametrize(
    ("precisions", "tolerance"),
    [
        (("fp32",), 1e-3),
        (("fp32", "float16"), 0.1),
        (("bf16", "fp32"), 0.08),
        (("int8", "fp32"), None),
    ],
)
def test_what_passes_is_what_verify_lets_pass(precisions, tolerance) -> None:
    assert tolerance_between(*precisions) == tolerance
