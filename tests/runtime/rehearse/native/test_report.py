"""What a native rehearsal prints."""

from __future__ import annotations

from dataclasses import asdict
from io import StringIO
from typing import Any

from rich.console import Console

from sideman.runtime.client import Status
from sideman.runtime.rehearse.native.report import longer_steps, show, why_failed

RATE = 44_100


def data(advised: int = 0, counters: dict[str, int] | None = None, **client) -> dict[str, Any]:
    return {
        "server_counters": counters or {},
        "stems": ["bass", "drums"],
        "rate": RATE,
        "seconds": 24.0,
        "step_columns": 4,
        "lead_columns": 4,
        "advised_lead_columns": advised,
        "ahead_seconds": 0.317,
        "client": asdict(Status("closed", **client)),
    }


def shown(figures: dict[str, Any]) -> str:
    console = Console(file=StringIO(), soft_wrap=True)
    show(figures, console)
    return console.file.getvalue()


def test_what_was_silent_is_told_as_time_of_each_stem() -> None:
    said = shown(data(lost=4_410, late=4_410, repaired=88_200, context_lost=441, landing=0.1))
    assert "was silent for 0.10 s where it should have played: 0.05 s because sound" in said
    assert "came too late, 0.05 s because none came while it played. The network" in said
    assert "lost 1.00 s of each stem, which were sent again, and 0.01 s of what was" in said
    assert "99 of 100 packets of stems came 100 ms or more before they were played" in said


def test_what_the_server_did_not_answer_in_time_is_told() -> None:
    said = shown(data(lost=4_410, counters={"late": 6, "dropped": 3, "errors": 0}))
    assert "The server answered 6 steps late and 3 not at all." in said
    assert "The server" not in shown(data(lost=4_410, counters={"late": 0, "dropped": 0}))


def test_where_nothing_came_back_nothing_was_early() -> None:
    assert "99 of 100" not in shown(data())
    assert "no more than 20 ms too late" in shown(data(landing=-0.02))


def test_longer_steps_are_longer_and_fit() -> None:
    assert longer_steps(4, 4) == ["longer steps (--columns 8)"]
    assert longer_steps(12, 16) == ["longer steps (--columns 24)"]
    assert longer_steps(20, 16) == ["longer steps (--columns 24)"]
    assert longer_steps(24, 16) == []
    assert longer_steps(0, 0) == ["longer steps (--columns 8)"]


def test_a_failure_has_a_reason() -> None:
    assert why_failed(data(landing=0.1), silent=False) == ""
    assert "Try --lead 6 or fewer stems." in why_failed(data(advised=6, late=9), silent=False)
    close = "Stems come too late."
    said = why_failed(data(lost=9, text=close), silent=False)
    assert "Try longer steps (--columns 8) or fewer stems." in said
    assert said.endswith(close)
    # The server has said what suffices.
    slow = "A cycle takes 480 ms, a step 372 ms: use steps of at least 6 columns, or fewer stems."
    said = why_failed(data(lost=9, text=slow), silent=False)
    assert said.startswith("It failed: ")
    assert "Try" not in said
    assert said.endswith(slow)
    assert why_failed(data(text="The server is gone."), silent=True) == (
        "The last that was told: The server is gone."
    )
    assert "--seconds" in why_failed(data(), silent=True)
