"""Every cycle of a run, for `--profile`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sideman.engine.files import write_whole


class CycleLog:
    """Notes each cycle's seconds and batch id; written by the cycle thread, read after its end.

    Attributes:
        engine: what runs the stages of the model that was loaded last, and how.
        cycles: `{"batch_id", "seconds": {span: seconds}, "late"}` of every cycle in order.
    """

    def __init__(self) -> None:
        self.engine = ""
        self.cycles: list[dict[str, Any]] = []

    def note(self, batch_id: int, seconds: Mapping[str, float], late: float) -> None:
        """Add one cycle; cycle thread.

        Args:
            batch_id: of the step.
            seconds: by span.
            late: seconds after the deadline, 0 when in time.
        """
        self.cycles.append({"batch_id": batch_id, "seconds": dict(seconds), "late": late})

    def write(self, file: Path, counters: Mapping[str, int], about: Mapping[str, Any]) -> None:
        """Write `{"about", "engine", "counters", "cycles"}` as JSON; cycles as the attribute.

        The file is whole or absent: it is written beside its place and moved there.

        Args:
            file: where to.
            counters: of the server.
            about: what ran, for people.

        Raises:
            OSError: it cannot be written.
        """
        report = {
            "about": dict(about),
            "engine": self.engine,
            "counters": dict(counters),
            "cycles": self.cycles,
        }
        write_whole(file, json.dumps(report, indent=1) + "\n")
