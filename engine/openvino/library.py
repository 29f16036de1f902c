"""Importing OpenVINO without what it does besides."""

from __future__ import annotations

import sys
from types import ModuleType

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
