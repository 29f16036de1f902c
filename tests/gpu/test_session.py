"""Whole sessions on a GPU against the same session on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.comparing.deviation import relative_error
from sideman.engine.comparing.stages import Loaded, compare_stages
from sideman.engine.cuda.graph import NO_GRAPH
from sideman.engine.errors import BackendError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.samplers import make_table
from sideman.runtime.playing.session import Session

pytestmark = pytest.mark.gpu
STEPS = 3


def sizes_of(manifest, rows: int = 1) -> dict[str, int]:
    return Geometry.reference(manifest.grid, 0.25, 1, 0.02).free_sizes(rows)


def play(
    manifest, backend: Backend, stages: Mapping[str, Stage], check: Callable[[Session], None]
) -> np.ndarray:
    """Three steps of two stems, with a change of stems in between: [steps, samples]."""
    session = Session(manifest, backend, dict(stages), GaussianNoise(5))
    geometry = Geometry.reference(manifest.grid, 0.25, 1, 0.02)
    audio = 0.1 * np.random.default_rng(1).standard_normal(
        (STEPS, geometry.step_samples), np.float32
    )
    played = []
    for index, rows in enumerate(((0,), (0,), (1, 0))):
        if index != 1:
            session.configure(geometry, rows)
            session.warm_up(4)
            check(session)
        session.prepare()
        played.append(session.step(audio[index])[-1].copy())
    return np.stack(played)


def nothing(_session: Session) -> None:
    pass


@pytest.fixture(scope="session")
def wanted(small_reference) -> np.ndarray:
    manifest, loaded = small_reference
    return play(manifest, loaded.backend, loaded.stages, nothing)


@pytest.fixture
def torch_loaded(driver, small_modules, small_reference) -> Any:
    from tests.gpu.torch_backend import TorchBackend

    with TorchBackend(driver, small_modules) as backend:
        yield Loaded(backend, backend.stages(small_reference[0].stages))


def test_every_stage_is_the_references(torch_loaded, small_reference) -> None:
    manifest, loaded = small_reference
    rows = make_table(manifest.sampler).coefficients().tolist()
    for result in compare_stages(
        loaded, torch_loaded, manifest, sizes_of(manifest, 2), rows, tolerance=1e-3
    ):
        assert result.passed, str(result)


@pytest.mark.parametrize("graph", [True, False])
def test_a_session_as_one_graph_plays_what_the_cpu_plays(
    torch_loaded, small_reference, wanted, graph: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not graph:
        monkeypatch.setenv(NO_GRAPH, "1")
    said = "as one CUDA graph" if graph else "no graph"

    def check(session: Session) -> None:
        assert said in session.execution

    played = play(small_reference[0], torch_loaded.backend, torch_loaded.stages, check)
    assert relative_error(played, wanted) < 1e-3


def test_what_a_graph_leaves_out_is_found_before_it_serves(
    torch_loaded, small_reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stage that works on another stream is in no graph of ours; its outputs stay old."""
    import torch

    manifest = small_reference[0]
    decode = torch_loaded.stages["decode"]
    bind = decode._bind

    def on_another_stream(buffers: Any) -> Any:
        binding = bind(buffers)
        run, capturing = binding.run, torch_loaded.backend.driver.capturing
        handle = torch_loaded.backend.stream.handle

        def skip_in_capture() -> None:
            if not capturing(handle):
                run()

        monkeypatch.setattr(binding, "run", skip_in_capture)
        return binding

    monkeypatch.setattr(decode, "_bind", on_another_stream)
    session = Session(manifest, torch_loaded.backend, dict(torch_loaded.stages), GaussianNoise(5))
    session.configure(Geometry.reference(manifest.grid, 0.25, 1, 0.02), (0,))
    with pytest.raises(BackendError, match="first replay"):
        session.warm_up(4)
    torch.cuda.synchronize()


def test_memory_does_not_grow_when_stems_change(
    torch_loaded, driver, small_reference, torch
) -> None:
    manifest = small_reference[0]
    session = Session(manifest, torch_loaded.backend, dict(torch_loaded.stages), GaussianNoise(5))
    geometry = Geometry.reference(manifest.grid, 0.25, 1, 0.02)

    def used() -> int:
        free, total = driver.memory()
        return total - free

    def change() -> None:
        for rows in ((0,), (0, 1)):
            session.configure(geometry, rows)
            session.warm_up(3)

    change()
    change()
    before = used()
    # PyTorch's allocator may take another block of 20 MiB; the buffers of so many cycles, 7.5 MB
    # each time, would be over twice the bound.
    for _ in range(20):
        change()
    assert used() - before < 64 * 2**20
