"""Bundles that are no graphs, played by a few lines of numpy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.listen import run as running
from sideman.runtime.playing.session import Session
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import write_bundle

RATE = 44_100
#: A window of 0.78 s; a step is a quarter of it.
GRID = LatentGrid(window_samples=34_304, channels=2, columns=8, trained_masks=(0, 2, 4))


@pytest.fixture
def console() -> Console:
    return Console(width=200, record=True, highlight=False, file=None)


@pytest.fixture
def bundles(tmp_path: Path) -> list[Path]:
    """Two of one window."""
    return [write_bundle(tmp_path / name, GRID, name) for name in ("first", "second")]


@pytest.fixture
def stems(tmp_path: Path) -> Path:
    """A folder of three stems, two seconds of noise each."""
    folder = tmp_path / "stems"
    folder.mkdir()
    for seed, name in enumerate(("bass", "drums", "piano")):
        sound = np.random.default_rng(seed).uniform(-0.2, 0.2, 2 * RATE)
        soundfile.write(folder / f"{name}.wav", sound, RATE)
    return folder


class Players:
    """What sessions play here.

    Attributes:
        opened: folders of the bundles that were loaded.
        cycles: how many have run.
        fail: called with the number of every cycle before it runs; may raise.
    """

    def __init__(self) -> None:
        self.opened: list[Path] = []
        self.cycles = 0
        self.fail: Callable[[int], None] = lambda number: None

    def open(self, bundle: Path, *, backend, noise) -> Session:
        self.opened.append(bundle)
        manifest = Bundle.open(bundle).manifest
        fake = FakeBackend()
        session = Session(manifest, fake, fake.stages(manifest.stages), noise)
        step = session.step

        def counted(audio):
            self.fail(self.cycles)
            self.cycles += 1
            return step(audio)

        session.step = counted
        return session


@pytest.fixture
def players(monkeypatch: pytest.MonkeyPatch) -> Players:
    players = Players()
    monkeypatch.setattr(running.Session, "open", players.open)
    return players
