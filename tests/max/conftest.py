"""The programs in C++ that tests from outside drive, and the server that they play with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession

ROOT = Path(__file__).parents[2]
PRESET = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")
BUILD = ROOT / "build" / f"max-{PRESET}"


@contextmanager
def alone() -> Iterator[None]:
    """Only one of several test processes builds, or packs what was built, at a time."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def max_tool() -> Callable[[str], Path]:
    """The path of a program by the name of its target, built if need be."""
    if shutil.which("cmake") is None:
        pytest.skip("there is no cmake")
    if PRESET != "windows" and not any(map(shutil.which, ("c++", "g++", "clang++"))):
        pytest.skip("there is no C++ compiler")
    built: dict[str, Path] = {}

    def build(name: str) -> Path:
        if name not in built:
            with alone():
                run("cmake", "--preset", PRESET)
                run("cmake", "--build", "--preset", PRESET, "--target", name)
            built[name] = BUILD / "bin" / (f"{name}.exe" if PRESET == "windows" else name)
        return built[name]

    return build


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def server() -> Iterator[Server]:
    """Gives back what it has heard."""
    echo = EchoSession()
    with Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    ) as server:
        yield server
        echo.let_go()
