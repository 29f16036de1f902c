"""Choosing the built engines of a bundle, and rebuilding those that are unusable."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.contexts import CONTEXTS
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.building.build import BuildTools, Observer, build_bundle
from sideman.engine.tensorrt.building.request import BuildRequest
from sideman.engine.tensorrt.building.tasks import Wanted
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.finding import FoundEngine, find_engines
from sideman.engine.tensorrt.cache.identity import EngineIdentity, identify
from sideman.engine.tensorrt.cache.reason import explain
from sideman.engine.tensorrt.flavours import Flavour
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.targets import Target

logger = logging.getLogger(__name__)

#: Engines of a stage by the shape that they hold.
EnginesByShape = dict[Shape, FoundEngine]


class _Log(Observer):
    def building(self, wanted: Wanted, reason: str) -> None:
        """Say that a start takes longer, and why."""
        logger.warning("%s is built anew: %s.", wanted, reason)


@dataclass(frozen=True)
class BundleEngines:
    """The engines of one bundle for one device, library and precision.

    Attributes:
        bundle: opened with its hashes checked.
        flavour: which library.
        version: of the library.
        target: what the device is.
        precision: "fp16", "bf16" or "fp32".
        cache: where engines are kept.
        tools: what builds them.
        device: index of the GPU.
    """

    bundle: Bundle
    flavour: Flavour
    version: str
    target: Target
    precision: str
    cache: EngineCache
    tools: BuildTools
    device: int = 0

    def identity(self, stage: str) -> EngineIdentity:
        """What an engine of a stage has to be valid for.

        Raises:
            BackendError: this precision cannot be made of the bundle.
        """
        return identify(
            self.bundle,
            stage,
            self.flavour,
            self.version,
            self.target,
            self.precision,
            rewriter=self.tools.rewriter,
        )

    def command(self, options: str = "") -> str:
        """The command that builds what is missing.

        Args:
            options: to be added.
        """
        folder = str(self.bundle.path)
        parts = [
            "sideman build",
            f'"{folder}"' if " " in folder else folder,
            f"--backend {self.flavour.name}",
            f"--precision {self.precision}",
            # The other flavour builds for the GPU of this machine and takes no target.
            f"--target {self.target.name}" if self.flavour.ahead_of_time else self._which_gpu(),
            options,
        ]
        return " ".join(part for part in parts if part)

    def _which_gpu(self) -> str:
        return f"--device {self.device}" if self.device else ""

    def find(self) -> dict[str, EnginesByShape]:
        """Every built engine by stage and shape; those that are damaged are built anew first.

        Contents are not read yet, only sidecars and sizes.

        Raises:
            SidemanError: a stage has no engine at all, or one that is damaged cannot be built.
        """
        found = {stage: find_engines(self.cache, self.identity(stage)) for stage in STAGES}
        lost = {stage: self._lost(stage, found[stage]) for stage in STAGES}
        for stage in STAGES:
            if not found[stage] and not lost[stage]:
                raise self._nothing_built(stage)
        shapes = {shape for one in lost.values() for shape in one}
        if shapes:
            # In one build, so that shapes that shared an engine share one again.
            self._build(self._sizes(shapes, found))
            found = {stage: find_engines(self.cache, self.identity(stage)) for stage in STAGES}
        return found

    def replace(self, stage: str, engine: FoundEngine, fault: str) -> EnginesByShape:
        """Build an engine anew that turned out to be unusable when it was read or loaded.

        Args:
            stage: name of the stage.
            engine: the unusable one; it is not found any more.
            fault: what is wrong with it.

        Returns:
            Every engine of the stage.

        Raises:
            SidemanError: it cannot be built.
        """
        engine.entry.path.unlink(missing_ok=True)
        others = {name: find_engines(self.cache, self.identity(name)) for name in STAGES}
        self._build(self._sizes(engine.entry.details.shapes, others), fault)
        return find_engines(self.cache, self.identity(stage))

    def _lost(self, stage: str, found: EnginesByShape) -> set[Shape]:
        """Shapes whose engine is damaged, so far as its sidecar can be read."""
        shapes: set[Shape] = set()
        for entry in self.cache.of(self.identity(stage)):
            if not entry.fault:
                continue
            lost = set(entry.sidecar.shapes if entry.sidecar else ()) - set(found)
            # A damaged plan for several targets stays when one for this target takes its place.
            if lost or entry.sidecar is None:
                logger.warning("Stage %s: %s.", stage, entry.fault)
            shapes |= lost
        return shapes

    def _sizes(
        self, shapes: Collection[Shape], found: dict[str, EnginesByShape]
    ) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """Rows, decoded columns and largest batch to build for: those in the shapes. If the shapes
        have no such size (step has no decoded columns), the smallest that other engines were built
        for. More rows than stems are a batch of several sessions.
        """
        stems = len(self.bundle.manifest.stems)
        known = {shape for one in found.values() for shape in one}
        chosen = []
        for name in ("batch", "decoded_columns"):
            wanted = {s.as_dict()[name] for s in shapes if name in s.as_dict()}
            others = {s.as_dict()[name] for s in known if name in s.as_dict()}
            chosen.append(tuple(sorted(wanted)) or tuple(sorted(others))[:1])
        batch = max((s.as_dict().get(CONTEXTS, 1) for s in shapes), default=1)
        batch = max([batch, *(row for row in chosen[0] if row > stems)])
        # Of what decode runs in, only step knows whether it is one session's.
        alone = {s.as_dict()["batch"] for s in {*known, *shapes} if s.as_dict().get(CONTEXTS) == 1}
        alone = alone if batch > 1 and alone else set(range(1, stems + 1))
        rows = tuple(row for row in chosen[0] if row in alone) or (min(alone),)
        return rows, chosen[1], batch

    def _build(
        self, sizes: tuple[tuple[int, ...], tuple[int, ...], int], because: str = ""
    ) -> None:
        rows, columns, batch = sizes
        request = BuildRequest(
            flavour=self.flavour,
            rows=rows,
            decoded_columns=columns,
            precision=self.precision,
            targets=(self.target.name,),
            cache=self.cache.root,
            because=because.rstrip("."),
            batch=batch,
        )
        build_bundle(self.bundle.path, request, _Log(), self.tools)

    def _nothing_built(self, stage: str) -> BackendError:
        name = self.bundle.manifest.name
        nearest = explain(self.identity(stage), (), name, self.cache.sidecars())
        why = "" if nearest.startswith("first") else f" (nearest: {nearest})"
        gpu = f" on {self.target.gpu}" if self.target.gpu else ""
        return BackendError(
            f"No engine of stage {stage} of {name} is built for {self.flavour.title} "
            f"{self.version} in {self.precision} for {self.target.name}{gpu}{why}.",
            f"Build them once: {self.command()}",
        )
