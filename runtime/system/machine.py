"""What a measurement was made on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from sideman.engine.cores import available_cores

#: Links followed: a strict editable install is a tree of links into the checkout.
_HERE = Path(__file__).resolve().parent
_LIBRARIES = ("sideman", "numpy", "onnxruntime", "onnxruntime-gpu", "tensorrt", "openvino")


def describe_machine() -> dict[str, Any]:
    """Machine, versions and git revision, as they belong beside every figure.

    Returns:
        JSON-serialisable values; what cannot be found out is None.
    """
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": available_cores(),
        "memory_bytes": _memory(),
        "python": platform.python_version(),
        "versions": {name: found for name in _LIBRARIES if (found := _version(name))},
        "git": git_revision(),
    }


def git_revision(folder: Path = _HERE) -> str | None:
    """Revision of the checkout that runs, "+changes" behind it where it was edited.

    None for an install that is no checkout.
    """
    try:
        revision = _git(folder, "rev-parse", "HEAD")
        # A package inside somebody else's checkout must not report that one's revision.
        if not _git(folder, "ls-files", "--", Path(__file__).name):
            return None
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return None
    return revision + ("+changes" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]  # git's own name is found on PATH
    result = subprocess.run(  # noqa: S603
        command, check=True, capture_output=True, encoding="utf-8", errors="replace"
    )
    return result.stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
