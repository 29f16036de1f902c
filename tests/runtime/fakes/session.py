"""A session that is made up."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.profile import Profile
from tests.fakes.manifest import STEMS

#: Seconds after which a test gives up waiting.
PATIENCE = 10.0


class FakeSession:
    """The interface of a session; a stem is the step's audio times its number.

    `calls` lists what was asked of it, with copies of the audio. `hold` makes every step wait
    until `let_go`; `entered` is released when a step begins. `trouble` is raised by the next step.
    `unprepared` counts steps whose noise had not been drawn before.
    """

    name = "fake"
    trained = False
    backend_line = "made up, 1 thread"
    execution = ""
    playable = True

    def __init__(self, stems: tuple[str, ...] = STEMS, grid: LatentGrid | None = None) -> None:
        self.stems = stems
        self.grid = grid or LatentGrid()
        self.profile = Profile()
        self.calls: list[tuple] = []
        self.entered = threading.Semaphore(0)
        self.during: Callable[[], None] = lambda: None
        self.trouble: Exception | None = None
        self.closed = False
        self.warm = 0
        self.kept_warm = threading.Semaphore(0)
        self.most_rows = 4
        self.unprepared = 0
        self._prepared = False
        self._gate = threading.Event()
        self._gate.set()
        self._geometry: Geometry | None = None
        self._rows: tuple[int, ...] = ()
        self._out = np.zeros((0, 0), np.float32)

    def hold(self) -> None:
        self._gate.clear()

    def let_go(self) -> None:
        self._gate.set()

    def wait_entered(self) -> None:
        assert self.entered.acquire(timeout=PATIENCE), "no cycle began"

    def check(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        if len(rows) > self.most_rows:
            raise BackendError(f"Nothing was built for {len(rows)} stems.", "Build it.")

    #: As `Session.expected_seconds`.
    expected_seconds: float | None = None

    def keep_warm(self) -> None:
        self.kept_warm.release()

    def configure(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        self.calls.append(("configure", geometry, rows))
        self._prepared = False
        self._geometry, self._rows = geometry, rows
        self._out = np.zeros((len(rows), geometry.out_samples), np.float32)

    def warm_up(self, cycles: int = 2) -> None:
        self.warm += 1

    def prepare(self) -> None:
        self._prepared = True

    def step(self, audio: np.ndarray) -> np.ndarray:
        self.unprepared += not self._prepared
        self._prepared = False
        self.entered.release()
        assert self._gate.wait(PATIENCE), "the test never let the cycle go"
        self.during()
        self._take("step", audio)
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
        for out, row in zip(self._out, self._rows, strict=True):
            np.multiply(audio, row + 1, out=out[: len(audio)])
            out[len(audio) :] = row + 1
        self.profile.record("cycle", 0.001)
        return self._out

    def skip(self, audio: np.ndarray) -> None:
        self._take("skip", audio)

    def _take(self, what: str, audio: np.ndarray) -> None:
        assert self._geometry is not None
        assert audio.shape == (self._geometry.step_samples,)
        assert audio.dtype == np.float32
        self.calls.append((what, audio.copy()))

    def reset(self) -> None:
        self.calls.append(("reset",))
        self._prepared = False

    def snapshot(self) -> dict[str, np.ndarray]:
        assert self._geometry is not None
        return {
            "context": np.linspace(-1, 1, self._geometry.window_samples, dtype=np.float32),
            "generated": np.ones((len(self.stems), 64, 64), np.float32),
            "output": self._out.copy(),
        }

    def close(self) -> None:
        self.closed = True

    def heard(self) -> list[tuple[str, float]]:
        """What entered the window: how, and the value that all samples have (NaN if several)."""
        return [
            (call[0], float(call[1][0]) if np.all(call[1] == call[1][0]) else float("nan"))
            for call in self.calls
            if call[0] in ("step", "skip")
        ]
