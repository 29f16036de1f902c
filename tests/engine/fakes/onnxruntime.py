"""An `onnxruntime` whose CUDA provider enqueues numpy functions on the fake driver's stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from sideman.engine.bundle.manifest import StageSpec
from tests.engine.fakes.driver import FakeDriver

TYPES = {"float32": "tensor(float)", "int64": "tensor(int64)"}


class FakeOnnxRuntime:
    """Stands in for the module.

    Records are kept as ONNX Runtime keeps them: by number, with the addresses that the binding had
    when it was recorded, made by the first run with that number.

    Attributes:
        available: what `get_available_providers` answers.
        loads: whether the CUDA provider's libraries are found.
        cannot_record: stages whose graphs need copies between CPU and GPU.
        sessions: all that were opened.
        ran: (stage, graph number, how), how being "plain", "record" or "replay".
        released: numbers of records that were freed.
        breaks: stages in which making a record fails half-way.
        fail: called with a stage's name before it is enqueued.
    """

    __version__ = "1.32.0"
    cuda_version = "13.0"

    def __init__(
        self,
        driver: FakeDriver,
        specs: Mapping[str, StageSpec],
        functions: Mapping[str, Callable[[dict[str, np.ndarray]], None]],
    ) -> None:
        self.driver, self.specs, self.functions = driver, specs, functions
        self.available = ["CUDAExecutionProvider", "CPUExecutionProvider"]
        self.loads = True
        self.cannot_record: set[str] = set()
        self.breaks: set[str] = set()
        self.preloaded = False
        self.sessions: list[FakeSession] = []
        self.ran: list[tuple[str, str, str]] = []
        self.released: list[int] = []
        self.fail: Callable[[str], None] = lambda stage: None

    def get_available_providers(self) -> list[str]:
        return self.available

    def preload_dlls(self, directory: str | None = None) -> None:
        self.preloaded = True

    def InferenceSession(self, graph: bytes, options: Any, **keywords: Any) -> FakeSession:
        return FakeSession(self, graph, options, **keywords)

    class SessionOptions(SimpleNamespace):
        def __init__(self) -> None:
            super().__init__(config={})

        def add_session_config_entry(self, key: str, value: str) -> None:
            self.config[key] = value

    class RunOptions:
        def __init__(self) -> None:
            self.config: dict[str, str] = {}

        def add_run_config_entry(self, key: str, value: str) -> None:
            self.config[key] = value


class FakeSession:
    def __init__(
        self, runtime: FakeOnnxRuntime, graph: bytes, options: Any, providers: list, **keywords: Any
    ) -> None:
        self.runtime, self.options, self.keywords = runtime, options, keywords
        self.name = graph.decode()
        self.spec = runtime.specs[self.name]
        ((_, given), cpu) = providers
        assert cpu == "CPUExecutionProvider"
        self.provider = given if runtime.loads else {}
        self.records: dict[str, list[int]] = {}
        if self.graphs and self.name in runtime.cannot_record:
            raise RuntimeError(
                "This session cannot use the graph capture feature as requested by the user as "
                "all compute graph nodes have not been partitioned to the CUDAExecutionProvider"
            )
        runtime.sessions.append(self)

    @property
    def graphs(self) -> bool:
        return self.provider.get("enable_cuda_graph") == "1"

    def get_providers(self) -> list[str]:
        return self.runtime.available if self.runtime.loads else ["CPUExecutionProvider"]

    def get_inputs(self) -> list[Any]:
        return [
            SimpleNamespace(name=t.name, type=TYPES[t.dtype], shape=t.shape)
            for t in self.spec.inputs
        ]

    def get_outputs(self) -> list[Any]:
        return [
            SimpleNamespace(name=t.name, type=TYPES[t.dtype], shape=t.shape)
            for t in self.spec.outputs
        ]

    def io_binding(self) -> FakeIOBinding:
        return FakeIOBinding()

    def release_captured_graph(self, number: int) -> None:
        self.records.pop(str(number), None)
        self.runtime.released.append(number)

    def run_with_iobinding(self, binding: FakeIOBinding, options: Any) -> None:
        runtime, number = self.runtime, options.config["gpu_graph_id"]
        runtime.fail(self.name)
        assert options.config["disable_synchronize_execution_providers"] == "1"
        addresses = [bound[-1] for bound in binding.bound.values()]
        how = "plain"
        if self.graphs and number != "-1":
            how = "replay" if number in self.records else "record"
            if how == "record" and self.name in runtime.breaks:
                runtime.driver.begin_capture(int(self.provider["user_compute_stream"]))
                raise RuntimeError("CUDA failure 900: operation not permitted")
            assert self.records.setdefault(number, addresses) == addresses, "a stale record"
        runtime.ran.append((self.name, number, how))
        places = {
            name: (address, tuple(shape), str(dtype))
            for name, (_, _, dtype, shape, address) in binding.bound.items()
        }
        stream, driver = int(self.provider["user_compute_stream"]), runtime.driver
        run = runtime.functions[self.name]
        driver.kernel(
            self.name,
            stream,
            # Looked up when it runs: memory that has been freed by then is an error.
            lambda: run({name: driver.array(*place) for name, place in places.items()}),
        )


class FakeIOBinding:
    def __init__(self) -> None:
        self.bound: dict[str, tuple] = {}

    def bind_input(
        self, name: str, device: str, index: int, dtype: Any, shape: list[int], address: int
    ) -> None:
        self.bound[name] = (device, index, np.dtype(dtype), shape, address)

    bind_output = bind_input
