"""TensorRT in both flavours: engines built beforehand, on one stream of an NVIDIA GPU."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.program import Program, Segment
from sideman.engine.backends.progress import Progress, after_stage, nobody
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cache.blobs import BlobStore
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.cudart import CudaDriver
from sideman.engine.cuda.device import DeviceInfo
from sideman.engine.cuda.driver import Driver
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError
from sideman.engine.tensorrt.building.build import BuildTools
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.finding import FoundEngine, read_engine
from sideman.engine.tensorrt.flavours import FLAVOURS, Flavour
from sideman.engine.tensorrt.precision import check_precision
from sideman.engine.tensorrt.running.bundle_engines import BundleEngines, EnginesByShape
from sideman.engine.tensorrt.running.context import Scratch
from sideman.engine.tensorrt.running.engine import LoadedEngine
from sideman.engine.tensorrt.running.kernels import KernelCache
from sideman.engine.tensorrt.running.library import Library, UnfitEngineError
from sideman.engine.tensorrt.running.program import TensorRTProgram
from sideman.engine.tensorrt.running.stage import EngineSlot, TensorRTStage
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.targets import Target

logger = logging.getLogger(__name__)


class TensorRTBackend(Backend):
    """Runs the stages of a bundle with engines from the cache.

    Engines are deserialised when a bundle is loaded, so that nothing is read from disk during a
    performance; contexts are made when buffers of their shape are bound. All contexts use one
    piece of scratch memory in turn.

    Args:
        flavour: a key of `sideman.engine.tensorrt.flavours.FLAVOURS`.
        precision: of the engines.
        device: index of the GPU.
        cache: folder of the engines; None takes the user's own.
        open_device: opens the GPU.
        tools: what builds engines that turn out to be damaged; None takes the usual ones, for
            this device.

    Raises:
        MissingExtraError: the library is not installed.
        BackendError: there is no GPU, or one for which this library has no engines.
    """

    on_host = False

    def __init__(
        self,
        flavour: str = "tensorrt-rtx",
        precision: str = "fp16",
        device: int = 0,
        *,
        cache: Path | None = None,
        open_device: Callable[[int], Driver] = CudaDriver,
        tools: BuildTools | None = None,
    ) -> None:
        self.name = flavour
        self.precision = precision
        kind = FLAVOURS[flavour]
        module = kind.require()
        self._driver = open_device(device)
        info = self._driver.device
        self._target = _target(kind, module, info)
        check_precision(kind, self._target.name, precision)
        self._cache = EngineCache(cache)
        self._tools = tools or BuildTools(device=lambda: info)
        self._engines: list[LoadedEngine] = []
        self._closed = False
        self._stream = Stream(self._driver)
        try:
            self._library = Library(kind, module, self._stream)
        except BaseException:
            self._stream.close()
            raise
        self._scratch = Scratch(self._stream)

    def describe(self) -> str:
        """Library, version, GPU and precision."""
        return f"{self._library}, {self._driver.device.name}, {self.precision}"

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """Refuse: only a whole bundle has engines.

        Raises:
            BackendError: always.
        """
        raise BackendError(
            f"{self._library.flavour.title} cannot load {files.path} by itself: it runs "
            "engines that were built for a bundle.",
            "Load the bundle.",
        )

    def load_bundle(self, bundle: Bundle, progress: Progress = nobody) -> dict[str, Stage]:
        """Load every engine that was built for this bundle, device and precision.

        An engine that is damaged or does not fit is rebuilt, with one line in the log that says
        why.

        Args:
            bundle: whose engines.
            progress: is told how far it is.

        Raises:
            SidemanError: nothing is built (the message names the command that builds it), there
                is not enough memory, or an engine can neither be loaded nor built anew.
        """
        self._refuse_closed()
        progress(0.0, "reading")
        bundle.verify()
        library = self._library
        version = library.module.__version__
        engines = BundleEngines(
            bundle,
            library.flavour,
            version,
            self._target,
            self.precision,
            self._cache,
            self._tools,
            self._driver.device.index,
        )
        free, _ = self._driver.memory()
        found = engines.find()
        stages: dict[str, Stage] = {}
        specs = bundle.manifest.stages
        for i, (name, spec) in enumerate(specs.items()):
            progress(after_stage(i, len(specs)), name)
            slots = self._load_stage(engines, name, spec, found[name])
            stages[name] = TensorRTStage(name, spec, slots, engines.command)
        progress(after_stage(1, 1), "warming up")
        left, total = self._driver.memory()
        logger.info(
            "%d engines take %.0f MB of GPU memory; %.0f of %.0f MB are free.",
            len(self._engines),
            (free - left) / 1e6,
            left / 1e6,
            total / 1e6,
        )
        return stages

    def allocate(
        self, shape: tuple[int, ...], dtype: str = "float32", *, double: bool = False
    ) -> CudaBuffer:
        """Allocate a zeroed buffer on the device, with page-locked memory on the host."""
        self._refuse_closed()
        return CudaBuffer(self._stream, shape, dtype, double=double)

    def program(self, segments: Sequence[Segment]) -> Program:
        """Make a program that is captured as one CUDA graph, where the library allows it."""
        self._refuse_closed()
        return TensorRTProgram(
            segments, self._stream, lambda: self._scratch.address, self._keep_kernels
        )

    def close(self) -> None:
        """Wait for running work, save compiled kernels, free everything; harmless if repeated."""
        if self._closed:
            return
        self._closed = True
        try:
            self._stream.synchronize()
            self._keep_kernels()
        except DeviceLostError:
            pass  # its kernels are out of reach; the call that lost it has raised
        except BackendError as error:
            logger.warning("What ran when the GPU was given back failed. %s", error)
        finally:
            for context in self._scratch.contexts():
                context.close()
            for engine in self._engines:
                engine.close()
            self._engines.clear()
            self._library.close()
            self._scratch.close()
            self._stream.close()

    def _load_stage(
        self, engines: BundleEngines, stage: str, spec: StageSpec, found: EnginesByShape
    ) -> dict[Shape, EngineSlot]:
        slots: dict[Shape, EngineSlot] = {}
        while missing := [shape for shape in found if shape not in slots]:
            one = found[missing[0]]
            try:
                engine = self._load_engine(stage, spec, one)
            except UnfitEngineError as error:
                found = engines.replace(stage, one, error.what)
                one = found[missing[0]]
                engine = self._load_engine(stage, spec, one)
            self._engines.append(engine)
            # A shape of this engine may have a newer one, which is loaded in its turn.
            slots |= {
                shape: EngineSlot(engine, shape, self._scratch)
                for shape in engine.shapes
                if shape not in slots and found[shape].path == one.path
            }
        return slots

    def _load_engine(self, stage: str, spec: StageSpec, found: FoundEngine) -> LoadedEngine:
        try:
            plan = read_engine(found)
        except BackendError as error:
            raise UnfitEngineError(error.what, error.remedy) from error
        kernels = self._kernels(found) if self._library.configures else None
        shapes = found.entry.details.shapes
        return LoadedEngine(self._library, stage, spec, shapes, plan, kernels)

    def _kernels(self, found: FoundEngine) -> KernelCache:
        info = self._driver.device
        owner = {
            "flavour": self.name,
            "version": self._library.module.__version__,
            "gpu": info.name,
            "driver": info.driver,
            "engine": found.entry.details.sha256,
        }
        return KernelCache(BlobStore(self._cache.root, "runtime"), owner)

    def _keep_kernels(self) -> None:
        for engine in self._engines:
            if engine.kernels is not None:
                engine.kernels.save()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise BackendError("A TensorRT backend is used after it was closed.")


def _target(flavour: Flavour, module: Any, device: DeviceInfo) -> Target:
    """What engines for a device are built for.

    Raises:
        BackendError: the library builds none for it.
    """
    known = flavour.targets(module)
    if known and device.target not in known:
        raise BackendError(
            f"{flavour.title} {module.__version__} has no engines for {device.name}, which is "
            f"{device.target}; it knows {', '.join(known)}.",
            "Use another library there: --backend tensorrt or --backend onnxruntime-cuda.",
        )
    return Target(device.target, "" if flavour.ahead_of_time else device.name)
