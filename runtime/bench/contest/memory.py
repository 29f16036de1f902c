"""How much memory there is, and how much a bundle takes."""

from __future__ import annotations

import os
from pathlib import Path

from sideman.engine.bundle.manifest import Manifest

#: Most memory that a loaded bundle took, over its weights in float32: 3.85 GB of 1.26 GB with ONNX
#: Runtime (docs/measurements/cpu-zen4-2026-11-29), and what every library takes beside it.
_FACTOR, _LIBRARY = 2.9, 200 * 2**20


def resident_bytes() -> int | None:
    """Memory that this process holds now; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def needed_bytes(manifest: Manifest) -> int:
    """An estimate of the most memory that a loaded bundle takes."""
    return int(_FACTOR * 4 * sum(manifest.parameters.values())) + _LIBRARY


def available_bytes(
    proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Memory that may still be taken, on Linux; None where the system does not tell.

    Args:
        proc: where the kernel tells of the machine.
        cgroup: where it tells of the container.
    """
    found: list[int] = []
    try:
        lines = (proc / "meminfo").read_text("ascii").splitlines()
        found += [1024 * int(each.split()[1]) for each in lines if each.startswith("MemAvailable:")]
        limit = (cgroup / "memory.max").read_text("ascii").strip()
        if limit != "max":
            found.append(int(limit) - int((cgroup / "memory.current").read_text("ascii")))
    except (OSError, ValueError):
        pass
    return min(found, default=None)
