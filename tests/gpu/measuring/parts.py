"""The parts of a measurement; each runs in a process of its own and may fail by itself."""

from __future__ import annotations

from collections.abc import Callable

from tests.gpu.measuring.job import Job
from tests.gpu.measuring.parity import parity
from tests.gpu.measuring.records import Journal
from tests.gpu.measuring.starting import bundles, rtx, start
from tests.gpu.measuring.timing import cycles, path, pauses

#: In the order in which they run: a start is cold before anything else has run, and what tells
#: most comes before a run's time is used up.
PARTS: dict[str, Callable[[Job, Journal], None]] = {
    "bundles": bundles,
    "start": start,
    "cycles": cycles,
    "parity": parity,
    "pauses": pauses,
    "path": path,
    "rtx": rtx,
}
