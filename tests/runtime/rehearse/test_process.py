"""The server's process: its end, its log and its profile."""

from __future__ import annotations

import sys
import time

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.process import ServerProcess, free_port

# A list, and not a threading.Event: its `set` takes the lock that `wait` may hold when the signal
# comes, and the process would hang.
OBEDIENT = """
import json, signal, sys, time
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
signal.signal(getattr(signal, "SIGBREAK", signal.SIGTERM), lambda *_: ended.append(True))
print("here I am", flush=True)
last = time.monotonic() + 20
while not ended and time.monotonic() < last:
    time.sleep(0.01)
json.dump({"arguments": sys.argv[1:-2]}, open(sys.argv[-1], "w"))
"""


def program(code):
    return [sys.executable, "-c", code]


def wait_for_log(server, text):
    end = time.monotonic() + 10
    while text not in server.log_tail():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_is_asked_to_end_and_leaves_its_profile():
    with ServerProcess(["a", "b"], program(OBEDIENT)) as server:
        wait_for_log(server, "here I am")
        server.check_alive()
        server.end()
        assert server.read_profile() == {"arguments": ["a", "b"]}


def test_a_server_that_dies_is_an_error_with_its_last_words():
    code = "import sys; [print('line', i) for i in range(50)]; sys.exit('cannot go on')"
    with ServerProcess([], program(code)) as server:
        wait_for_log(server, "cannot go on")
        server._process.wait(10)
        with pytest.raises(SidemanError, match=r"exit code 1\)[\s\S]*line 49\s*cannot go on") as e:
            server.check_alive()
        assert "line 30" not in str(e.value)


def test_without_a_profile_the_log_is_shown():
    with ServerProcess([], program("print('forgot it')")) as server:
        wait_for_log(server, "forgot it")
        server.end()
        with pytest.raises(SidemanError, match=r"left no profile[\s\S]*forgot it"):
            server.read_profile()


def test_a_server_that_ignores_the_request_is_killed(monkeypatch):
    monkeypatch.setattr("sideman.runtime.rehearse.process._PATIENCE", 0.2)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('stubborn', flush=True); time.sleep(60)"
    )
    with ServerProcess([], program(code)) as server:
        wait_for_log(server, "stubborn")
        started = time.monotonic()
    assert time.monotonic() - started < 10


def test_a_free_port_can_be_bound():
    assert 1024 < free_port() < 65_536


def test_its_log_is_read_in_any_encoding_of_the_terminal(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp437")
    with ServerProcess([], program("print('café ♭')")) as server:
        server._process.wait(10)
        assert "café ♭" in server.log_tail()
