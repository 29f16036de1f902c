"""The library's nested phases as one fraction, and the way to stop a build."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

#: Told the fraction of the build that is done, from 0 to 1, and the innermost phase.
OnProgress = Callable[[float, str], None]


@dataclass
class _Phase:
    parent: str | None
    steps: int
    done: int = 0


class PhaseTree:
    """Nested phases; an inner phase counts as the current step of its parent.

    Steps take unequal times, so the fraction is only a rough measure of progress; it never goes
    back.
    """

    def __init__(self) -> None:
        self._open: dict[str, _Phase] = {}
        self._fraction = 0.0

    def start(self, name: str, parent: str | None, steps: int) -> None:
        """A phase of so many steps begins."""
        self._open[name] = _Phase(parent, max(1, steps))

    def step(self, name: str, index: int) -> None:
        """Step `index` of a phase, counted from 0, is done."""
        if name in self._open:
            self._open[name].done = index + 1

    def finish(self, name: str) -> None:
        """A phase ends, whether or not all its steps were done."""
        phase = self._open.pop(name, None)
        if phase is not None and phase.parent is None:
            self._fraction = 1.0

    def fraction(self, name: str) -> float:
        """The fraction of the whole build that is done, given its innermost open phase."""
        inner, at = 0.0, self._open.get(name)
        while at is not None:
            inner = min(1.0, (at.done + inner) / at.steps)
            at = None if at.parent is None else self._open.get(at.parent)
        self._fraction = max(self._fraction, inner)
        return self._fraction


class Watch:
    """Follows one build; its methods are called from the library's threads.

    No exception may pass through the library: one that the callback raises stops the build and
    is raised again by `reraise`.
    """

    def __init__(self, stopped: threading.Event, report: OnProgress) -> None:
        self._stopped = stopped
        self._report = report
        self._phases = PhaseTree()
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def start(self, name: str, parent: str | None, steps: int) -> None:
        """A phase begins."""
        with self._lock:
            self._phases.start(name, parent, steps)

    def step(self, name: str, index: int) -> bool:
        """A step is done; False asks the library to stop."""
        with self._lock:
            try:
                self._phases.step(name, index)
                self._report(self._phases.fraction(name), name)
            except BaseException as error:  # see the class: nothing may pass
                self._failure = self._failure or error
            return self._failure is None and not self._stopped.is_set()

    def finish(self, name: str) -> None:
        """A phase ends."""
        with self._lock:
            self._phases.finish(name)

    def reraise(self) -> None:
        """Raise what stopped the build, after the library has returned.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        if self._failure is not None:
            raise self._failure
        if self._stopped.is_set():
            raise KeyboardInterrupt


def make_monitor(library: ModuleType, watch: Watch) -> Any:
    """An object that the library accepts as its progress monitor."""

    class Monitor(library.IProgressMonitor):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            library.IProgressMonitor.__init__(self)

        def phase_start(self, name: str, parent: str | None, steps: int) -> None:
            watch.start(name, parent, steps)

        def step_complete(self, name: str, index: int) -> bool:
            return watch.step(name, index)

        def phase_finish(self, name: str) -> None:
            watch.finish(name)

    return Monitor()


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Turn Ctrl-C into an event while the library works.

    Python would raise KeyboardInterrupt inside one of the library's callbacks, through which no
    exception may pass. Only the main thread receives signals; elsewhere the event is never set.
    """
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
