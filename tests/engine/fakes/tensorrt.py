"""TensorRT in numpy: engines are JSON, and running one enqueues a function on the fake driver.

What TensorRT asks of its caller is checked where a run is enqueued: profile, shapes, aligned
addresses of everything, and scratch memory that is large enough and still allocated when it runs.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, IntEnum
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.tensorrt.shapes import Shape
from tests.engine.fakes.driver import FakeDriver

#: Reads and writes arrays by tensor name, in place.
Function = Callable[[dict[str, np.ndarray]], None]
RTX_MAGIC, CLASSIC_MAGIC = b"vtrt", b"ptrt"


class Severity(IntEnum):
    INTERNAL_ERROR, ERROR, WARNING, INFO, VERBOSE = range(5)


class Mode(Enum):
    INPUT, OUTPUT = "input", "output"


class Validity(Enum):
    VALID, SUBOPTIMAL, INVALID = range(3)


Diagnostics = IntEnum(
    "Diagnostics",
    {
        "VERSION_MISMATCH": 1,
        "UNSUPPORTED_CC": 2,
        "OLD_CUDA_DRIVER": 4,
        "OLD_CUDA_RUNTIME": 8,
        "INSUFFICIENT_GPU_MEMORY": 16,
        "MALFORMED_ENGINE": 32,
        "CUDA_ERROR": 64,
    },
)
Graphs = Enum("Graphs", ["DISABLED", "WHOLE_GRAPH_CAPTURE"])
Specialisation = Enum("Specialisation", ["LAZY", "EAGER", "NONE"])
Allocation = Enum("Allocation", ["STATIC", "ON_PROFILE_CHANGE", "USER_MANAGED"])


def write_plan(
    stage: str, spec: StageSpec, shapes: Sequence[Shape], *, rtx: bool = True, **changes: Any
) -> bytes:
    """A serialised engine; `changes` are put over what it says of itself."""

    def tensors(specs: Sequence[Any], mode: str) -> dict[str, Any]:
        return {
            tensor.name: {
                "mode": mode,
                "dtype": "FLOAT",
                "shape": [-1 if isinstance(size, str) else size for size in tensor.shape],
                "profiles": [list(shape.resolve(tensor)) for shape in shapes],
            }
            for tensor in specs
        }

    says = {
        "stage": stage,
        "tensors": tensors(spec.inputs, "input") | tensors(spec.outputs, "output"),
        "profiles": len(shapes),
        "scratch": 256,
        "validity": 0,
        **changes,
    }
    return (RTX_MAGIC if rtx else CLASSIC_MAGIC) + json.dumps(says).encode()


class FakeTensorRT(ModuleType):
    """The library.

    Attributes:
        driver: of the device.
        functions: what stages compute.
        calls: what was done, as (name, *detail), in order.
        capturable: whether contexts may be recorded by others.
        gone: what was given back ("context", "engine", "runtime"), in order.
    """

    def __init__(
        self, name: str, driver: FakeDriver, functions: Mapping[str, Function], *, rtx: bool
    ) -> None:
        super().__init__(name)
        self.__version__ = "9.9"
        self.driver = driver
        self.functions = functions
        self.calls: list[tuple[Any, ...]] = []
        #: Every context that is alive.
        self.contexts: weakref.WeakSet[FakeContext] = weakref.WeakSet()
        self.capturable = True
        self.gone: list[str] = []
        self.logger: Any = None
        self._faults: dict[str, list[str | Exception]] = {}
        self.ILogger = type("ILogger", (), {"Severity": Severity})
        self.TensorIOMode = Mode
        self.ExecutionContextAllocationStrategy = Allocation
        self.Runtime = lambda logger: FakeRuntime(self, logger)
        if rtx:
            self.CudaGraphStrategy = Graphs
            self.DynamicShapesKernelSpecializationStrategy = Specialisation
            self.EngineValidity = Validity
            self.EngineInvalidityDiagnostics = Diagnostics
            members = dict.fromkeys(("NONE", "CURRENT", "SM75", "SM89", "SM120"))
            self.ComputeCapability = SimpleNamespace(__members__=members)

    def fail(self, point: str, fault: str | Exception = "") -> None:
        """Let something fail once: log this text and say no, or raise."""
        self._faults.setdefault(point, []).append(fault)

    def did(self, name: str) -> list[tuple[Any, ...]]:
        """Details of the calls of a name."""
        return [detail for one, *rest in self.calls if one == name for detail in [tuple(rest)]]

    def _fails(self, point: str) -> bool:
        faults = self._faults.get(point)
        if not faults:
            return False
        fault = faults.pop(0)
        if isinstance(fault, Exception):
            raise fault
        if fault:
            self.logger.log(Severity.ERROR, fault)
        return True


class _Counted:
    """Tells the library when it is given back."""

    kind: str

    def __init__(self, library: FakeTensorRT) -> None:
        self._library = library

    def __del__(self) -> None:
        self._library.gone.append(self.kind)


class FakeRuntime(_Counted):
    kind = "runtime"

    def __init__(self, library: FakeTensorRT, logger: Any) -> None:
        super().__init__(library)
        library.logger = logger
        library._fails("runtime")
        if not hasattr(library, "EngineValidity"):
            self.__class__ = FakeClassicRuntime

    def deserialize_cuda_engine(self, plan: bytes) -> FakeEngine | None:
        if self._library._fails("deserialise"):
            return None
        return FakeEngine(self._library, json.loads(bytes(plan)[4:]))

    def get_engine_validity(self, plan: bytes) -> tuple[Validity, int]:
        bits = json.loads(bytes(plan)[4:])["validity"]
        if self._library._fails("validity"):
            return Validity.INVALID, 0
        if bits < 0:
            return Validity.SUBOPTIMAL, 0
        return (Validity.INVALID, bits) if bits else (Validity.VALID, 0)


class FakeClassicRuntime(FakeRuntime):
    @property
    def get_engine_validity(self) -> Any:
        raise AttributeError("get_engine_validity")


class FakeEngine(_Counted):
    kind = "engine"

    def __init__(self, library: FakeTensorRT, says: dict[str, Any]) -> None:
        super().__init__(library)
        self.says = says
        self.stage = says["stage"]
        self.num_io_tensors = len(says["tensors"])
        self.num_optimization_profiles = says["profiles"]
        self.device_memory_size_v2 = says["scratch"]
        library.calls.append(("engine", self.stage))

    def get_tensor_name(self, index: int) -> str:
        return list(self.says["tensors"])[index]

    def get_tensor_mode(self, name: str) -> Mode:
        return Mode(self.says["tensors"][name]["mode"])

    def get_tensor_dtype(self, name: str) -> Any:
        return SimpleNamespace(name=self.says["tensors"][name]["dtype"])

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.says["tensors"][name]["shape"])

    def get_tensor_profile_shape(self, name: str, profile: int) -> list[tuple[int, ...]]:
        return [tuple(self.says["tensors"][name]["profiles"][profile])] * 3

    def create_runtime_config(self) -> FakeConfig:
        return FakeConfig(self._library)

    def create_execution_context(self, how: Any) -> FakeContext | None:
        if self._library._fails("context"):
            return None
        return FakeContext(self._library, self, how)


class FakeConfig:
    """IRuntimeConfig of TensorRT for RTX."""

    def __init__(self, library: FakeTensorRT) -> None:
        self._library = library
        self.cuda_graph_strategy: Any = None
        self.dynamic_shapes_kernel_specialization_strategy: Any = None
        self.allocation: Any = None
        self.cache: FakeCache | None = None

    def set_execution_context_allocation_strategy(self, strategy: Any) -> None:
        self.allocation = strategy

    def create_runtime_cache(self) -> FakeCache:
        return FakeCache(self._library)

    def set_runtime_cache(self, cache: FakeCache) -> bool:
        self.cache = cache
        return not self._library._fails("set cache")


class FakeCache:
    """IRuntimeCache: names of compiled stages."""

    def __init__(self, library: FakeTensorRT) -> None:
        self._library = library
        self.content = b""

    def serialize(self) -> Any:
        self._library._fails("serialise cache")
        return np.frombuffer(self.content, np.uint8) if self.content else None

    def deserialize(self, content: bytes) -> bool:
        if self._library._fails("deserialise cache"):
            return False
        self.content = bytes(content)
        return True

    def compile(self, stage: str) -> None:
        if stage.encode() not in self.content:
            self._library.calls.append(("compile", stage))
            self.content += stage.encode()


class FakeContext(_Counted):
    kind = "context"

    def __init__(self, library: FakeTensorRT, engine: FakeEngine, how: Any) -> None:
        super().__init__(library)
        self._engine = engine
        self._config = how if isinstance(how, FakeConfig) else None
        allocation = self._config.allocation if self._config else how
        assert allocation is Allocation.USER_MANAGED
        self.active_optimization_profile = 0
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._addresses: dict[str, int] = {}
        self._scratch = (0, 0)
        graphs = self._config and self._config.cuda_graph_strategy
        self._own_graph = graphs is Graphs.WHOLE_GRAPH_CAPTURE
        self._runs = 0
        self._recorded: dict[str, tuple[int, tuple[int, ...]]] | None = None
        library.contexts.add(self)
        library.calls.append(("context", engine.stage, graphs.name if graphs else None))

    def set_optimization_profile_async(self, profile: int, stream: int) -> bool:
        if self._library._fails("profile"):
            return False
        self._library.calls.append(("profile", self._engine.stage, profile))
        self.active_optimization_profile = profile
        return True

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        limits = self._engine.get_tensor_profile_shape(name, self.active_optimization_profile)
        self._shapes[name] = tuple(shape)
        return tuple(shape) == limits[0]

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        tensor = self._engine.says["tensors"][name]
        ready = all(
            one in self._shapes
            for one, says in self._engine.says["tensors"].items()
            if says["mode"] == "input" and -1 in says["shape"]
        )
        return tuple(
            tensor["profiles"][self.active_optimization_profile] if ready else tensor["shape"]
        )

    def set_device_memory(self, address: int, nbytes: int) -> None:
        self._library.calls.append(("scratch", self._engine.stage, address, nbytes))
        self._scratch = (address, nbytes)
        self._library._fails("scratch")

    def set_tensor_address(self, name: str, address: int) -> bool:
        if self._library._fails("address"):
            return False
        self._library.calls.append(("address", self._engine.stage, name, address))
        self._addresses[name] = address
        return True

    def is_stream_capturable(self, stream: int) -> bool:
        # Before its first run it has compiled nothing, and cannot tell.
        return self._library.capturable and not self._own_graph and self._runs > 0

    def execute_async_v3(self, stream: int) -> bool:
        library, stage = self._library, self._engine.stage
        if library._fails("execute"):
            return False
        driver = library.driver
        if driver.capturing(stream) and not self.is_stream_capturable(stream):
            library.logger.log(Severity.ERROR, "this context cannot be captured")
            return False
        names = self._engine.says["tensors"]
        assert set(self._addresses) == set(names), "a tensor has no address"
        assert not any(address % 256 for address in self._addresses.values())
        address, nbytes = self._scratch
        assert nbytes >= self._engine.device_memory_size_v2
        assert not address % 256
        places = {name: (self._addresses[name], self.get_tensor_shape(name)) for name in names}
        run = library.functions[stage]
        self._runs += 1
        if self._own_graph:
            if self._runs == 2:
                # The first run compiles, the second records, as the documentation has it.
                library.calls.append(("own record", stage))
                self._recorded = places
            places = self._recorded or places

        def kernel() -> None:
            # Looked up when it runs: memory that has been freed by then is an error.
            driver.array(address, (nbytes,), "uint8").fill(0xAB)
            run({name: driver.array(*place) for name, place in places.items()})

        if self._config and self._config.cache:
            self._config.cache.compile(stage)
        driver.kernel(stage, stream, kernel)
        return True
