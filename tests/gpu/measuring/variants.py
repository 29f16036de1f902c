"""What runs a cycle: this engine on some backend, or PyTorch as a yardstick."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.comparing.stages import Loaded
from sideman.engine.cuda.graph import NO_GRAPH
from sideman.engine.loading.stages import load_stages
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.samplers import make_table
from sideman.runtime.playing.session import Session
from tests.gpu.measuring.models import SEED, Model

#: Yardsticks: not this engine.
EAGER, GRAPHED = "pytorch-eager", "pytorch-graph"
#: Stages in PyTorch, captured and replayed by this engine.
TORCH = "torch"
_TENSORRT = ("tensorrt", "tensorrt-rtx")
#: Cycles before anything is timed. PyTorch's allocator and cuDNN's choice of algorithms settle.
WARM_UP = 4


@dataclass(frozen=True)
class Variant:
    """What runs a cycle, and how.

    Attributes:
        kind: a backend's name, "torch", "pytorch-eager" or "pytorch-graph".
        precision: "fp32", "fp16" or "bf16".
        plain: without a CUDA graph, where there could be one.
    """

    kind: str
    precision: str
    plain: bool = False

    @classmethod
    def parse(cls, text: str) -> Variant:
        """Read "KIND:PRECISION" or "KIND:PRECISION:plain"."""
        kind, precision, *rest = text.split(":")
        if rest not in ([], ["plain"]) or precision not in ("fp32", "fp16", "bf16"):
            raise ValueError(f"{text!r} is no variant: KIND:fp16, or KIND:fp16:plain without graph")
        return cls(kind, precision, bool(rest))

    @property
    def ours(self) -> bool:
        """Whether this engine runs it."""
        return self.kind not in (EAGER, GRAPHED)

    @property
    def on_gpu(self) -> bool:
        """Whether it needs a GPU whatever the machine."""
        return self.kind not in ("onnxruntime", EAGER)

    def __str__(self) -> str:
        return f"{self.kind} {self.precision}{' no graph' if self.plain else ''}"

    def choice(self) -> BackendChoice:
        """What is asked of the registry."""
        return BackendChoice(self.kind, precision=self.precision if self.builds else None)

    @property
    def builds(self) -> bool:
        """Whether engines have to be built for it."""
        return self.kind in _TENSORRT

    @property
    def bundle_precision(self) -> str:
        """Of the bundle that it runs: only engines are built in another one."""
        return "fp32" if self.builds or self.kind == TORCH else self.precision


@dataclass(frozen=True)
class Setting:
    """Geometry of the cycles.

    Attributes:
        r: step as a fraction of the window.
        w: regime.
        fade: in seconds.
        device: "cuda" or "cpu": where yardsticks run.
    """

    r: float = 0.25
    w: int = 1
    fade: float = 0.02
    device: str = "cuda"

    def geometry(self, manifest: Manifest) -> Geometry:
        """Every index of a cycle."""
        return Geometry.reference(manifest.grid, self.r, self.w, self.fade)


class Runnable(Protocol):
    """Something that runs cycles."""

    def prepare(self) -> None:
        """What happens between cycles; not timed."""

    def run(self) -> None:
        """One cycle, from audio on the host to stems on the host."""

    def keep_warm(self) -> None:
        """A little work between cycles."""

    def stages(self, cycles: int) -> list[Mapping[str, float]]:
        """Seconds by stage of separate cycles; empty where nothing tells them."""

    def describe(self) -> str:
        """What runs, and how."""

    def close(self) -> None:
        """Free everything."""


def load(variant: Variant, model: Model) -> tuple[Manifest, Loaded]:
    """Load the stages of one of this engine's variants."""
    bundle = model.bundle(variant.bundle_precision)
    if variant.kind != TORCH:
        manifest, backend, stages = load_stages(bundle, variant.choice())
        return manifest, Loaded(backend, stages)
    from sideman.engine.cuda.cudart import CudaDriver
    from tests.gpu.torch_backend import TorchBackend

    manifest = Bundle.open(bundle).manifest
    torch_backend = TorchBackend(CudaDriver(), _modules(variant, model, "cuda"))
    return manifest, Loaded(torch_backend, torch_backend.stages(manifest.stages))


