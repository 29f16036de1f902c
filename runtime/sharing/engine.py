"""What sessions share: a model that is loaded once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.progress import Progress, nobody
from sideman.engine.cores import available_cores
from sideman.engine.loading.stages import DEFAULT
from sideman.runtime.playing.shortcuts import OWN, Shortcuts

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session

#: Libraries whose stages may run on several threads at once. There, as many cycles run side by side
#: as there are cores, with one thread each, because that is the faster way: the demonstration's
#: cycle took 293 ms with one thread and 249 ms with two, and two side by side came out at 172 ms
#: each where two threads that run one after the other took 205 (ONNX Runtime 1.32, 2 cores).
#: OpenVINO in bf16: 139 ms each side by side, 153 one after the other.
_SIDE_BY_SIDE = ("onnxruntime", "openvino")
#: Cycles that the profile of a session keeps; more is for measurements.
_REMEMBERED = 64


class Engine(Protocol):
    """What a shared server needs of a model.

    `session` and `close` are called by the thread that loads; sessions are used by one thread at a
    time. A session has what `sideman.runtime.server.cycles` asks of one.
    """

    def session(self) -> Session:
        """A further session, with a window of its own."""

    def close(self) -> None:
        """Free what the sessions have in common; they are closed already."""


class BundleEngine:
    """The stages of a bundle.

    Args:
        bundle: its folder.
        backend: what runs the stages.
        seed: of each session's noise, for repeatable sessions.
        progress: is told how far the load is.
        shortcuts: what is left out of every cycle.

    Raises:
        SidemanError: as `Session.open`.
    """

    def __init__(
        self,
        bundle: Path,
        *,
        backend: BackendChoice = DEFAULT,
        seed: int | None = None,
        progress: Progress = nobody,
        shortcuts: Shortcuts = OWN,
    ) -> None:
        from sideman.runtime.playing.session import Session

        self._seed = seed
        self._first = Session.open(
            bundle, backend=backend, seed=seed, progress=progress, shortcuts=shortcuts
        )

    def session(self) -> Session:
        """A further session on the same stages."""
        from sideman.runtime.playing.noise import GaussianNoise

        return self._first.another(GaussianNoise(self._seed), remembered=_REMEMBERED)

    def close(self) -> None:
        """Free the stages."""
        self._first.close()


def side_by_side(backend: BackendChoice, cores: int | None = None) -> tuple[BackendChoice, int]:
    """What runs the stages of several sessions, and how many cycles run side by side.

    Args:
        backend: as it was asked for; its threads are those of one cycle.
        cores: that there are; None for all that this process may use.
    """
    if backend.name not in _SIDE_BY_SIDE:
        return backend, 1
    threads = backend.threads or 1
    cycles = max(1, (cores or available_cores()) // threads)
    return replace(backend, threads=threads, cycles=cycles), cycles
