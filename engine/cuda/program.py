"""Programs on a stream: everything is enqueued, and the host waits once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sideman.engine.backends.program import Program, RecordTime, Segment
from sideman.engine.cuda.graph import NO_GRAPH, CapturedGraph, graphs_allowed
from sideman.engine.cuda.ranges import named_range
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError


class StreamProgram(Program):
    """Operations that enqueue on one stream, one event behind them, and one wait.

    Args:
        segments: their operations enqueue on the stream and never wait.
        stream: of the backend.
    """

    times_segments = False

    def __init__(self, segments: Sequence[Segment], stream: Stream) -> None:
        super().__init__(segments)
        self._stream = stream
        self._done = stream.create_event(self)
        self._marks: tuple[int, ...] = ()
        self._lost: DeviceLostError | None = None

    def describe(self) -> str:
        """How it runs."""
        return "one stream, no graph"

    def run(self, record: RecordTime) -> None:
        """Enqueue everything and wait; segments are not timed.

        Args:
            record: never called, because nothing is enqueued between segments to time them.

        Raises:
            DeviceLostError: nothing on the device works any more, now or in an earlier run.
            BackendError: an operation failed; everything that had been enqueued has run or
                failed by then, and what was to be downloaded is undefined.
        """
        with self._careful():
            self._enqueue_run()
            self._wait_for(self._done)

    def measure(self, record: RecordTime) -> None:
        """Run operation by operation, never as a graph, with an event between segments.

        The host enqueues while the device works. If the device finishes a segment before the host
        has enqueued the next one, the segment's time includes that wait.

        Args:
            record: told the seconds of each segment on the device.

        Raises:
            BackendError: as `run`.
        """
        driver, stream = self._stream.driver, self._stream.handle
        with self._careful():
            if not self._marks:
                self._marks = tuple(
                    self._stream.create_event(self, timed=True)
                    for _ in range(len(self.segments) + 1)
                )
            for segment, mark in zip(self.segments, self._marks, strict=False):
                driver.record(mark, stream)
                with named_range(segment.name):
                    for operation in segment.operations:
                        operation()
            self._wait_for(self._marks[-1])
            for segment, start, end in zip(
                self.segments, self._marks, self._marks[1:], strict=False
            ):
                record(segment.name, driver.seconds(start, end))

    def _enqueue_run(self) -> None:
        _enqueue(self.segments)

    def _wait_for(self, event: int) -> None:
        self._stream.driver.record(event, self._stream.handle)
        self._stream.driver.wait(event)

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Wait for what still runs after an error, and refuse to run on a lost device."""
        if self._lost is not None:
            raise DeviceLostError(self._lost.what, self._lost.remedy)
        try:
            yield
        except DeviceLostError as error:
            self._lost = error
            raise
        except BaseException:
            # After the error the caller may write to its buffers, which copies may still be
            # reading.
            try:
                self._stream.synchronize()
            except DeviceLostError as error:
                self._lost = error
                raise
            except BackendError:
                pass  # the first error, raised below, tells more than one that follows from it
            raise


class GraphProgram(StreamProgram):
    """A program that can be captured as one CUDA graph and replayed.

    `SIDEMAN_NO_CUDA_GRAPH=1` keeps it from being captured.

    Args:
        segments: as `StreamProgram`'s.
        stream: of the backend.
        fingerprint: as `CapturedGraph`'s; it should not hold the program.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        stream: Stream,
        fingerprint: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(segments, stream)
        # Not a bound method: that would be a reference cycle, which is collected late, and its
        # memory would not be free when the next program needs it.
        self._graph = CapturedGraph(stream, partial(_enqueue, self.segments), fingerprint)

    def describe(self) -> str:
        """How it runs."""
        if self._graph.captured:
            return "the whole cycle as one CUDA graph"
        if not graphs_allowed():
            return f"one stream, no graph ({NO_GRAPH} is set)"
        return "one stream, no graph captured yet"

    @property
    def replays(self) -> bool:
        """Whether `run` launches a graph."""
        return self._graph.captured

    @property
    def captures(self) -> int:
        """How often a graph was recorded."""
        return self._graph.captures

    def capture(self) -> bool:
        """Record everything as one graph, unless the environment forbids it.

        Returns:
            Whether `run` replays a graph from now on.

        Raises:
            BackendError: something cannot be recorded; `run` works as before.
        """
        if graphs_allowed():
            with self._careful():
                self._graph.capture()
        return self._graph.captured

    def _enqueue_run(self) -> None:
        if self._graph.captured:
            self._graph.replay()
        else:
            _enqueue(self.segments)


def _enqueue(segments: Sequence[Segment]) -> None:
    for segment in segments:
        for operation in segment.operations:
            operation()
