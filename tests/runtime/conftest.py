"""A deterministic fake backend, servers over a session that is made up, and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest, SamplerSpec
from sideman.runtime.playing.noise import Noise
from sideman.runtime.playing.session import Session
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import CONSISTENCY, manifest_fields
from tests.runtime.fakes.client import Client
from tests.runtime.fakes.servers import Servers
from tests.runtime.fakes.session import FakeSession

LIST_MODULES = """
import sys
from sideman.runtime.commandline.frame import main
sys.argv = ["sideman", *sys.argv[1:]]
try:
    main()
except SystemExit as stop:
    code = stop.code
print("MODULES", *{name.partition(".")[0] for name in sys.modules})
sys.exit(code)
"""


class CountingNoise:
    """Noise that tells which cycle drew it: every value is the number of the draw."""

    def __init__(self) -> None:
        self.filled = 0

    def restart(self) -> None:
        self.filled = 0

    def fill(self, noise: Noise) -> None:
        self.filled += 1
        for buffer in noise.buffers:
            buffer.host.fill(self.filled)


@pytest.fixture
def fake_backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def make_session(fake_backend: FakeBackend) -> Callable[..., Session]:
    """Makes a session over the fake backend, on a grid with the given options."""

    def make(noise=None, sampler: SamplerSpec = CONSISTENCY, **grid_options) -> Session:
        grid = LatentGrid(**{"channels": 2, **grid_options})
        manifest = Manifest(**manifest_fields(grid, sampler=sampler), files={})
        stages = fake_backend.stages(manifest.stages)
        return Session(manifest, fake_backend, stages, noise or CountingNoise())

    return make


@pytest.fixture
def listing_modules() -> str:
    """A script that runs the command line and then prints MODULES and what was loaded."""
    return LIST_MODULES


@pytest.fixture
def servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    servers.close()


@pytest.fixture
def client(servers: Servers) -> Client:
    return servers.client()


@pytest.fixture
def session(servers: Servers) -> FakeSession:
    return servers.session
