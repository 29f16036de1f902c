"""OpenVINO on the CPU."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.progress import READ, Progress, after_stage, nobody
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.grid import ENCODED_SIZES
from sideman.engine.bundle.manifest import STAGES, StageSpec
from sideman.engine.cache.places import cache_root
from sideman.engine.errors import BackendError
from sideman.engine.openvino import precision as precisions
from sideman.engine.openvino.compiled_models import CompiledModels, digests, identify
from sideman.engine.openvino.graph import compile_graph
from sideman.engine.openvino.library import import_openvino, the_core
from sideman.engine.openvino.stage import OpenVinoStage, PinnedStage, check_tensors

logger = logging.getLogger(__name__)


class OpenVinoBackend(Backend):
    """Runs stages with OpenVINO's CPU plugin.

    Args:
        threads: threads inside an operator; None lets OpenVINO choose, which takes one for each
            physical core that this process may use.
        precision: "fp32" or "bf16".
        cache: folder of the compiled models; None takes the user's own.
        cycles: that run at once; each has that many threads, one if none are named.

    Raises:
        MissingExtraError: OpenVINO is not installed.
        BackendError: this processor does not have the precision.
    """

    name = "openvino"

    def __init__(
        self,
        threads: int | None = None,
        precision: str = "fp32",
        *,
        cache: Path | None = None,
        cycles: int = 1,
    ) -> None:
        if threads is not None and threads < 1:
            raise BackendError(f"{threads} threads cannot run a stage.", "Use 1 or more.")
        self.precision = precision
        self._library = import_openvino()
        self._core = the_core()
        precisions.check_supported(self._core, precision)
        self._cycles = cycles
        self._asked = threads if cycles == 1 else cycles * (threads or 1)
        self._root = cache or cache_root()
        self._models = CompiledModels(self._library, self._core, self._root)
        self._threads: int | None = None
        self._products: dict[str, Counter[str]] = {}

    def describe(self) -> str:
        """Version, device, threads and precision, as read back from what was loaded."""
        parts = [f"OpenVINO {self._library.__version__.partition('-')[0]}", "CPU"]
        if threads := self._threads or self._asked:
            parts.append(f"{threads} thread{'s' if threads > 1 else ''}")
            parts[-1] += f" for {self._cycles} cycles at once" if self._cycles > 1 else ""
        parts.append(self.precision)
        # A stage may well multiply nothing.
        if products := sum(self._products.values(), Counter()):
            parts[-1] += f" ({precisions.describe(products)})"
        return ", ".join(parts)

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """Compile a graph, or load what was compiled of it before; as `Backend.load`."""
        return self._load(name, spec, digests(files), lambda: files, {})

    def load_bundle(self, bundle: Bundle, progress: Progress = nobody) -> dict[str, Stage]:
        """Verify a bundle and load every stage; as `Backend.load_bundle`.

        Weights are kept in memory only while something is compiled of them.
        """
        progress(0.0, "reading")
        bundle.verify()
        sizes = {
            name: sum(bundle.manifest.files[file].bytes for file in bundle.files_of(name))
            for name in STAGES
        }
        total, done = sum(sizes.values()), 0
        progress(READ, STAGES[0])
        stages: dict[str, Stage] = {}
        for i, name in enumerate(STAGES):
            stages[name] = self._load(
                name,
                bundle.manifest.stages[name],
                bundle.digests_of(name),
                # Verified again, because it is read again.
                lambda name=name: bundle.read_stage(name),  # type: ignore[misc]
                bundle.manifest.grid.whole_sizes,
            )
            done += sizes[name]
            progress(after_stage(done, total), (*STAGES, "warming up")[i + 1])
        return stages

    def _load(
        self,
        name: str,
        spec: StageSpec,
        digest: tuple[str, tuple[str, ...]],
        read: Callable[[], GraphFiles],
        usual: Mapping[str, int],
    ) -> Stage:
        """Load a stage.

        Args:
            name: of the stage.
            spec: what the manifest promises.
            digest: SHA-256 of graph and weights.
            read: reads them, verified; called where nothing was compiled of them yet.
            usual: what is usually encoded, by the names of sizes; empty where nobody knows.
        """

        def compile_for(pinned: Mapping[str, tuple[int, ...]]) -> Stage:
            compiled, memory = self._compiled(name, spec, digest, read, pinned)
            return OpenVinoStage(name, spec, self._library, compiled, memory)

        free = {size for each in spec.inputs for size in each.shape if isinstance(size, str)}
        if not free or not free <= ENCODED_SIZES:
            return compile_for({})
        sizes = {
            each.name: tuple(
                usual.get(size, 0) if isinstance(size, str) else size for size in each.shape
            )
            for each in spec.inputs
        }
        return PinnedStage(name, spec, compile_for, sizes if usual else None)

    def _compiled(
        self,
        name: str,
        spec: StageSpec,
        digest: tuple[str, tuple[str, ...]],
        read: Callable[[], GraphFiles],
        pinned: Mapping[str, tuple[int, ...]],
    ) -> tuple[Any, Any]:
        """The library's CompiledModel, from the cache if it is there, and memory that it uses."""
        config = _config(self._asked, self.precision, self._cycles)
        identity = identify(self._core, self._library.__version__, config, *digest, pinned)
        found = self._models.load(identity, config)
        if found is None:
            logger.info("Stage %s is compiled for this processor; later starts find it.", name)
            compiled = compile_graph(
                self._library, self._core, name, read(), self.precision, config, self._root, pinned
            )
            memory = None
        else:
            compiled, memory = found
        check_tensors(name, spec, compiled)
        self._read_back(name, compiled)
        if found is None:
            self._models.save(identity, compiled)
        return compiled, memory

    def _read_back(self, name: str, compiled: Any) -> None:
        """Learn what a stage is computed with, and say so where it is not what was asked for."""
        layers = precisions.executed(compiled)
        precisions.check_executed(name, self.precision, layers)
        self._products[name] = precisions.products(layers)
        before, self._threads = self._threads, compiled.get_property("INFERENCE_NUM_THREADS")
        if before is None and self._asked not in (None, self._threads):
            logger.warning(
                "OpenVINO takes %d of the %d threads that were asked for: one for each core.",
                self._threads,
                self._asked,
            )


def _config(threads: int | None, precision: str, cycles: int = 1) -> dict[str, Any]:
    """Properties of every stage, whose threads are shared out among cycles that run at once.

    Denormals are left alone: the option for them changes the arithmetic of the compiling thread.
    """
    config = {
        "INFERENCE_PRECISION_HINT": precisions.HINTS[precision],
        "PERFORMANCE_HINT": "LATENCY",
        # Two servers on one machine would be tied to the same cores.
        "ENABLE_CPU_PINNING": False,
    }
    if cycles > 1:
        config["NUM_STREAMS"] = cycles
    return config if threads is None else {**config, "INFERENCE_NUM_THREADS": threads}
