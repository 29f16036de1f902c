"""What could be played live, and what a busy machine hides."""

from __future__ import annotations

from typing import Any

import pytest

from sideman.runtime.listen.live import busy, measured, player_table, verdict
from sideman.runtime.playing.profile import Spread
from tests.runtime.listen.made_page import make_page


def spread(seconds: float) -> Spread:
    found = Spread.of([seconds] * 3)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("seconds", "live", "word"),
    [(0.4, True, "yes"), (1.49, True, "no"), (1.6, True, "no"), (0.01, False, "never")],
)
def test_what_could_be_played_live(seconds: float, live: bool, word: str) -> None:
    found, why = verdict(spread(seconds), {"step": 1.5, "deadline": 1.48, "live": live})
    assert found == word
    assert f"95 of 100 within {1000 * seconds:,.0f} ms" in why


@pytest.mark.parametrize(
    ("seconds", "disturbed", "said"),
    [
        (0.4, False, "shorter than a step, but due at once"),
        (0.4, True, "shorter than a step, but due at once"),
        (1.6, False, "does not even keep the pace of 1,500 ms"),
        (1.6, True, "on a busy machine: whether it is shorter than a step is not known"),
    ],
)
def test_the_pace_of_what_is_never_live(seconds: float, disturbed: bool, said: str) -> None:
    regime = {"step": 1.5, "deadline": -0.02, "live": False}
    word, why = verdict(spread(seconds), regime, disturbed)
    assert word == "never"
    assert why.endswith(said)


def cell(worked: float, waited: float | None = None, **other: Any) -> dict[str, Any]:
    """A second of cycles."""
    return {
        "player": "player-1",
        "regime": "look-ahead",
        "backend": "onnxruntime",
        "cycles": [0.5, 0.5],
        "worked": worked,
        "waited": waited,
        "setting": {"threads": 2},
    } | other


@pytest.mark.parametrize(
    ("found", "said"),
    [
        # Two threads, and one of two cores for them: worked as long as one that is alone does.
        (cell(1.0, 0.9), True),
        (cell(1.9, 0.05), False),
        (cell(0.98, 0.02), False),
        (cell(0.5, 0.5), True),
        (cell(0.1, 5.0, backend="tensorrt"), False),
    ],
    ids=["half of two", "two", "one", "half of one", "on a GPU"],
)
def test_who_waited_was_disturbed(found: dict[str, Any], said: bool) -> None:
    assert busy(found, [found]) is said


def test_what_a_host_gave_to_others_shows_as_work() -> None:
    """Linux in a virtual machine counts as work what its host gave to others."""
    fair, slowed = cell(1.6, 0.0), cell(2.1, 0.0, cycles=[0.8, 0.8])
    assert busy(slowed, [fair, slowed])
    assert not busy(fair, [fair, slowed])
    assert not busy(cell(1.9, 0.0), [fair])
    # The work of cycles is compared, not that of sounds of several lengths.
    assert not busy(cell(3.2, 0.0, cycles=[0.5] * 4), [fair])
    assert busy(slowed | {"regime": "immediate"}, [fair])
    # A lead decodes more columns the longer it is, and more threads wait for each other.
    assert not busy(slowed | {"regime": "lead-16"}, [fair | {"regime": "lead-1"}])
    assert not busy(slowed, [fair | {"setting": {"threads": 1}}])


def test_times_of_several_settings_are_told(tmp_path) -> None:
    record = make_page(tmp_path, ("bass",))
    assert "its times are mixed" not in player_table(record)
    record["cells"][0] |= {
        "setting": {"processor": "another", "threads": 1},
        "version": "9",
        "made": "2026-01-03T00:00:00+00:00",
    }
    table = player_table(record)
    assert table.count("its times are mixed") == 1
    assert "sideman 0 and 9" in table
    assert "from 2026-01-01 to 2026-01-03, on a processor and another" in " ".join(table.split())


def test_where_waiting_is_not_known_the_same_player_is_the_measure() -> None:
    alone, beside = cell(1.9), cell(1.9, cycles=[0.95, 0.95])
    assert not busy(alone, [alone, beside])
    assert busy(beside, [alone, beside])
    # Of one thread nobody knows more than that it should work all the time.
    assert not busy(beside, [beside])
    assert busy(cell(0.6), [cell(0.6)])


def test_disturbed_sounds_count_only_where_there_are_no_others() -> None:
    quick, slow = cell(1.9, 0.0, cycles=[0.5]), cell(1.9, 5.0, cycles=[2.0])
    found, disturbed = measured({"cells": [slow, quick]}, "player-1")
    assert (found and found.p50, disturbed) == (0.5, False)
    found, disturbed = measured({"cells": [slow]}, "player-1", "look-ahead")
    assert (found and found.p50, disturbed) == (2.0, True)
    assert measured({"cells": [slow]}, "player-1", "immediate") == (None, False)


def test_a_busy_machine_proves_nobody_too_slow(tmp_path) -> None:
    record = make_page(tmp_path, ("bass",))
    for each in record["cells"]:
        each |= {"cycles": [2.0], "worked": 3.8, "waited": 0.1}
    table = player_table(record)
    assert "too slow" in table
    assert "does not even keep the pace" in table
    for each in record["cells"]:
        each["waited"] = 1.0
    table = player_table(record)
    assert "too slow" not in table
    assert "does not even" not in table
    assert "not known" in table
    assert "measured on a busy machine" in table


def test_the_deadline_of_each_regime_is_told(tmp_path) -> None:
    table = player_table(make_page(tmp_path, ("bass",)))
    assert "due within 1,480 ms" in table
    assert "due at once" in table
    assert "A step lasts 1,500 ms" in table
