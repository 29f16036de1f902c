"""The lead that is advised: enough at once, less only after a while."""

from __future__ import annotations

import re

import pytest

from sideman.runtime.native.advice import LeadAdvice, says_too_slow, too_slow
from sideman.runtime.streaming.control import MARGINS
from sideman.runtime.streaming.lane import Placement

RATE = 44_100


def place(lead: int, step: int = 4) -> Placement:
    return Placement(0, step, lead, 882)


def landing(lead: int, path: float) -> float:
    """What a client reports where stems take so many seconds from their boundary to it."""
    return place(lead).ahead - path * RATE


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("path", [0.001, 0.02, 0.1, 0.33, 1.0])
@pytest.mark.parametrize("lead", [1, 4, 12])
def test_the_smallest_lead_that_suffices(margin: str, path: float, lead: int) -> None:
    advice = LeadAdvice(margin, RATE, 48)
    advised = advice.note(place(lead), landing(lead, path), 0.0)
    wanted = {"tight": 0.005, "normal": 0.02, "safe": 0.06}[margin]
    assert landing(advised, path) >= wanted * RATE - 1
    assert advised == 1 or landing(advised - 1, path) < wanted * RATE


def test_up_at_once_and_down_slowly() -> None:
    advice = LeadAdvice("normal", RATE, 48)
    assert advice.note(place(4), landing(4, 0.02), 0.0) == 2
    assert advice.note(place(4), landing(4, 0.30), 0.5) == 5
    for now in (1.0, 5.0, 10.5):
        assert advice.note(place(4), landing(4, 0.02), now) == 5
    # A bad moment in between counts for all of the time.
    assert advice.note(place(4), landing(4, 0.15), 10.6) == 5
    assert advice.note(place(4), landing(4, 0.02), 11.1) == 3
    assert advice.note(place(4), landing(4, 0.02), 15.0) == 3
    assert advice.note(place(4), landing(4, 0.02), 25.1) == 2


def test_cycles_count_where_they_were_longer_than_what_landed_says() -> None:
    advice = LeadAdvice("normal", RATE, 48)
    assert advice.note(place(4), landing(4, 0.02), 0.0, 0.01) == 2
    assert advice.note(place(4), landing(4, 0.02), 0.5, 0.30) == 5
    assert advice.note(place(4), landing(4, 0.30), 1.0, 0.01) == 5


def test_no_more_than_there_is_room_for() -> None:
    assert LeadAdvice("safe", RATE, 15).note(place(4), landing(4, 30.0), 0.0) == 7


def test_at_the_ceiling_nothing_is_promised() -> None:
    advice = LeadAdvice("normal", RATE, 15)
    advice.note(place(4), landing(4, 0.32), 0.0)
    assert advice.warning(place(4), landing(4, 0.32)) == (
        "Stems come too late; a lead of 5 would be safe."
    )
    assert advice.warning(place(5), landing(5, 0.32)) == ""
    assert advice.note(place(7), landing(7, 0.8), 0.5) == 7
    said = advice.warning(place(7), landing(7, 0.8))
    assert "a lead of 7, the largest with this step, may not be enough" in said
    assert "safe" not in said


def test_another_step_has_another_ceiling() -> None:
    advice = LeadAdvice("normal", RATE, 15)
    assert advice.note(place(4), landing(4, 30.0), 0.0) == 7
    assert advice.note(place(4, step=2), landing(4, 30.0), 0.5) == 11


def test_cycles_that_take_longer_than_a_step_are_told_of() -> None:
    assert too_slow(None, place(8), RATE, 48) == ""
    assert too_slow(0.3715, place(8), RATE, 48) == ""
    assert too_slow(0.4739, place(8), RATE, 48).startswith("A cycle takes 480 ms, a step 372 ms")


@pytest.mark.parametrize("margin", MARGINS)
def test_a_step_that_is_advised_lasts_longer_than_a_cycle_with_its_reserve(margin: str) -> None:
    said = too_slow(1.97, place(16, step=16), RATE, 96, margin)
    step, lead = map(int, re.findall(r"at least (\d+) columns with a lead of (\d+)", said)[0])
    reserve = {"tight": 0.005, "normal": 0.02, "safe": 0.06}[margin]
    assert place(lead, step).step_samples / RATE >= 1.97 + reserve
    assert place(lead, step - 1).step_samples / RATE < 1.97 + reserve
    assert place(lead, step).ahead / RATE >= 1.97 + reserve


def test_where_no_step_suffices_none_is_advised() -> None:
    said = too_slow(1.97, place(26, step=16), RATE, 64)
    assert said == (
        "A cycle takes 1970 ms, a step 1486 ms, and no step that fits would suffice: use fewer "
        "stems or a faster machine."
    )
    assert says_too_slow(said)
