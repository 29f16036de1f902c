"""A backend of a few lines of numpy, whose results depend on all that real ones depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.engine.bundle.manifest import StageSpec


def denoise(x: np.ndarray, sigma: float, label: np.ndarray, mixture: np.ndarray) -> np.ndarray:
    """A made-up denoiser that depends on everything a real one depends on."""
    stem = 1 + label.argmax(1)[:, None, None]
    heard = mixture.reshape(len(mixture), -1).mean(1)[:, None, None]
    return x / (1 + sigma**2) + 0.1 * stem * heard + 0.01 * np.log1p(sigma)


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

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
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
