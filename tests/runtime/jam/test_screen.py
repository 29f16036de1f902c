"""What the musician reads."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from sideman.runtime.client import Status
from sideman.runtime.jam.meters import Reading
from sideman.runtime.jam.screen import Screen, View, card_line, network_line, render, state_line

PLAYING = Status("playing", step=4, lead=4, advised=4, ahead=0.317, landing=0.1)
VIEW = View(PLAYING, 44_100, Reading(-12.3, -7, -6.1), Reading(), 83.4, round_trip=0.0348)


def test_how_far_ahead_the_band_plays_and_what_is_recommended() -> None:
    assert state_line(VIEW) == (
        "The band plays 317 ms ahead (0.6 beats at 120 a minute): lead 4, as recommended"
    )
    for advised, said in ((0, "lead 4"), (6, "lead 4, 6 recommended")):
        assert state_line(replace(VIEW, status=replace(PLAYING, advised=advised))).endswith(said)
    away = Status("connecting", "48000 Hz is not this model's rate. 44100 Hz.")
    assert state_line(replace(VIEW, status=away)).endswith(
        "48000 Hz is not this model's rate. 44100 Hz."
    )


def test_what_was_lost_is_told_in_milliseconds() -> None:
    status = replace(PLAYING, lost=441, late=4_410, repaired=44_100, context_lost=882)
    line = network_line(replace(VIEW, status=status))
    assert "10 ms lost, 100 ms too late, 1000 ms on request; 20 ms of you never arrived" in line
    assert line.endswith("; 100 ms early")
    behind = replace(PLAYING, landing=-0.02)
    assert network_line(replace(VIEW, status=behind)).endswith("; 20 ms behind")
    assert "early" not in network_line(replace(VIEW, status=replace(PLAYING, landing=0.0)))


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
    assert lines[0] == "83 s. The band is not here yet: No answer yet."
    assert "317 ms ahead" in lines[1]
