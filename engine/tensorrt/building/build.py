"""Finding every engine that a bundle needs in the cache, or building and storing it.

A stage becomes one engine with a fixed profile for each shape, because the profiles of an engine
share its weights. Measured with TensorRT for RTX 1.7.1 on full-size stages in float32 for sm89:
step takes 1,051 MB and 26 s with one profile, 1,196 MB and 55 s with four; decode 179 MB and 9 s,
244 MB and 34 s. A very small model shows no such saving, because each profile has its own kernels,
and they outweigh the weights.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Self

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import INT8, STAGES
from sideman.engine.cache.blobs import BlobStore
from sideman.engine.cache.places import temporary_folder
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.building.builder import BuildEngine, BuildOrder, Built, build_engine
from sideman.engine.tensorrt.building.integers import check_integers
from sideman.engine.tensorrt.building.request import BuildRequest
from sideman.engine.tensorrt.building.tasks import Task, Wanted, find_tasks
from sideman.engine.tensorrt.cache.cache import EngineCache, Entry
from sideman.engine.tensorrt.cache.identity import identify, rewrites
from sideman.engine.tensorrt.cache.reason import explain
from sideman.engine.tensorrt.precision import Rewriter, check_precision, find_rewriter
from sideman.engine.tensorrt.shapes import plan_shapes
from sideman.engine.tensorrt.targets import FindDevice, Target, find_device, resolve_targets

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one engine.

    Attributes:
        wanted: the engine.
        entry: where it is.
        reason: why it was built; empty where it was found in the cache.
    """

    wanted: Wanted
    entry: Entry
    reason: str


class Observer:
    """Receives a build's progress; ignores it here. `progress` is called from any thread."""

    def planned(self, count: int) -> None:
        """So many engines are wanted."""

    def rewriting(self, wanted: Wanted) -> None:
        """The graph of an engine is being written in its precision."""

    def building(self, wanted: Wanted, reason: str) -> None:
        """An engine is built, and why."""

    def progress(self, fraction: float, phase: str) -> None:
        """The share of the engine that is done, from 0 to 1, and the library's current phase."""

    def done(self, outcome: Outcome) -> None:
        """An engine is there."""


@dataclass(frozen=True)
class BuildTools:
    """What a build uses; a test puts others in their place.

    Attributes:
        rewriter: finds what writes precisions.
        device: finds this machine's GPU.
        build: builds one engine.
    """

    rewriter: Callable[[], Rewriter] = find_rewriter
    device: FindDevice = find_device
    build: BuildEngine = build_engine


