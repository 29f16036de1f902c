"""A JACK server without hardware, and a program on it that plays and listens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import pytest

RATE, PERIOD = 44_100, 512
#: Seconds within which what must happen has happened, on the busiest machine.
PATIENCE = 120.0
_DUMMY = ("-d", "dummy", "-r", str(RATE), "-p", str(PERIOD))


def skip_without_jack() -> None:
    """Skip where jackd, PortAudio or the package JACK-Client is missing."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: jackd2)")
    try:
        import sounddevice  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"PortAudio cannot be used (Debian: libportaudio2): {error}")
    try:
        import jack  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"the package JACK-Client cannot be used: {error}")


@contextmanager
def server_name() -> Iterator[str]:
    """A name that no other test on this machine has, until the end of the block.

    JACK knows eight servers at most, and one that was killed until its name is used again: so there
    are few names, and the system tells when whoever had one is gone.
    """
    import fcntl

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for number in range(3):
            with Path(tempfile.gettempdir(), f"sideman-test-jack-{number}").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue
                yield f"sideman-test-{number}"
                return
        time.sleep(0.2)
    pytest.fail("Other tests use all JACK servers.")


class JackServer:
    """jackd with its dummy driver, for the length of a `with` block; several tests may share it.

    It ends by being killed: once one of its clients was, it would wait for six seconds. What it
    leaves behind, the next one of its name takes over.

    Args:
        name: that no other server has.
        folder: for its log.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Have it running, and wait until it can be used; it may be running already."""
        if self._process is not None and self._process.poll() is None:
            return
        with (self._folder / "jackd.log").open("ab") as output:
            self._process = subprocess.Popen(
                [*("jackd", "-n", self.name, "--no-realtime"), *_DUMMY],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"JACK_NO_AUDIO_RESERVATION": "1"},
            )
        with Room(self.name, self._folder / "nothing.npy"):
            pass

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Room:
    """`room.py` as a process, for the length of a `with` block.

    Args:
        server: name of a JACK server, which may still be starting.
        file: for what is heard.
    """

    def __init__(self, server: str, file: Path) -> None:
        self._file = file
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("room.py"), server, file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def heard(self) -> np.ndarray:
        """End it, and take what it heard: float32 [n]."""
        self._process.communicate(timeout=PATIENCE)
        return np.load(self._file)

    def __enter__(self) -> Self:
        """Wait until the JACK server is there."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", "no JACK server starts"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
