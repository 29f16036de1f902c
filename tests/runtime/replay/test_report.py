"""What the last line of a replay says."""

from __future__ import annotations

import pytest

from sideman.runtime.replay.outcome import Outcome
from sideman.runtime.replay.report import last_line


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(answers=5, same=5, heard=5), "5 of 5 steps the same."),
        (Outcome(answers=5, same=4, heard=5, first="Step 2."), "4 of 5 steps the same."),
        (Outcome(), "Nothing was played in it."),
        (Outcome(heard=3), "No step was answered in it."),
        (
            Outcome(answers=5, same=5, heard=5, damage="Entry 9."),
            "5 of 5 steps the same before the damage; the rest was not run.",
        ),
        (
            Outcome(answers=5, same=5, heard=5, stopped="Entry 9."),
            "5 of 5 steps the same up to there; the rest was not run.",
        ),
    ],
)
def test_what_was_not_run_is_no_success(outcome, said) -> None:
    assert last_line(outcome) == said
