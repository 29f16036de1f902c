"""What the machine had to do with a measurement: load, and how long threads waited for a core."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Scheduled:
    """What Linux has counted of threads since they began (`/proc/…/schedstat`).

    Attributes:
        ran: seconds on a core.
        waited: seconds in which they could have run and had no core.
        slices: how often they were given one.
    """

    ran: float = 0.0
    waited: float = 0.0
    slices: int = 0

    def __add__(self, other: Scheduled) -> Scheduled:
        return Scheduled(
            self.ran + other.ran, self.waited + other.waited, self.slices + other.slices
        )

    def since(self, before: Scheduled, seconds: float) -> dict[str, float]:
        """In words: shares of so many seconds, and how long a thread waited each time."""
        slices = self.slices - before.slices
        waited = self.waited - before.waited
        return {
            "ran_share": (self.ran - before.ran) / seconds,
            "waited_share": waited / seconds,
            "waited_each_ms": 1e3 * waited / slices if slices else 0.0,
        }


def scheduled(paths: Iterable[Path]) -> Scheduled:
    """Of all threads whose folders in /proc these are; those that have ended count nothing."""
    total = Scheduled()
    for path in paths:
        with suppress(OSError, ValueError):
            ran, waited, slices = (path / "schedstat").read_text().split()
            total += Scheduled(int(ran) / 1e9, int(waited) / 1e9, int(slices))
    return total


def threads_of(pid: int, threads: Mapping[str, int], name: str) -> list[Path]:
    """Folders of a process's threads whose names begin so."""
    return [Path(f"/proc/{pid}/task/{i}") for t, i in threads.items() if t.startswith(name)]


def all_threads(pid: int) -> list[Path]:
    """Folders of all threads of a process."""
    with suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def machine() -> dict[str, Any]:
    """Load of the machine: tasks that want to run, and how long some of them were kept waiting."""
    told: dict[str, Any] = {"cores": os.cpu_count(), "load": list(os.getloadavg())}
    with suppress(OSError, StopIteration):
        lines = Path("/proc/pressure/cpu").read_text().splitlines()
        some = next(line for line in lines if line.startswith("some"))
        told["waited_total_s"] = int(some.rpartition("=")[2]) / 1e6
    return told
