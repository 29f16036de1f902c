"""What is said when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sideman.runtime.client import Status
from sideman.runtime.jam.last import silent_share, verdict
from sideman.runtime.jam.meters import Reading
from sideman.runtime.jam.screen import View

RATE = 44_100
#: Two stems play for ten seconds.
VIEW = View(Status("playing"), RATE, Reading(), Reading(), 12.0, stems=2, joined_at=2.0)


def view(seconds: float, late: float = 0.0, **changes) -> View:
    """Each stem was silent for so long, and for a part of it because sound came too late."""
    lost = round(2 * (seconds - late) * RATE)
    status = Status("playing", lost=lost, late=round(2 * late * RATE))
    return replace(VIEW, status=status, **changes)


@pytest.mark.parametrize(
    ("seen", "share"),
    [(view(0), 0.0), (view(6.6), 0.66), (view(6.6, late=5), 0.66), (view(1, away=4.0), 0.5)],
)
def test_silence_is_a_part_of_the_time_since_the_band_joined(seen, share) -> None:
    assert silent_share(seen) == pytest.approx(share)


def test_more_than_a_tenth_is_worth_a_sentence_with_what_to_try() -> None:
    assert verdict(view(0.99)) == ""
    said = verdict(view(6.6, late=5))
    assert said.startswith("The band was silent for 66 % of the time: ")
    assert "--columns 8" in said
    assert verdict(view(0, away=4.0)).startswith(
        "The band was silent for 40 % of the time: its server was away."
    )
    assert verdict(replace(VIEW, joined_at=None)) == "The band has not played."
