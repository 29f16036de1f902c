"""A bundle, engines in a cache, a fake library and a fake GPU: all that a backend needs."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sideman.engine.backends.base import Stage
from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.cuda.device import DeviceInfo
from sideman.engine.tensorrt.building.build import BuildTools, Outcome, build_bundle
from sideman.engine.tensorrt.building.builder import BuildOrder, Built
from sideman.engine.tensorrt.building.request import BuildRequest
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.flavours import FLAVOURS
from sideman.engine.tensorrt.precision import Rewriter
from sideman.engine.tensorrt.running.backend import TensorRTBackend
from tests.engine.fakes.driver import DEVICE, FakeDriver
from tests.engine.fakes.session import GEOMETRY, GRID, SPECS
from tests.engine.fakes.session import functions as cpu_functions
from tests.engine.fakes.tensorrt import FakeTensorRT, Function, write_plan
from tests.fakes.manifest import manifest_fields

COLUMNS = GEOMETRY.decoded_columns


def make_bundle(folder: Path) -> Bundle:
    folder.mkdir(parents=True)
    for name in SPECS:
        (folder / f"{name}.onnx").write_text(f"graph {name}")
    write_manifest(folder, **manifest_fields(GRID, name="stand"), origin={})
    return Bundle.open(folder)


class Stand:
    """Attributes are public: a test changes what it wants to go wrong.

    Attributes:
        plans: by stage, what is put over what the next built engines say of themselves.
        built: stages of the engines that were built, in order.
    """

    def __init__(
        self,
        folder: Path,
        patch: pytest.MonkeyPatch,
        *,
        rtx: bool = True,
        functions: Mapping[str, Function] | None = None,
        device: DeviceInfo = DEVICE,
    ) -> None:
        self.flavour = FLAVOURS["tensorrt-rtx" if rtx else "tensorrt"]
        self.rtx = rtx
        self.driver = FakeDriver(device)
        self.library = FakeTensorRT(
            self.flavour.module, self.driver, functions or cpu_functions(), rtx=rtx
        )
        patch.setitem(sys.modules, self.flavour.module, self.library)
        patch.delenv("SIDEMAN_NO_CUDA_GRAPH", raising=False)
        self.bundle = make_bundle(folder / "bundle")
        self.cache = EngineCache(folder / "cache")
        self.plans: dict[str, dict[str, Any]] = {}
        self.built: list[str] = []
        self.tools = BuildTools(
            rewriter=lambda: Rewriter(_copy, 1), device=lambda: device, build=self._build
        )

    def build(
        self,
        rows: Sequence[int] = (1, 2),
        columns: Sequence[int] = (COLUMNS,),
        precision: str = "fp16",
        force: bool = False,
        targets: Sequence[str] = (),
        batch: int = 1,
    ) -> list[Outcome]:
        """What `sideman build` does on the machine of a performer, or elsewhere for targets."""
        request = BuildRequest(
            self.flavour,
            tuple(rows),
            tuple(columns),
            precision,
            tuple(targets),
            force=force,
            cache=self.cache.root,
            batch=batch,
        )
        outcomes = build_bundle(self.bundle.path, request, None, self.tools)
        self.built.clear()
        return outcomes

    def backend(self, **options: Any) -> TensorRTBackend:
        return TensorRTBackend(
            self.flavour.name,
            cache=self.cache.root,
            open_device=lambda index: self.driver,
            tools=self.tools,
            **options,
        )

    def stages(self, backend: TensorRTBackend) -> dict[str, Stage]:
        return backend.load_bundle(self.bundle)

    def engine_files(self, stage: str) -> list[Path]:
        """Engines of a stage in the cache."""
        entries = [entry for entry in self.cache.entries() if entry.sidecar is not None]
        return [entry.engine for entry in entries if entry.sidecar.identity["stage"] == stage]

    def _build(self, flavour: Any, library: Any, order: BuildOrder, **_: Any) -> Built:
        self.built.append(order.stage)
        plan = write_plan(
            order.stage,
            order.spec,
            order.shapes,
            rtx=self.rtx,
            **self.plans.get(order.stage, {}),
        )
        return Built(memoryview(plan), 0.5, 3, None)


def _copy(source: GraphFiles, folder: Path, precision: str, *, convolve_products: bool) -> Path:
    made = folder / source.path.name
    made.write_bytes(source.graph)
    return made


def other_device(name: str, capability: tuple[int, int]) -> DeviceInfo:
    return dataclasses.replace(DEVICE, name=name, capability=capability)
