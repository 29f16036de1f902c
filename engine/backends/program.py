"""Programs: operations that run in the same order every time, such as those of a cycle.

On the CPU they run one after the other. A backend with a stream subclasses `Program` to enqueue
them all and wait once, or to capture them once and replay them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

#: Copies a buffer or runs a binding.
Operation = Callable[[], None]
#: Takes the name of a segment and the seconds it took.
RecordTime = Callable[[str, float], None]


def discard(_name: str, _seconds: float) -> None:
    """Ignore a segment's time."""


@dataclass(frozen=True)
class Segment:
    """A part of a program that is timed by itself.

    Attributes:
        name: what its time is recorded under.
        operations: in order.
    """

    name: str
    operations: tuple[Operation, ...]


class Program:
    """Segments that run in order; used by one thread.

    Attributes:
        times_segments: whether `run` records the seconds of each segment. If not, because it must
            not interrupt the work between segments, only `measure` does.
    """

    times_segments = True

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)

    def describe(self) -> str:
        """How it runs; empty where it simply runs one operation after the other."""
        return ""

    def run(self, record: RecordTime) -> None:
        """Run every operation; downloads are complete when this returns.

        Args:
            record: called with each segment's name and seconds, if `times_segments`.

        Raises:
            BackendError: an operation failed; what was to be downloaded is then undefined.
        """
        for segment in self.segments:
            start = perf_counter()
            for operation in segment.operations:
                operation()
            record(segment.name, perf_counter() - start)

    def measure(self, record: RecordTime) -> None:
        """Run and time every segment, even if that takes longer than `run`.

        Args:
            record: called with each segment's name and seconds.

        Raises:
            BackendError: an operation failed.
        """
        self.run(record)

    @property
    def replays(self) -> bool:
        """Whether `run` replays what `capture` recorded rather than run the operations."""
        return False

    @property
    def captures(self) -> int:
        """How many recordings were made; `run` makes a new one when the old one became invalid."""
        return 0

    def capture(self) -> bool:
        """Record the operations, if the backend can replay them; never during a run.

        Run the program once before, so that the libraries have done their one-time initialisation.

        Returns:
            Whether `run` replays the recording from now on.

        Raises:
            BackendError: the operations cannot be recorded.
        """
        return False
