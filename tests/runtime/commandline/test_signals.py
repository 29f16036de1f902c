"""A program that is asked to end puts everything in order first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

#: Starts a server that would go on for a minute, tells its number and folder, and waits.
PROGRAM = """
import sys, time
from sideman.runtime.commandline.signals import ended_by_signals
from sideman.runtime.rehearse.process import ServerProcess

forever = "import time; time.sleep(60)"
with ended_by_signals(), ServerProcess([], [sys.executable, "-c", forever]) as server:
    print(server._process.pid, server._folder.name, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither of these signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_no_server_and_no_folder_is_left(name: str) -> None:
    number = getattr(signal, name)
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as program:
        pid, folder = program.stdout.readline().decode().split()
        assert Path(folder).is_dir()
        program.send_signal(number)
        assert program.wait(30) == 128 + number
    assert not Path(folder).exists()
    end = time.monotonic() + 10
    while _alive(int(pid)):
        assert time.monotonic() < end
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_handlers_are_as_before() -> None:
    from sideman.runtime.commandline.signals import ended_by_signals

    before = signal.getsignal(signal.SIGTERM)
    with ended_by_signals():
        changed = signal.getsignal(signal.SIGTERM) is not before
        assert changed == (before == signal.SIG_DFL)
    assert signal.getsignal(signal.SIGTERM) is before
