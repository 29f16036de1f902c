"""Crowds: clients of a measurement in a process of their own, in Python or in C++."""

from __future__ import annotations

import json
import multiprocessing
import queue
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sideman.engine.errors import SidemanError
from tests.runtime.fleet.comparing import Comparison
from tests.runtime.fleet.listeners import BLOCK, Listening, run_clients, with_owners
from tests.runtime.fleet.sounds import played, sound_of

PRESET = {"darwin": "macos"}.get(sys.platform, "linux")
_ROOT = Path(__file__).parents[3]
#: Blocks of a client in C++ that Python judges: 8 MB.
MOST = 2_000


class Crowd(Protocol):
    """Some clients that measure.

    Attributes:
        pid: of their process.
    """

    pid: int

    def results(self) -> list[dict[str, Any]]:
        """Each client's figures, when they have ended.

        Raises:
            RuntimeError: their process has failed.
        """

    def close(self) -> None:
        """End them, if they have not ended."""


class PythonCrowd:
    """Clients of `sideman.runtime.client`.

    Args:
        told: to each of them.
        seeds: their numbers.
    """

    def __init__(self, told: Listening, seeds: list[int]) -> None:
        context = multiprocessing.get_context("spawn")
        self._count = len(seeds)
        self._queue: Any = context.Queue()
        self._process = context.Process(
            target=run_clients, args=(told, seeds, self._queue), daemon=True
        )
        self._process.start()
        self.pid = self._process.pid or 0

    def results(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < self._count:
            with suppress(queue.Empty):
                found.append(self._queue.get(timeout=1.0))
                continue
            if self._process.exitcode:
                raise RuntimeError(
                    f"Clients ended with {self._process.exitcode}; their error stands above."
                )
        self._process.join()
        return found

    def close(self) -> None:
        self._process.kill()


class NativeCrowd:
    """Clients in C++, as they run in Max and Pure Data (`max/tests/tools/crowd.cpp`).

    Args:
        told: to each of them.
        seeds: their numbers, one after the other.
        tool: the program.
        most: blocks of a client that are judged beyond those that hold right samples and zeros
            alone.
    """

    def __init__(
        self, told: Listening, seeds: list[int], tool: Path | None = None, most: int = MOST
    ) -> None:
        host, port = told.address[:2]
        command = [tool or native_tool(), host, port, seeds[0], len(seeds), BLOCK, told.step]
        command += [told.lead, "int16" if told.int16 else "float32"]
        command += [f"{told.begin:.6f}", told.seconds, most]
        self._everybody, self._count = told.everybody, len(seeds)
        self._process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid

    def results(self) -> list[dict[str, Any]]:
        out, _ = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError(
                f"Clients ended with {self._process.returncode}; their error stands above."
            )
        lines = out.splitlines()
        if len(lines) != self._count:
            raise RuntimeError(f"{len(lines)} of {self._count} clients told how they did.")
        return [judged(json.loads(line), self._everybody) for line in lines]

    def close(self) -> None:
        with self._process:  # waits for it
            self._process.kill()


def start_crowds(kind: str, told: Listening, each: int) -> Iterable[Crowd]:
    """All clients, in processes of so many.

    Args:
        kind: "cpp" or "python".
        told: to each client.
        each: clients of a process.
    """
    make = {"cpp": NativeCrowd, "python": PythonCrowd}[kind]
    for first in range(0, told.everybody, each):
        yield make(told, list(range(first, min(first + each, told.everybody))))


def native_tool() -> Path:
    """The program in C++.

    Raises:
        SidemanError: it has not been built.
    """
    tool = _ROOT / "build" / f"max-{PRESET}" / "bin" / "crowd"
    if not tool.is_file():
        raise SidemanError(
            f"The clients in C++ are not built: there is no {tool}.",
            f"cmake --preset {PRESET} && cmake --build --preset {PRESET} --target crowd, or use "
            "--clients python.",
        )
    return tool


def judged(found: dict[str, Any], everybody: int) -> dict[str, Any]:
    """A client's figures in the shape of `Listener.result`, of what the program in C++ told.

    Args:
        found: its line.
        everybody: of how many clients' sounds a wrong one may be.
    """
    seed, delay = found["seed"], found["delay"]
    comparison = Comparison(played(sound_of(seed)))
    comparison.exact, comparison.silent = found["exact"], found["silent_samples"]
    for block in found["mixed"]:
        heard = np.frombuffer(bytes.fromhex(block["heard"]), ">f4").astype(np.float32)
        where = {"seed": seed, "now": block["now"], "session": block["session"]}
        comparison.take(block["position"], heard, delay, **where)
    return {
        "seed": seed,
        "silent": found["silent"],
        "sessions": found["sessions"],
        "samples": comparison.counts() | {"unjudged": found["unjudged"]},
        "wrong_places": with_owners(comparison.places, everybody),
        "cpu": found["cpu"],
        "card_behind_s": found["card_behind_s"],
    }
