"""How long a cycle counts, by what was played and what was measured before."""

from __future__ import annotations

from sideman.runtime.sharing.times import Ledger
from tests.runtime.native.settings import native_setting

SHORT, USUAL, OTHER = (native_setting(step=s, lead=n) for s, n in ((1, 2), (4, 4), (2, 4)))
TWO = native_setting(step=4, lead=4, stems="bass,drums")


def known(*, foreseen=(), played=()) -> Ledger:
    ledger = Ledger()
    for setting, seconds in foreseen:
        ledger.foresee(setting.geometry, len(setting.rows), seconds)
    for setting, seconds in played:
        ledger.note(setting, seconds)
    return ledger


def test_what_was_measured_for_a_setting_counts_until_it_is_played() -> None:
    ledger = known(foreseen=[(USUAL, 0.293)], played=[(SHORT, 0.2)])
    assert ledger.usual(USUAL) == 0.293
    assert ledger.usual(SHORT) == 0.2
    ledger.note(USUAL, 0.25)
    assert ledger.usual(USUAL) == 0.25


def test_what_nobody_knows_counts_as_the_slowest_like_it_whether_played_or_measured() -> None:
    assert known(foreseen=[(USUAL, 0.293)], played=[(SHORT, 0.2)]).usual(OTHER) == 0.293
    assert known(foreseen=[(USUAL, 0.293)], played=[(SHORT, 0.4)]).usual(OTHER) == 0.4
    # What was measured of a setting is forgotten once it was played.
    assert known(foreseen=[(USUAL, 0.9)], played=[(USUAL, 0.3)]).usual(OTHER) == 0.3


def test_other_numbers_of_stems_tell_nothing() -> None:
    assert known(foreseen=[(USUAL, 0.293)], played=[(SHORT, 0.2)]).usual(TWO) is None
    assert Ledger().usual(native_setting(stems="")) == 0.0
