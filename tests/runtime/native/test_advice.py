"""The lead that is advised: enough at once, less only after a while."""

from __future__ import annotations

import pytest

from sideman.runtime.native.advice import LeadAdvice
from sideman.runtime.streaming.control import MARGINS
from sideman.runtime.streaming.lane import Placement

RATE = 44_100


def place(lead: int) -> Placement:
    return Placement(0, 4, lead, 882)


def landing(lead: int, path: float) -> float:
    """What a client reports where stems take so many seconds from their boundary to it."""
    return place(lead).ahead - path * RATE


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("path", [0.001, 0.02, 0.1, 0.33, 1.0])
@pytest.mark.parametrize("lead", [1, 4, 12])
def test_the_smallest_lead_that_suffices(margin: str, path: float, lead: int) -> None:
    advice = LeadAdvice(margin, RATE, 40)
    advised = advice.note(place(lead), landing(lead, path), 0.0)
    wanted = {"tight": 0.005, "normal": 0.02, "safe": 0.06}[margin]
    assert landing(advised, path) >= wanted * RATE - 1
    assert advised == 1 or landing(advised - 1, path) < wanted * RATE


def test_up_at_once_and_down_slowly() -> None:
    advice = LeadAdvice("normal", RATE, 40)
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
    advice = LeadAdvice("normal", RATE, 40)
    assert advice.note(place(4), landing(4, 0.02), 0.0, 0.01) == 2
    assert advice.note(place(4), landing(4, 0.02), 0.5, 0.30) == 5
    assert advice.note(place(4), landing(4, 0.30), 1.0, 0.01) == 5


def test_no_more_than_there_is_room_for() -> None:
    assert LeadAdvice("safe", RATE, 7).note(place(4), landing(4, 30.0), 0.0) == 7
