"""Recording the work on a stream as a CUDA graph, and replaying it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sideman.engine.cuda.ranges import is_set
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError

logger = logging.getLogger(__name__)

NO_GRAPH = "SIDEMAN_NO_CUDA_GRAPH"
_REMEDY = f"Set {NO_GRAPH}=1 to run without graphs, and report this."


def graphs_allowed() -> bool:
    """Whether CUDA graphs may be used: `SIDEMAN_NO_CUDA_GRAPH` is not set."""
    return not is_set(NO_GRAPH)


def _nothing() -> object:
    return None


class CapturedGraph:
    """Records what is enqueued on a stream, and replays it with one launch.

    It can record kernels of any library and copies, in any number, as long as they go to this
    stream and use the same addresses every time. The fingerprint shows whether anything else that
    they depend on has changed.

    Args:
        stream: where `enqueue` enqueues.
        enqueue: enqueues everything and must not wait; called for each recording, and for the run
            in which a change is noticed.
        fingerprint: returns something that changes when anything in the recording changes
            (addresses, shapes, engines, scratch memory); called before every replay, so it must be
            cheap.
    """

    def __init__(
        self,
        stream: Stream,
        enqueue: Callable[[], None],
        fingerprint: Callable[[], object] = _nothing,
    ) -> None:
        self._stream = stream
        self._enqueue = enqueue
        self._fingerprint = fingerprint
        self._executable: _Executable | None = None
        self._bound: object = None
        self._warned = False
        #: How many graphs were recorded.
        self.captures = 0

    @property
    def captured(self) -> bool:
        """Whether there is a graph to replay."""
        return self._executable is not None

    def capture(self) -> None:
        """Record anew.

        Enqueue everything once before, so that the libraries have done their one-time
        initialisation.

        Raises:
            BackendError: something that is enqueued cannot be recorded, or nothing is enqueued;
                there is no graph then, and the stream is usable.
        """
        self._executable = None
        # Read before recording, so that a change during it is noticed too.
        bound = self._fingerprint()
        driver, stream = self._stream.driver, self._stream.handle
        self._stream.synchronize()
        graph = self._record()
        try:
            if not driver.node_count(graph):
                raise BackendError(
                    "The graph of a cycle holds nothing: what was to be recorded went elsewhere, "
                    "to another stream or device.",
                    _REMEDY,
                )
            executable = _Executable()
            executable.handle = driver.instantiate(graph)
            self._stream.own(executable, executable.handle, driver.destroy_executable)
        finally:
            driver.destroy_graph(graph)
        driver.upload(executable.handle, stream)
        self._stream.synchronize()
        self._executable = executable
        self._bound = bound
        self.captures += 1

    def replay(self) -> None:
        """Enqueue everything with one launch.

        If the fingerprint has changed, everything is enqueued operation by operation this once,
        waited for, and recorded anew for the next time.

        Raises:
            BackendError: there is no graph, or it cannot be launched or recorded anew.
        """
        if self._executable is None:
            raise BackendError("There is no graph to replay: it was never recorded.")
        if self._fingerprint() == self._bound:
            self._stream.driver.launch(self._executable.handle, self._stream.handle)
            return
        if not self._warned:
            logger.info("What a CUDA graph was bound to has changed: it is recorded anew.")
            self._warned = True
        self._executable = None
        self._enqueue()
        self.capture()

    def _record(self) -> int:
        driver, stream = self._stream.driver, self._stream.handle
        driver.begin_capture(stream)
        try:
            self._enqueue()
            return driver.end_capture(stream)
        except DeviceLostError:
            raise
        except BackendError as error:
            driver.abandon_capture(stream)
            raise BackendError(
                f"A cycle cannot be recorded as a CUDA graph. {error.what}", error.remedy or _REMEDY
            ) from error
        except BaseException:
            driver.abandon_capture(stream)
            raise


class _Executable:
    """Holds a launchable graph; the stream frees it when this is collected."""

    handle: int
