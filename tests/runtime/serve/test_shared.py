"""`sideman serve --sessions N` as a process."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from sideman.runtime.client import Client
from sideman.runtime.rehearse.process import free_port
from tests.models.places import BUNDLE
from tests.runtime.sharing.waiting import until


def serve(*options: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "sideman.runtime", "serve", str(BUNDLE), *options],
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "option", [["--record", "x"], ["--debug-dir", "x"], ["--profile", "x.json"],
               ["--trace", "x.json"], ["--reply", "127.0.0.1:8000"]],
    ids=lambda option: option[0],
)  # fmt: skip
def test_what_is_for_one_player_is_refused(option, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, log = serve("--sessions", "2", *option).communicate(timeout=60)
    assert log.startswith(f"error: {option[0]} is for one performer")
    assert not list(tmp_path.iterdir())


def _answered(client: Client) -> bool:
    status = client.status
    return status.state == "playing" or status.text.startswith("There is no room")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_two_are_answered_and_a_signal_ends_it_cleanly() -> None:
    port = free_port()
    process = serve("--sessions", "2", "--listen", f"127.0.0.1:{port}")
    clients = [Client(("127.0.0.1", port), ("bass",), step=8, lead=16) for _ in range(2)]
    try:
        for client in clients:
            client.start()
        # On a machine that is too slow for two at the moment, the second is told so.
        until(lambda: any(c.status.state == "playing" for c in clients), 120)
        until(lambda: all(_answered(c) for c in clients), 30)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    finally:
        for client in clients:
            client.close()
        process.kill()
    assert process.returncode == 0
    assert "for up to 2 sessions" in log
    assert log.count("Loaded small") == 1
    assert "Traceback" not in log
