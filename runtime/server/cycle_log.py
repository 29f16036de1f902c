"""Every cycle of a run, for `--profile`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sideman.engine.files import write_whole

if TYPE_CHECKING:
    from sideman.runtime.playing.profile import Profile


class CycleLog:
    """Notes each cycle's seconds and batch id; written by the cycle thread, read after its end.

    Attributes:
        engine: what runs the stages of the model that was loaded last, and how.
        cycles: of every cycle in order: `"batch_id"`, `"seconds"` by span, `"begins"` by span in
            nanoseconds of `time.perf_counter_ns`, `"deadline"` in seconds from the last context
            packet, and `"late"`, seconds after the deadline.
    """

    def __init__(self) -> None:
        self.engine = ""
        self.cycles: list[dict[str, Any]] = []

    def note(self, batch_id: int, profile: Profile, over: float, deadline: float) -> None:
        """Add the cycle that was committed last; cycle thread.

        Args:
            batch_id: of the step.
            profile: with seconds and begins.
            over: seconds after the deadline; less than 0 when in time.
            deadline: seconds from the last context packet.
        """
        self.cycles.append(
            {
                "batch_id": batch_id,
                "seconds": profile.last,
                "begins": profile.begins,
                "deadline": deadline,
                "late": max(0.0, over),
            }
        )

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
