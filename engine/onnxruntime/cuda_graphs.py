"""Programs whose stages ONNX Runtime records and replays, one CUDA graph a binding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sideman.engine.backends.program import Segment
from sideman.engine.cuda.program import StreamProgram
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError


class GraphSwitch:
    """Whether bindings replay their graphs; one per backend, used by the thread that runs.

    Attributes:
        on: read by every binding when it is run.
    """

    def __init__(self) -> None:
        self.on = False

    @contextmanager
    def turned_on(self) -> Iterator[None]:
        """Let bindings record their graphs, or replay those that they have."""
        self.on = True
        try:
            yield
        finally:
            self.on = False


class OnnxRuntimeProgram(StreamProgram):
    """A program on a stream whose stages are replayed one by one.

    Copies between stages and host are enqueued in every run; the host still waits only once.

    Args:
        segments: as `StreamProgram`'s.
        stream: of the backend.
        switch: of the backend.
        why_no_graph: why no stage can be recorded; empty where one can.
        without: names of the stages that cannot be recorded.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        stream: Stream,
        switch: GraphSwitch,
        why_no_graph: str = "",
        without: tuple[str, ...] = (),
    ) -> None:
        super().__init__(segments, stream)
        self._switch = switch
        self._without = without
        self._why_no_graph = why_no_graph
        self._captured = False

    def describe(self) -> str:
        """How it runs."""
        if self._captured:
            but = f" but {', '.join(self._without)}" if self._without else ""
            return f"one stream, ONNX Runtime's CUDA graph of each stage{but}"
        return f"one stream, no graph ({self._why_no_graph or 'not captured yet'})"

    @property
    def replays(self) -> bool:
        """Whether `run` replays the stages' graphs."""
        return self._captured

    def capture(self) -> bool:
        """Let ONNX Runtime record every stage, for which it runs each once more.

        Returns:
            Whether `run` replays from now on.

        Raises:
            BackendError: a stage cannot be recorded; `run` works as before.
        """
        if not self._why_no_graph:
            with self._careful(), self._switch.turned_on():
                self._record()
            self._captured = True
        return self._captured

    def _record(self) -> None:
        try:
            super()._enqueue_run()
            self._wait_for(self._done)
        except DeviceLostError:
            raise
        except BackendError:
            # ONNX Runtime may have failed in the midst of recording, which leaves our stream
            # capturing.
            self._stream.driver.abandon_capture(self._stream.handle)
            raise

    def _enqueue_run(self) -> None:
        if self._captured:
            with self._switch.turned_on():
                super()._enqueue_run()
        else:
            super()._enqueue_run()
