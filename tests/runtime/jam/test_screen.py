"""What the musician reads."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from sideman.runtime.client import Status
from sideman.runtime.jam.meters import Reading
from sideman.runtime.jam.screen import (
    Screen,
    View,
    card_line,
    geometry_line,
    input_line,
    network_line,
    render,
    silence_line,
    state_line,
)

PLAYING = Status("playing", step=4, lead=4, advised=4, ahead=0.317, landing=0.1)
VIEW = View(PLAYING, 44_100, Reading(-12.3, -7, -6.1), Reading(), 83.4, round_trip=0.0348)


def test_how_far_ahead_the_band_plays() -> None:
    assert state_line(VIEW) == "The band plays 317 ms ahead (0.6 beats at 120 a minute)"
    away = Status("connecting", "48000 Hz is not this model's rate. 44100 Hz.")
    assert state_line(replace(VIEW, status=away)).endswith(
        "48000 Hz is not this model's rate. 44100 Hz."
    )


def test_step_and_lead_and_what_is_recommended() -> None:
    assert geometry_line(VIEW) == "Step 4, lead 4 columns, as recommended"
    for advised, said in (
        (0, "lead 4 columns"),
        (6, "lead 4 columns; a lead of 6 is recommended"),
    ):
        assert geometry_line(replace(VIEW, status=replace(PLAYING, advised=advised))).endswith(said)
    assert geometry_line(replace(VIEW, status=Status("connecting"))) == ""


def test_what_was_silent_is_told_as_time_of_each_stem_and_never_falls() -> None:
    assert silence_line(VIEW) == "Gaps in the band: 0 ms a stem"
    lost = replace(VIEW, status=replace(PLAYING, lost=8_820), stems=2)
    assert silence_line(lost) == "Gaps in the band: 100 ms a stem"
    # Half of it comes after all: it was silent nevertheless.
    came = replace(VIEW, status=replace(PLAYING, lost=4_410, late=4_410), stems=2)
    assert silence_line(came) == (
        "Gaps in the band: 100 ms a stem, 50 ms of it because sound came too late"
    )
    long = replace(VIEW, status=replace(PLAYING, lost=88_200))
    assert silence_line(long) == "Gaps in the band: 2.0 s a stem"


def test_what_happened_on_the_way_is_told_in_time() -> None:
    status = replace(PLAYING, repaired=88_200, context_lost=882)
    assert network_line(replace(VIEW, status=status, stems=4)) == (
        "Network: 500 ms of the band was sent again, 20 ms of you never arrived; "
        "it comes 100 ms early"
    )
    behind = replace(PLAYING, landing=-0.02)
    assert network_line(replace(VIEW, status=behind)).endswith("; it comes 20 ms too late")
    assert "early" not in network_line(replace(VIEW, status=replace(PLAYING, landing=0.0)))


def test_an_input_that_gives_only_zeros_is_remarked_after_some_seconds() -> None:
    assert input_line(replace(VIEW, heard=Reading(silent=4.9))) == ""
    silent = replace(VIEW, heard=Reading(silent=5.0))
    assert input_line(silent).startswith("Nothing comes from your input: ")
    assert "Nothing comes from your input" in render(silent).plain
    console = Console(file=StringIO(), soft_wrap=True)
    with Screen(console) as screen:
        screen.show(silent)
    assert "Nothing comes from your input" in console.file.getvalue()


def test_a_hint_is_shown() -> None:
    away = replace(VIEW, status=Status("connecting", "No answer yet."), hint="Does it run?")
    assert "Does it run?" in render(away).plain
    console = Console(file=StringIO(), soft_wrap=True)
    with Screen(console) as screen:
        screen.show(away)
    assert console.file.getvalue().endswith(
        "No answer yet. You -12.3, band -∞ dBFS. Does it run?\n"
    )


def test_the_sound_card_s_delay_is_left_out_where_it_is_unknown() -> None:
    assert card_line(VIEW) == "Sound card: 0 gaps in, 0 gaps out; 35 ms in and out"
    assert card_line(replace(VIEW, round_trip=0.0, missed_out=2)) == (
        "Sound card: 0 gaps in, 2 gaps out"
    )


def test_everything_stands_on_a_terminal_of_80_columns() -> None:
    status = replace(PLAYING, text="The band answers too late.")
    console = Console(file=StringIO(), force_terminal=True, width=80, color_system=None)
    with Screen(console) as screen:
        screen.show(replace(VIEW, status=status, recording="Recording to take: 83 s"))
    shown = console.file.getvalue()
    for said in (
        "-12.3 dBFS, peak  -6.1",
        "-∞  dBFS",
        "317 ms ahead",
        "answers too late",
        "Recording to take",
        "1:23 since the sound began",
    ):
        assert said in shown
    assert max(map(len, render(VIEW).plain.splitlines())) <= 80


def test_too_loud_is_said() -> None:
    assert "too loud" in render(replace(VIEW, heard=Reading(-1, 0.5, 0.5))).plain
    assert "too loud" not in render(VIEW).plain


@pytest.mark.parametrize("fault", ["", "The recording ends."])
def test_a_fault_takes_the_recording_s_line(fault) -> None:
    text = render(replace(VIEW, recording="Recording to take", fault=fault)).plain
    assert ("The recording ends." in text) == bool(fault)
    assert ("Recording to take" in text) == (not fault)


def test_without_a_terminal_lines_are_printed_when_something_changes_and_now_and_then() -> None:
    console = Console(file=StringIO(), soft_wrap=True)
    now = 0.0
    away = replace(VIEW, status=Status("connecting", "No answer yet."))
    with Screen(console, lambda: now) as screen:
        screen.show(away)
        now = 0.5
        screen.show(VIEW)  # a second has not passed
        now = 1.0
        screen.show(VIEW)
        now = 10.9
        screen.show(VIEW)
        now = 11.0
        screen.show(VIEW)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0] == ("83 s. The band is not here yet: No answer yet. You -12.3, band -∞ dBFS.")
    assert "317 ms ahead" in lines[1]
