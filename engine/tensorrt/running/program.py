"""Programs of stages on TensorRT: captured as a whole, or stage by stage by the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sideman.engine.backends.program import RecordTime, Segment, discard
from sideman.engine.cuda.graph import graphs_allowed
from sideman.engine.cuda.program import GraphProgram
from sideman.engine.cuda.stream import Stream
from sideman.engine.tensorrt.running.stage import TensorRTBinding

OWN_GRAPHS = (
    "one stream, each stage as a CUDA graph of TensorRT for RTX (it lets no one else capture them)"
)


class TensorRTProgram(GraphProgram):
    """A program that is captured as one CUDA graph, where the library lets its stages be captured.

    Otherwise each binding gets a context whose runs the library itself captures, and the program is
    not captured as a whole: the two exclude each other.

    Args:
        segments: as `GraphProgram`'s.
        stream: of the backend.
        scratch: address of the scratch memory, which moves when it grows.
        warm: called when everything has run at least once.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        stream: Stream,
        scratch: Callable[[], int],
        warm: Callable[[], None],
    ) -> None:
        operations = [one for segment in segments for one in segment.operations]
        owners = (getattr(operation, "__self__", None) for operation in operations)
        bindings = tuple(owner for owner in owners if isinstance(owner, TensorRTBinding))
        super().__init__(segments, stream, lambda: (scratch(), *(b.bound_to for b in bindings)))
        self._bindings = bindings
        self._warm = warm
        self._own = False
        self._told_warm = False

    def describe(self) -> str:
        """How it runs."""
        return OWN_GRAPHS if self._own else super().describe()

    @property
    def replays(self) -> bool:
        """Whether `run` replays a graph, be it ours or the library's."""
        return self._own or super().replays

    def measure(self, record: RecordTime) -> None:
        """Run operation by operation, without any graph, not even the library's own."""
        for binding in self._bindings:
            binding.replaying = False
        try:
            super().measure(record)
        finally:
            for binding in self._bindings:
                binding.replaying = True

    def capture(self) -> bool:
        """Record everything as one graph, or let the library record each stage.

        Whether stages can be captured is asked only now, after everything has run: by then the
        library has compiled its kernels just in time.

        Returns:
            Whether `run` replays graphs from now on.

        Raises:
            BackendError: something that the library calls capturable cannot be recorded.
        """
        if graphs_allowed() and not self._own:
            self._own = not all(binding.capturable for binding in self._bindings)
            if self._own:
                self._let_the_library_capture()
        if not self._told_warm:
            self._told_warm = True
            self._warm()
        return self._own or super().capture()

    def _let_the_library_capture(self) -> None:
        for binding in self._bindings:
            binding.capture_by_itself()
        # The library compiles in the first run of a context, and records in the next.
        for _ in range(2):
            self.run(discard)