def build_bundle(
    path: Path,
    request: BuildRequest,
    observer: Observer | None = None,
    tools: BuildTools | None = None,
) -> list[Outcome]:
    """Find or build every engine of a bundle for the sizes and targets that are asked for.

    Everything that can be refused is refused before the first engine is built. What was built
    before a failure or Ctrl-C stays in the cache.

    Args:
        path: the bundle's folder.
        request: what to build.
        observer: told how it goes on.
        tools: what to build with.

    Returns:
        What became of each engine, in the order in which they were made.

    Raises:
        SidemanError: the bundle is damaged, the request cannot be met, or a build fails.
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    observer, tools = observer or Observer(), tools or BuildTools()
    library = request.flavour.require()
    targets = resolve_targets(request.flavour, library, request.targets, tools.device)
    for target in targets:
        check_precision(request.flavour, target.name, request.precision)
    bundle = Bundle.open(path)
    for stage in STAGES:
        if request.precision == INT8 == bundle.manifest.stages[stage].precision:
            check_integers(stage, bundle.read_stage(stage))
    cache = EngineCache(request.cache)
    wanted = _wanted(bundle, request, library, targets, tools)
    tasks = find_tasks(list(wanted), cache, force=request.force)
    observer.planned(len(tasks))
    with _Sources(bundle, request, tools, cache.root, observer) as sources:
        work = _Work(bundle, request, library, cache, sources, observer, tools)
        return [work.provide(task) for task in tasks]


def _wanted(
    bundle: Bundle,
    request: BuildRequest,
    library: ModuleType,
    targets: tuple[Target, ...],
    tools: BuildTools,
) -> Iterator[Wanted]:
    plan = plan_shapes(bundle.manifest, request.rows, request.decoded_columns, request.batch)
    for target in targets:
        for stage, shapes in plan.items():
            identity = identify(
                bundle,
                stage,
                request.flavour,
                library.__version__,
                target,
                request.precision,
                rewriter=tools.rewriter,
            )
            yield Wanted(identity, shapes)


@dataclass
class _Sources:
    """Graphs in the precision of a build: rewritten once, shared, and removed at the end."""

    bundle: Bundle
    request: BuildRequest
    tools: BuildTools
    root: Path
    observer: Observer
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _made: dict[tuple[str, bool], Path] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def of(self, wanted: Wanted) -> Path:
        """The graph to parse for an engine."""
        identity = wanted.identity
        stage, flavour = identity.stage, self.request.flavour
        if not rewrites(self.bundle, stage, flavour, identity.target, identity.precision):
            return self.bundle.stage_path(stage)
        key = (stage, identity.convolve_products)
        if key not in self._made:
            self.observer.rewriting(wanted)
            self._made[key] = self.tools.rewriter().rewrite(
                self.bundle.read_stage(stage),
                self._new_folder(key),
                identity.precision,
                convolve_products=identity.convolve_products,
            )
        return self._made[key]

    def _new_folder(self, key: tuple[str, bool]) -> Path:
        if self._folder is None:
            # In the cache rather than in the system's temporary folder, which may be a small disk
            # in memory: full-size graphs take hundreds of megabytes.
            self._folder = temporary_folder(self.root)
        folder = Path(self._folder.name) / f"{key[0]}-{int(key[1])}"
        folder.mkdir()
        return folder


@dataclass
class _Work:
    bundle: Bundle
    request: BuildRequest
    library: ModuleType
    cache: EngineCache
    sources: _Sources
    observer: Observer
    tools: BuildTools

    def provide(self, task: Task) -> Outcome:
        """Take an engine that was found, or build it."""
        if task.entry is not None:
            outcome = Outcome(task.wanted, task.entry, "")
        else:
            outcome = self._build(task.wanted, self._reason(task))
        self.observer.done(outcome)
        return outcome

    def _reason(self, task: Task) -> str:
        if task.forced:
            return "asked for with --force"
        identity, shapes = task.wanted.identity, task.wanted.shapes
        why = task.fault or self.request.because
        return why or explain(identity, shapes, self.bundle.manifest.name, self.cache.sidecars())

    def _build(self, wanted: Wanted, reason: str) -> Outcome:
        source = self.sources.of(wanted)
        self.observer.building(wanted, reason)
        identity = wanted.identity
        order = BuildOrder(
            identity.stage,
            source,
            self.bundle.manifest.stages[identity.stage],
            wanted.shapes,
            identity.target,
        )
        timings = BlobStore(self.cache.root, "timing")
        owner = {"flavour": identity.flavour, "version": identity.version, "gpu": identity.gpu}
        flavour = self.request.flavour
        built: Built = self.tools.build(
            flavour,
            self.library,
            order,
            report=self.observer.progress,
            timing_cache=timings.load(owner) if flavour.timing_cache else None,
        )
        if source == self.bundle.stage_path(identity.stage):
            # The library has read the files itself, a while after their hashes became the engine's
            # name: if they changed in between, the engine must not be kept under that name.
            self.bundle.verify(self.bundle.files_of(identity.stage))
        entry = self.cache.store(
            identity,
            wanted.shapes,
            built.plan,
            bundle=self.bundle.manifest.name,
            seconds=built.seconds,
            layers=built.layers,
            peak_bytes=built.peak_bytes,
        )
        if built.timing_cache is not None:
            _keep(timings, owner, built.timing_cache)
        return Outcome(wanted, entry, reason)


def _keep(timings: BlobStore, owner: dict[str, str], content: bytes) -> None:
    """Save what was measured; if that fails, the next build only takes longer."""
    try:
        timings.save(owner, content)
    except BackendError as error:
        _LOG.warning("%s", error)
