"""Servers that record, and what comes of running their recordings again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.recording.reader import Reader
from sideman.runtime.recording.recorder import Recorder
from sideman.runtime.replay.outcome import Outcome
from sideman.runtime.replay.run import run_again
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession


class Taped:
    """A server over an echo whose recording can be run again once it has ended."""

    def __init__(self, folder: Path, session: EchoSession | None = None, **options) -> None:
        self.session = session or EchoSession()
        self.recorder = Recorder(folder, {"prints": "debug_dir" in options})
        opening = options.pop("opening", lambda: None)

        def open_session() -> EchoSession:
            opening()
            return self.session

        self.server = Server(
            open_session,
            beside(multi_track()),
            listen=("127.0.0.1", 0),
            parts=self.recorder,
            **{"reply": ("127.0.0.1", 9), **options},
        )

    @property
    def file(self) -> Path:
        assert self.recorder.path is not None
        return self.recorder.path

    def end(self) -> None:
        self.session.let_go()
        self.server.stop()

    def again(self, session: EchoSession | None = None, **options) -> Outcome:
        return again(self.file, session, **options)


def again(file: Path, session: EchoSession | None = None, **options) -> Outcome:
    with Reader(file) as recording:
        return run_again(
            recording, lambda: session or EchoSession(), beside(multi_track()), **options
        )


@pytest.fixture
def tape(tmp_path) -> Callable[..., Taped]:
    """Makes servers that record, and ends them; the test may have ended them before."""
    made: list[Taped] = []

    def make(**options) -> Taped:
        made.append(Taped(tmp_path / "tapes", **options))
        made[-1].server.start()
        return made[-1]

    yield make
    for each in made:
        each.end()
