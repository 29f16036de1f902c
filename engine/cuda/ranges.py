"""Named ranges for NVIDIA's profilers, where they are asked for."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import cast

from sideman.engine.optional import require

VARIABLE = "SIDEMAN_NVTX"


def is_set(variable: str) -> bool:
    """Whether an environment variable switches something on: neither empty nor 0."""
    return os.environ.get(variable, "") not in ("", "0")


def named_range(name: str) -> AbstractContextManager[object]:
    """A named range for Nsight Systems, if `SIDEMAN_NVTX` is set; else a context that does nothing.

    The range spans the host's enqueuing; the profiler shows the kernels enqueued within it too.

    Raises:
        MissingExtraError: ranges are asked for, and nvtx is not installed.
    """
    if not is_set(VARIABLE):
        return nullcontext()
    nvtx = require("nvtx", "mark ranges for a profiler")
    return cast(AbstractContextManager[object], nvtx.annotate(name, domain="sideman"))
