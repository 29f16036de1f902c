"""Operations that run in the same order every time: what a cycle is to a backend.

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
Record = Callable[[str, float], None]


def discard(_name: str, _seconds: float) -> None:
    """Take a time that nobody asks for."""


@dataclass(frozen=True)
class Segment:
    """A part of a program that is timed by itself.

    Attributes:
        name: a stage of the profile.
        operations: in order.
    """

    name: str
    operations: tuple[Operation, ...]


class Program:
    """Segments that run in order; used by one thread.

    Attributes:
        times_segments: whether `run` records the seconds of each segment. Where it does not,
            because nothing may stand between them, `measure` does.
    """

    times_segments = True

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)

    def describe(self) -> str:
        """How it runs, where there is more to say than one operation after the other."""
        return ""

    def run(self, record: Record) -> None:
        """Run every operation; downloads are complete when this returns.

        Args:
            record: told the seconds of each segment, where the program times them.

        Raises:
            BackendError: an operation failed; what was to be downloaded is then undefined.
        """
        for segment in self.segments:
            start = perf_counter()
            for operation in segment.operations:
                operation()
            record(segment.name, perf_counter() - start)

    def measure(self, record: Record) -> None:
        """Run with the segments timed, even where that takes longer than `run`.

        Args:
            record: told the seconds of each segment.

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
        """How many records were made: `run` makes a new one where an old one became wrong."""
        return 0

    def capture(self) -> bool:
        """Record the operations, where the backend can replay a record; between runs.

        Run the program once before, so that its libraries have done what they do only once.

        Returns:
            Whether `run` replays a record from now on.

        Raises:
            BackendError: the operations cannot be recorded.
        """
        return False
