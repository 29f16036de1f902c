"""OpenVINO without what it does besides."""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType
from typing import Any

from sideman.engine.optional import require

_TELEMETRY = "openvino_telemetry"


def import_openvino() -> ModuleType:
    """Import OpenVINO, without telling its makers.

    `import openvino` starts a thread that reports to Google Analytics and writes an identifier into
    the user's home, unless the user has refused beforehand (2026.4.1, `openvino/tools/ovc`). Where
    the package that does so cannot be imported, a stub takes its place.

    Raises:
        MissingExtraError: it is not installed; the message names the pip command.
    """
    if "openvino" in sys.modules or _TELEMETRY in sys.modules:
        return require("openvino", "run a bundle")
    sys.modules[_TELEMETRY] = None  # type: ignore[assignment] # makes its import an ImportError
    try:
        return require("openvino", "run a bundle")
    finally:
        del sys.modules[_TELEMETRY]


@cache
def the_core() -> Any:
    """The library's Core, one for the life of the process.

    With its first model, a Core gives the calling thread a stack for signals of its own. Where a
    second one did so before the first was gone, the thread is left with the first one's, whose
    memory is free: the next signal, Ctrl-C for one, ends the process with a segmentation fault
    (2026.4.1, Linux).

    Raises:
        MissingExtraError: as `import_openvino`.
    """
    return import_openvino().Core()
