"""A backend on the fake driver whose stages are functions on arrays of device memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.program import Program, Segment
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.program import GraphProgram, StreamProgram
from sideman.engine.cuda.stream import Stream
from tests.engine.fakes.driver import FakeDriver

#: Reads and writes arrays by tensor name, in place.
Function = Callable[[dict[str, np.ndarray]], None]


class FakeCudaBackend(Backend):
    """Stages in numpy, enqueued as kernels.

    Args:
        functions: by stage.
        driver: a fresh one if None.
        graphs: whether programs can be captured.

    Attributes:
        fingerprint: what graphs are bound to; change it to have them recorded anew.
    """

    name = "fake-cuda"

    def __init__(
        self,
        functions: Mapping[str, Function],
        driver: FakeDriver | None = None,
        *,
        graphs: bool = True,
    ) -> None:
        self.driver = driver or FakeDriver()
        self.stream = Stream(self.driver)
        self.fingerprint: object = 0
        self._functions = functions
        self._graphs = graphs

    def describe(self) -> str:
        return f"fake CUDA, {self.driver.device.name}"

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        return FakeCudaStage(name, spec, self)

    def stages(self, specs: Mapping[str, StageSpec]) -> dict[str, Stage]:
        return {name: FakeCudaStage(name, spec, self) for name, spec in specs.items()}

    def allocate(
        self, shape: tuple[int, ...], dtype: str = "float32", *, double: bool = False
    ) -> CudaBuffer:
        return CudaBuffer(self.stream, shape, dtype, double=double)

    def program(self, segments: Sequence[Segment]) -> Program:
        if self._graphs:
            return GraphProgram(segments, self.stream, lambda: self.fingerprint)
        return StreamProgram(segments, self.stream)

    def enqueue(self, stage: str, places: dict[str, tuple]) -> None:
        """What a library does when a stage is run; tests put their faults here.

        Args:
            stage: its name.
            places: address, shape and type of every tensor. They are looked up when the kernel
                runs: memory that has been freed by then is an error.
        """
        run, driver = self._functions[stage], self.driver
        driver.kernel(
            stage,
            self.stream.handle,
            lambda: run({name: driver.array(*place) for name, place in places.items()}),
        )

    def close(self) -> None:
        self.stream.close()


class FakeCudaStage(Stage):
    def __init__(self, name: str, spec: StageSpec, backend: FakeCudaBackend) -> None:
        super().__init__(name, spec)
        self._backend = backend

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        return _FakeCudaBinding(self.name, self._backend, buffers)


class _FakeCudaBinding(Binding):
    def __init__(self, stage: str, backend: FakeCudaBackend, buffers: Mapping[str, Any]) -> None:
        self._stage = stage
        self._backend = backend
        self._buffers = dict(buffers)
        self._places = {
            name: (buffer.address, buffer.host.shape, str(buffer.host.dtype))
            for name, buffer in buffers.items()
        }

    def run(self) -> None:
        self._backend.enqueue(self._stage, self._places)
