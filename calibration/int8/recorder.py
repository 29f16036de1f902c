"""A backend that keeps a copy of whatever goes into its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Call:
    """One run of a stage: a copy of every input, by name."""

    stage: str
    inputs: Mapping[str, Array]


@dataclass
class Collector:
    """Takes calls while it listens.

    Attributes:
        listening: whether calls are kept.
        calls: those that were kept, in the order of their runs.
    """

    listening: bool = False
    calls: list[Call] = field(default_factory=list)

    def take(self, stage: Stage, buffers: Mapping[str, Buffer]) -> None:
        """Copy the inputs of a run that is about to begin."""
        if self.listening:
            inputs = {each.name: buffers[each.name].host.copy() for each in stage.spec.inputs}
            self.calls.append(Call(stage.name, inputs))

    def drain(self) -> list[Call]:
        """All calls so far; the collector then has none."""
        calls, self.calls = self.calls, []
        return calls


class RecordingBackend(Backend):
    """Another backend, whose inputs a collector is handed; for backends on the CPU.

    Args:
        inner: runs the stages; closed with this one.
        collector: takes the inputs.
    """

    def __init__(self, inner: Backend, collector: Collector) -> None:
        self._inner = inner
        self._collector = collector
        self.name = inner.name

    def describe(self) -> str:
        """As the backend inside."""
        return self._inner.describe()

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """As the backend inside."""
        return _RecordingStage(self._inner.load(name, files, spec), self._collector)

    def allocate(
        self, shape: tuple[int, ...], dtype: str = "float32", *, double: bool = False
    ) -> Buffer:
        """As the backend inside."""
        return self._inner.allocate(shape, dtype, double=double)

    def close(self) -> None:
        """Close the backend inside."""
        self._inner.close()


class _RecordingStage(Stage):
    def __init__(self, inner: Stage, collector: Collector) -> None:
        super().__init__(inner.name, inner.spec)
        self._inner = inner
        self._collector = collector

    def check_sizes(self, sizes: Mapping[str, int]) -> None:
        self._inner.check_sizes(sizes)

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        return _RecordingBinding(self, self._inner.bind(buffers), dict(buffers), self._collector)


class _RecordingBinding(Binding):
    def __init__(
        self,
        stage: Stage,
        inner: Binding,
        buffers: Mapping[str, Buffer],
        collector: Collector,
    ) -> None:
        self._stage = stage
        self._inner = inner
        self._buffers = buffers
        self._collector = collector

    def run(self) -> None:
        self._collector.take(self._stage, self._buffers)
        self._inner.run()
