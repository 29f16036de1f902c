"""The client in C++ brings its window to the real server, as the client in Python does."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from sideman.runtime.client import Client
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.server.server import Server
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.echo import EchoSession, Host

pytestmark = pytest.mark.realtime
BLOCK = 64
STEP = 4 * 4_096
WINDOW = 64 * 4_096
#: After so many seconds a hello is another one, which names the position that was reached.
HELLO_SECONDS = 1.0
#: What a session is given: the kinds of its calls and their sound, up to its first step.
Given = tuple[list[str], np.ndarray]


@contextmanager
def serving(port: int) -> Iterator[EchoSession]:
    echo = EchoSession()
    with Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", port), reply=("127.0.0.1", 9)
    ):
        yield echo
        echo.let_go()


def given_to(echo: EchoSession) -> Given:
    end = time.monotonic() + PATIENCE
    while "step" not in (kinds := [call[0] for call in echo.calls]):
        assert time.monotonic() < end, kinds
        time.sleep(0.005)
    calls = [call for call in echo.calls[: kinds.index("step") + 1] if call[0] in ("skip", "step")]
    return [call[0] for call in calls], np.concatenate([call[1] for call in calls])


def from_python(sound: np.ndarray, before: int, rate: int) -> Given:
    port = free_port()
    client = Client(("127.0.0.1", port), ("bass",), rate=rate, step=4, lead=4)
    with serving(port) as echo:
        host = Host(client, BLOCK)
        host._process(sound[:before])
        try:
            client.start()
            host.connect()
            host.play_slowly(sound[before:], speed=1.0)
            return given_to(echo)
        finally:
            client.close()


def from_core(sound: np.ndarray, before: int, rate: int, tool: Path, folder: Path) -> Given:
    given, heard = folder / "given.f32", folder / "heard.f32"
    given.write_bytes(sound.tobytes())
    port = free_port()
    command = (tool, "127.0.0.1", port, "bass", rate, BLOCK, 4, 4, given, heard, before // BLOCK)
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            # It has played so much, and nobody has answered yet.
            told = json.loads(process.stdout.readline())
            assert (told["position"], told["state"]) == (before, "connecting")
            time.sleep(HELLO_SECONDS)
            with serving(port) as echo:
                return given_to(echo)
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("rate", "before", "skips"),
    [(44_100, 4_800 * BLOCK, 16), (44_100, 1_600 * BLOCK, 5), (48_000, 4_800 * BLOCK, 0)],
    ids=["more than a window", "less than a window", "at another rate"],
)
def test_a_session_begins_with_what_was_played_before(
    max_tool: Callable[[str], Path], tmp_path: Path, rate: int, before: int, skips: int
) -> None:
    random = np.random.default_rng(4)
    sound = random.uniform(-0.5, 0.5, before + 600 * BLOCK).astype(np.float32)
    kinds, given = from_core(sound, before, rate, max_tool("play"), tmp_path)
    kinds_there, given_there = from_python(sound, before, rate)
    assert kinds == kinds_there == ["skip"] * skips + ["step"]
    np.testing.assert_array_equal(given, given_there)
    if rate == 44_100:
        origin = before - STEP  # a step ago, so that the server begins at once
        earlier = min(WINDOW, origin // STEP * STEP)
        np.testing.assert_array_equal(given, sound[origin - earlier : origin + STEP])
