"""A tiny server for the client to talk to, and finished rehearsals to report on."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.profile import SPANS
from sideman.runtime.rehearse.process import ServerProcess
from sideman.runtime.rehearse.record import Rehearsal, StepRecord
from sideman.runtime.rehearse.timeline import Placement
from tests.fakes.manifest import write_bundle

PROGRAM = Path(__file__).with_name("fake_serve.py")


@pytest.fixture(scope="session")
def fake_serve():
    """The module of the tiny server."""
    spec = importlib.util.spec_from_file_location("fake_serve", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fake_server(fake_serve):
    """Makes tiny servers that reply to an address, and ends them."""
    servers = []

    def make(reply, fade):
        server = fake_serve.FakeServer(reply, fade)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def make_rehearsal():
    """A rehearsal with made-up times: seconds of each round trip, "dropped" or "lost"."""

    def make(*trips, lead=1, trained=False, **fields):
        placement = Placement(step=4410, fade=882, lead=lead, steps=len(trips) or 4)
        steps = []
        for number, trip in enumerate(trips):
            step = StepRecord(due=100.0 + 0.1 * number, sent=100.001 + 0.1 * number, missing=3)
            if trip == "dropped":
                step.dropped = True
            elif trip != "lost":
                step.first, step.last, step.missing = step.due + trip / 2, step.due + trip, 0
            steps.append(step)
        rng = np.random.default_rng(5)
        defaults = {
            "bundle": "tiny",
            "trained": trained,
            "sample_rate": 44_100,
            "placement": placement,
            "options": {"r": 0.25, "w": lead},
            "context": rng.uniform(-0.5, 0.5, placement.steps * 4410).astype("f4"),
            "stems": {"bass": rng.uniform(-0.4, 0.4, placement.total).astype("f4")},
            "stages": rng.uniform(0.001, 0.02, (placement.steps, len(SPANS))),
            "steps": steps,
            "messages": Counter({"/ready": 1, "/server_predicted": len(trips)}),
        }
        defaults["stages"][[i for i, step in enumerate(steps) if step.dropped]] = np.nan
        if not trips:  # offline: nothing is measured between sockets
            offline = ("window", "encode", "step", "decode", "store", "lock", "cycle")
            online = [i for i, span in enumerate(SPANS) if span not in offline]
            defaults["stages"][:, online] = np.nan
        return Rehearsal(**(defaults | fields))

    return make


@pytest.fixture
def small_bundle(tmp_path):
    """A bundle folder with a window of 0.8 s whose stages are only names; none can be run."""
    return write_bundle(
        tmp_path / "small",
        LatentGrid(channels=2, columns=8, window_samples=34_304, trained_masks=(0, 2, 4)),
    )


@pytest.fixture
def with_fake_serve(monkeypatch):
    """Puts the tiny server in the place of `sideman serve`, with more arguments if wanted."""

    def use(*arguments):
        class Fake(ServerProcess):
            def __init__(self, given, command=None):
                super().__init__([*given, *arguments], [sys.executable, str(PROGRAM)])

        monkeypatch.setattr("sideman.runtime.rehearse.run.ServerProcess", Fake)

    return use
