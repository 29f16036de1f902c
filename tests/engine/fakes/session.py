"""A session over made-up stages, and ten steps of it: for backends to be compared with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import manifest_fields

GRID = LatentGrid(channels=2)
MANIFEST = Manifest(**manifest_fields(GRID), files={})
SPECS = MANIFEST.stages
GEOMETRY = Geometry.reference(GRID, 0.25, 1, 0.02)


def functions() -> dict[str, Callable]:
    """The stages of the CPU's fake backend, on arrays by tensor name."""
    cpu = FakeBackend()
    return {"encode": cpu._encode, "step": cpu._step, "decode": cpu._decode}


def cpu_session() -> Session:
    backend = FakeBackend()
    return Session(MANIFEST, backend, backend.stages(SPECS), GaussianNoise(1))


def play(session: Session, warm: bool, steps: int = 10) -> list[np.ndarray]:
    """Ten steps, the stems chosen anew in between, the noise drawn before the step as served."""
    rng = np.random.default_rng(0)
    results = []
    for step in range(steps):
        if step in (0, 4, 7):
            session.configure(GEOMETRY, {0: (0, 2), 4: (3,), 7: (1, 0)}[step])
            if warm:
                session.warm_up()
        session.prepare()
        audio = rng.standard_normal(GEOMETRY.step_samples).astype(np.float32)
        results += [session.step(audio).copy(), session.latents.copy(), session.mixture.copy()]
        session.keep_warm()
    return results
