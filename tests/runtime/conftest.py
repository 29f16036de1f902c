"""A deterministic fake backend, servers over a session that is made up, and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.engine.bundle.manifest import Manifest, SamplerSpec, StageSpec
from sideman.engine.tensors import TensorSpec
from sideman.runtime.playing.noise import Noise
from sideman.runtime.playing.session import Session
from tests.runtime.fakes.client import Client
from tests.runtime.fakes.session import STEMS, FakeSession
from tests.runtime.fakes.stage import Stage as ServerStage

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
CONSISTENCY = SamplerSpec("consistency", 2, 1e-4, 80.0, 7.0)


def stage_specs(grid: LatentGrid, stems: int) -> dict[str, StageSpec]:
    latent = ("batch", grid.channels, grid.columns)
    mixture = TensorSpec("mixture", (1, grid.channels, grid.columns))
    keep = TensorSpec("keep", ("batch", grid.columns))

    def spec(name: str, inputs: tuple, outputs: tuple) -> StageSpec:
        return StageSpec(f"{name}.onnx", "float32", inputs, outputs)

    latents = [TensorSpec(n, latent) for n in ("x", "anchor", "source", "source_noise", "noise")]
    return {
        "encode": spec(
            "encode",
            (TensorSpec("audio", (1, grid.codec_samples)), TensorSpec("known", (1, grid.columns))),
            (mixture,),
        ),
        "step": spec(
            "step",
            (
                *latents,
                keep,
                mixture,
                TensorSpec("label", ("batch", stems)),
                TensorSpec("coefficients", (7,)),
            ),
            tuple(TensorSpec(n, latent) for n in ("next", "denoised", "merged")),
        ),
        "decode": spec(
            "decode",
            (
                TensorSpec("sample", latent),
                TensorSpec("source", latent),
                keep,
                TensorSpec("noise", ("batch", 2, 1024, "decoded_columns", 8)),
                TensorSpec("gain", ("decoded_samples",)),
            ),
            (TensorSpec("latent", latent), TensorSpec("audio", ("batch", "decoded_samples"))),
        ),
    }


def denoise(x: np.ndarray, sigma: float, label: np.ndarray, mixture: np.ndarray) -> np.ndarray:
    """A made-up denoiser that depends on everything a real one depends on."""
    stem = 1 + label.argmax(1)[:, None, None]
    return x / (1 + sigma**2) + 0.1 * stem * mixture.mean() + 0.01 * np.log1p(sigma)


class FakeBinding(Binding):
    def __init__(self, function: Callable, buffers: Mapping[str, Buffer]) -> None:
        self._function = function
        self._arrays = {name: buffer.host for name, buffer in buffers.items()}

    def run(self) -> None:
        self._function(self._arrays)


class FakeStage(Stage):
    def __init__(self, name: str, spec: StageSpec, function: Callable, bound: list) -> None:
        super().__init__(name, spec)
        self._function = function
        self._bound = bound

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        binding = FakeBinding(self._function, buffers)
        self._bound.append((self.name, binding))
        return binding


class FakeBackend(Backend):
    """Stages in a few lines of numpy.

    `ran` lists which stage ran, `bound` every binding by stage, and `fail` makes a stage fail.
    """

    name = "fake"

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.bound: list[tuple[str, FakeBinding]] = []
        self.fail: Callable[[str], None] = lambda name: None

    def describe(self) -> str:
        return "fake"

    def _load(self, name: str, path: Path, spec: StageSpec) -> Stage:
        raise NotImplementedError

    def stages(self, specs: Mapping[str, StageSpec]) -> dict[str, Stage]:
        functions = {"encode": self._encode, "step": self._step, "decode": self._decode}
        return {n: FakeStage(n, spec, functions[n], self.bound) for n, spec in specs.items()}

    def _note(self, name: str) -> None:
        self.fail(name)
        self.ran.append(name)

    def _encode(self, a: dict[str, np.ndarray]) -> None:
        self._note("encode")
        columns = a["known"].shape[1]
        means = a["audio"][0, : columns * COLUMN_SAMPLES].reshape(columns, -1).mean(1)
        a["mixture"][0] = means * a["known"][0]

    def _step(self, a: dict[str, np.ndarray]) -> None:
        self._note("step")
        sigma, level, merge, alpha, beta, gamma, delta = (float(c) for c in a["coefficients"])
        kept = (a["keep"][:, None, :] > 0) & bool(merge)
        merged = np.where(kept, a["source"] + level * a["source_noise"], a["x"])
        denoised = denoise(merged, sigma, a["label"], a["mixture"])
        a["merged"][:] = merged
        a["denoised"][:] = denoised
        a["next"][:] = alpha * a["anchor"] + beta * merged + gamma * denoised + delta * a["noise"]

    def _decode(self, a: dict[str, np.ndarray]) -> None:
        self._note("decode")
        a["latent"][:] = np.where(a["keep"][:, None, :] > 0, a["source"], a["sample"])
        columns = a["noise"].shape[3]
        last = a["latent"][:, 0, -columns:]
        a["audio"][:] = 0
        a["audio"][:, : columns * COLUMN_SAMPLES] = np.repeat(last, COLUMN_SAMPLES, axis=1)
        a["audio"] *= a["gain"]


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
def fake_session(fake_backend: FakeBackend) -> Callable[..., Session]:
    """Makes a session over the fake backend, on a grid with the given options."""

    def make(noise=None, sampler: SamplerSpec = CONSISTENCY, **grid_options) -> Session:
        grid = LatentGrid(**{"channels": 2, **grid_options})
        specs = stage_specs(grid, len(STEMS))
        manifest = Manifest(
            name="fake",
            kind="consistency",
            trained=False,
            grid=grid,
            stems=STEMS,
            sampler=sampler,
            sigma_data=1.0,
            parameters={},
            stages=specs,
            files={},
        )
        return Session(manifest, fake_backend, fake_backend.stages(specs), noise or CountingNoise())

    return make


@pytest.fixture
def listing_modules() -> str:
    """A script that runs the command line and then prints MODULES and what was loaded."""
    return LIST_MODULES


@pytest.fixture
def stage() -> Iterator[ServerStage]:
    stage = ServerStage()
    yield stage
    stage.close()


@pytest.fixture
def client(stage: ServerStage) -> Client:
    return stage.client()


@pytest.fixture
def session(stage: ServerStage) -> FakeSession:
    return stage.session


@pytest.fixture
def make_session() -> Callable[..., FakeSession]:
    return FakeSession
