"""What the panel draws, and what it leaves behind."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from sideman.engine.errors import SidemanError
from sideman.runtime.serve.panel import Panel, check_terminal, render
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.turn import Counts
from tests.runtime.serve.test_command import PROGRAM

PLAYING = Figures(
    state="ready", detail="demo", uptime=754.0, client="127.0.0.1:7400", quiet=0.4, cycle=0.412,
    usual=0.398, most=0.455, deadline=1.48, step=1.5, cycles=900, late=40, dropped=30, lost=4.0,
    session=Counts(498, 2, 1, 0.0121), errors=3,
    levels={"bass": -18.4, "drums": -60.0}, error="Batch 77: 512 samples did not come.",
    error_age=12.0,
)  # fmt: skip


def drawn(figures: Figures, *lines: str, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    console.print(render(figures, lines, width))
    return console.file.getvalue()


def test_everything_that_was_asked_for_is_there() -> None:
    text = drawn(PLAYING, "12:00:01 INFO    Listening on 127.0.0.1:7000")
    for said in (
        "ready  demo; plays with 127.0.0.1",
        "412 of 1480 ms; usual 398, p99 455",
        "498 answered, 2 late, 1 dropped; 12 ms of the context lost",
        "bass", "-18.4 dBFS", "drums", "-∞ dBFS",
        "errors   3; 12 s ago: Batch 77: 512 samples did not come.",
        "Listening on", "12:34 since the start",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_longer_than_the_terminal_or_broken(width: int) -> None:
    long = replace(PLAYING, error="x" * 300, detail="y" * 300)
    text = drawn(long, "z" * 300, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert len(text.splitlines()) == len(drawn(PLAYING, "z").splitlines())


def test_before_anything_is_played_and_when_a_client_has_gone() -> None:
    text = drawn(Figures(detail="40 % decode"))
    assert "loading  40 % decode" in text
    assert "no step was answered yet" in text
    assert "errors   none" in text
    gone = drawn(replace(PLAYING, quiet=60.0))
    assert "127.0.0.1 is silent" in gone
    assert "-18.4" not in gone
    left = drawn(Figures("ready", "demo", cycles=7, session=Counts(7)))
    assert "cycle    nobody plays" in left
    assert "7 answered" in left


def test_a_client_in_a_session_plays_even_where_it_is_not_answered() -> None:
    text = drawn(replace(PLAYING, quiet=12.0, held=True))
    assert "127.0.0.1 plays and waits since 12 s" in text
    assert "silent" not in text


def test_what_to_do_where_most_steps_are_late() -> None:
    assert "late     longer steps" in drawn(replace(PLAYING, too_late="longer steps"))


def test_late_is_red_and_close_is_yellow() -> None:
    def colours(cycle: float) -> str:
        console = Console(
            width=80, file=io.StringIO(), force_terminal=True, color_system="standard"
        )
        console.print(render(replace(PLAYING, cycle=cycle, session=Counts(), error="")))
        return console.file.getvalue()

    assert "\x1b[31m" in colours(1.6)
    assert "\x1b[33m" in colours(1.3)
    assert not {"\x1b[31m", "\x1b[33m"} & set(colours(0.4).partition("█")[:1])


def test_the_log_goes_into_the_panel_and_the_terminal_is_left_as_it_was() -> None:
    console = Console(width=80, file=io.StringIO(), force_terminal=True)
    log = logging.getLogger("sideman.runtime.server")
    before = list(logging.getLogger().handlers)

    def fail() -> None:
        with Panel(lambda: PLAYING, logging.INFO, console):
            log.info("A line\nof two.")
            raise SidemanError("The port is busy.")

    with pytest.raises(SidemanError):
        fail()
    text = console.file.getvalue()
    assert "A line of two." in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1, "the cursor is there again"
    assert logging.getLogger().handlers == before
    assert "sideman-panel" not in [thread.name for thread in threading.enumerate()]


def test_without_a_terminal_it_is_refused() -> None:
    with pytest.raises(SidemanError, match="standard error is none") as refused:
        check_terminal(Console(file=io.StringIO()))
    assert "/stats" in refused.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_ctrl_c_ends_a_server_with_a_panel_and_gives_the_cursor_back(tmp_path: Path) -> None:
    import pty

    (tmp_path / "made").mkdir()
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [
                sys.executable, "-c", PROGRAM, str(tmp_path / "made"), "--panel",
                "--listen", "127.0.0.1:0", "--reply", "127.0.0.1:9",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        )  # fmt: skip
        os.close(theirs)
        seen, until = b"", time.monotonic() + 30
        while b"ready" not in seen and time.monotonic() < until:
            seen += os.read(ours, 65_536)
        process.send_signal(signal.SIGINT)
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # Linux says so of a terminal that the last process has left
                break
            if not part:
                break
            seen += part
        assert process.wait(10) == 0
    finally:
        os.close(ours)
    assert b"no step was answered yet" in seen
    assert b"Stopped: 0 cycles" in seen
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")
    assert b"Traceback" not in seen