def open_variant(variant: Variant, model: Model, setting: Setting) -> Runnable:
    """Make what runs a variant, warmed up.

    Raises:
        SidemanError, ImportError, RuntimeError: it cannot run here.
    """
    if variant.ours:
        with without_graphs(variant.plain):
            return EngineRunnable(variant, model, setting)
    return TorchRunnable(variant, model, setting)


class EngineRunnable:
    """A session of this engine, as the server runs it."""

    def __init__(self, variant: Variant, model: Model, setting: Setting) -> None:
        manifest, loaded = load(variant, model)
        try:
            stages = dict(loaded.stages)
            self._session = Session(manifest, loaded.backend, stages, GaussianNoise(SEED))
            geometry = setting.geometry(manifest)
            self._session.configure(geometry, (0,))
            self._session.warm_up(WARM_UP)
            self._about = f"{self._session.backend_line}; {self._session.execution}"
        except BaseException:
            loaded.backend.close()
            raise
        rng = np.random.default_rng(SEED)
        self._audio = 0.1 * rng.standard_normal(geometry.step_samples, np.float32)

    def prepare(self) -> None:
        """Draw the next cycle's noise and bring it to the device."""
        self._session.prepare()

    def run(self) -> None:
        """One step of a performance."""
        self._session.step(self._audio)

    def keep_warm(self) -> None:
        """As the server's option does."""
        self._session.keep_warm()

    def stages(self, cycles: int) -> list[Mapping[str, float]]:
        """Timed on the device in separate cycles, or on the host where stages return when done."""
        self._session.measure_stages(1)
        return list(self._session.measure_stages(cycles))

    def describe(self) -> str:
        """Library, version, device and how a cycle runs."""
        return self._about

    def close(self) -> None:
        """Free the stages."""
        self._session.close()


class TorchRunnable:
    """PyTorch as one writes it, with the same weights."""

    def __init__(self, variant: Variant, model: Model, setting: Setting) -> None:
        import torch

        from tests.gpu.torch_cycle import TorchCycle, random_inputs

        manifest = Bundle.open(model.bundle(), check=False).manifest
        geometry, table = setting.geometry(manifest), make_table(manifest.sampler)
        arrays = random_inputs(manifest.grid, geometry, table, len(manifest.stems))
        modules = _modules(variant, model, setting.device)
        self._cycle = TorchCycle(modules, table, arrays, setting.device)
        for _ in range(WARM_UP):
            self._cycle.run()
        if variant.kind == GRAPHED:
            self._cycle.capture()
            self._cycle.run()
        self._about = f"PyTorch {torch.__version__}, {setting.device}"

    def prepare(self) -> None:
        """Nothing: its noise stays the same."""

    def run(self) -> None:
        """One cycle."""
        self._cycle.run()

    def keep_warm(self) -> None:
        """Nothing: yardsticks are measured without."""

    def stages(self, cycles: int) -> list[Mapping[str, float]]:
        """Nothing tells them."""
        return []

    def describe(self) -> str:
        """Version and device."""
        return self._about

    def close(self) -> None:
        """Free the tensors."""
        del self._cycle


def _modules(variant: Variant, model: Model, device: str) -> Any:
    import torch

    from tests.gpu.torch_stages import lower, make_modules

    if model.config is None:
        raise FileNotFoundError(f"no {model.name}.yaml to make modules from: give --configs")
    # The best that PyTorch can do, without products of 10 bits where float32 is claimed.
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    modules = make_modules(model.config, model.codec, SEED, device)
    if variant.precision != "fp32":
        lower(modules, variant.precision)
    return modules


@contextmanager
def without_graphs(plain: bool) -> Iterator[None]:
    """Switch CUDA graphs off for what is opened in the block."""
    before = os.environ.get(NO_GRAPH)
    if plain:
        os.environ[NO_GRAPH] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(NO_GRAPH, None)
        else:
            os.environ[NO_GRAPH] = before
