"""The bundle of the small model with random weights, on the CPU, as it is and spoiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.comparing.stages import Loaded
from sideman.engine.loading.stages import load_stages
from tests.models.places import BUNDLE

#: Of a consistency sampler with two evaluations.
ROWS = [[80.0, 80.0, 1.0, 0.0, 0.0, 1.0, 2.4], [2.4, 2.4, 1.0, 0.0, 0.0, 1.0, 0.0]]
#: Changes the arrays of one run in place.
Spoil = Callable[[dict[str, np.ndarray]], None]


class SpoiledStage(Stage):
    """Another stage that spoils what it computed."""

    def __init__(self, stage: Stage, spoil: Spoil) -> None:
        super().__init__(stage.name, stage.spec)
        self._stage = stage
        self._spoil = spoil

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        return _SpoiledBinding(self._stage.bind(buffers), buffers, self._spoil)


class _SpoiledBinding(Binding):
    def __init__(self, binding: Binding, buffers: Mapping[str, Buffer], spoil: Spoil) -> None:
        self._binding = binding
        self._arrays = {name: buffer.host for name, buffer in buffers.items()}
        self._spoil = spoil

    def run(self) -> None:
        self._binding.run()
        self._spoil(self._arrays)


@pytest.fixture(scope="session")
def reference() -> Iterator[tuple[Manifest, Loaded]]:
    manifest, backend, stages = load_stages(BUNDLE, BackendChoice(threads=1))
    with backend:
        yield manifest, Loaded(backend, stages)


@pytest.fixture(scope="session")
def sizes() -> dict[str, int]:
    return LatentGrid.free_sizes(2, 3, 64)


@pytest.fixture
def rows() -> list[list[float]]:
    return ROWS


@pytest.fixture
def spoiled(reference: tuple[Manifest, Loaded]) -> Callable[[str, Spoil], Loaded]:
    """The bundle's stages, of which one spoils its outputs."""

    def make(stage: str, spoil: Spoil) -> Loaded:
        _, loaded = reference
        backend: Backend = loaded.backend
        return Loaded(backend, {**loaded.stages, stage: SpoiledStage(loaded.stages[stage], spoil)})

    return make
