"""The largest resident memory of this process, where the platform tells it."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Begin a new peak; only Linux can, elsewhere the peak is that of the process so far."""
    if _RESET.is_file():
        try:
            # 5 resets the peak resident set size (proc_pid_clear_refs(5)).
            _RESET.write_text("5")
        except OSError:
            # Containers may forbid it: then, too, the peak is that of the process so far.
            return


def peak_bytes() -> int | None:
    """The peak in bytes; None where it is not known (Windows)."""
    if _STATUS.is_file():
        for line in _STATUS.read_text("utf-8", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None
