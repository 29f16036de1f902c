"""The real TensorRT for RTX where there is no GPU: what it says, and what we make of that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cuda.device import find_device
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, SidemanError
from sideman.engine.loading.registry import create_backend
from sideman.engine.tensorrt.building.builder import BuildOrder, build_engine
from sideman.engine.tensorrt.flavours import TENSORRT_RTX
from sideman.engine.tensorrt.running.backend import TensorRTBackend
from sideman.engine.tensorrt.running.library import Library
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensors import TensorSpec
from tests.engine.fakes import tensorrt as fakes
from tests.engine.fakes.driver import FakeDriver

real = pytest.importorskip("tensorrt_rtx", reason="needs tensorrt-rtx")
NO_DRIVER = "There is no NVIDIA driver on this machine."


@pytest.fixture
def _no_gpu() -> None:
    try:
        device = find_device()
    except SidemanError as error:
        if error.what != NO_DRIVER:
            pytest.skip(error.what)
    else:
        pytest.skip(f"this machine has a {device.name}")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An engine that doubles, for sm89."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "x"], ["y"])],
        "double",
        [helper.make_tensor_value_info("x", kind, ["batch", 3])],
        [helper.make_tensor_value_info("y", kind, ["batch", 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    path: Path = tmp_path_factory.mktemp("plan") / "double.onnx"
    onnx.save(model, path)
    shape = (TensorSpec("x", ("batch", 3)),), (TensorSpec("y", ("batch", 3)),)
    order = BuildOrder(
        "double", path, StageSpec(path.name, "float32", *shape), (Shape.of({"batch": 2}),), "sm89"
    )
    return bytes(build_engine(TENSORRT_RTX, real, order).plan)


@pytest.fixture
def library() -> Library:
    with Stream(FakeDriver()) as stream:
        yield Library(TENSORRT_RTX, real, stream)


@pytest.mark.usefixtures("_no_gpu")
@pytest.mark.parametrize("name", ["tensorrt-rtx"])
def test_without_a_gpu_the_message_says_so_and_names_what_runs_without(name: str) -> None:
    with pytest.raises(BackendError, match=NO_DRIVER) as caught:
        create_backend(BackendChoice(name))
    assert "--backend onnxruntime" in caught.value.remedy


@pytest.mark.usefixtures("_no_gpu")
def test_an_engine_without_a_gpu_is_an_error_that_names_the_driver(library, plan) -> None:
    # Measured with 1.7.1: the engine is called invalid without a diagnosis, and the reason is said.
    with pytest.raises(BackendError, match="CUDA driver version is insufficient") as caught:
        library.deserialise("double", plan)
    assert "could not use the engine of stage double" in caught.value.what


@pytest.mark.usefixtures("_no_gpu")
def test_deserialising_without_a_gpu_gives_none_and_not_a_crash(
    library, plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_check_validity", lambda *_: None)
    with pytest.raises(BackendError, match="CUDA driver version is insufficient") as caught:
        library.deserialise("double", plan)
    assert "could not load the engine of stage double" in caught.value.what


def test_what_is_no_engine_is_unfit(library) -> None:
    with pytest.raises(BackendError, match="MALFORMED_ENGINE") as caught:
        library.deserialise("double", b"no engine at all" * 20)
    assert "sideman build --force" in caught.value.remedy


def test_the_library_names_what_it_builds_for() -> None:
    driver = FakeDriver()
    backend = TensorRTBackend("tensorrt-rtx", open_device=lambda index: driver)
    assert backend.describe() == f"TensorRT for RTX {real.__version__}, Fake GPU, fp16"
    backend.close()
    assert driver.leaks() == {}


@pytest.mark.parametrize(
    "name", ["Runtime", "ICudaEngine", "IRuntimeConfig", "IRuntimeCache", "IExecutionContext"]
)
def test_the_fake_offers_nothing_that_the_library_lacks(name: str) -> None:
    empty = StageSpec("empty.onnx", "float32", (), ())
    fake = fakes.FakeTensorRT("fake", FakeDriver(), {}, rtx=True)
    runtime = fake.Runtime(None)
    engine = runtime.deserialize_cuda_engine(fakes.write_plan("empty", empty, [Shape()]))
    config = engine.create_runtime_config()
    config.set_execution_context_allocation_strategy(fakes.Allocation.USER_MANAGED)
    made = {
        "Runtime": runtime,
        "ICudaEngine": engine,
        "IRuntimeConfig": config,
        "IRuntimeCache": config.create_runtime_cache(),
        "IExecutionContext": engine.create_execution_context(config),
    }
    own = {"compile", "kind", "stage", "says", "content", "cache", "allocation"}
    offered = {name for name in dir(made[name]) if not name.startswith("_")} - own
    assert offered
    assert {one for one in offered if not hasattr(getattr(real, name), one)} == set()


def test_settings_of_a_runtime_configuration_can_be_set() -> None:
    for name in ("cuda_graph_strategy", "dynamic_shapes_kernel_specialization_strategy"):
        assert getattr(real.IRuntimeConfig, name).fset is not None


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("ExecutionContextAllocationStrategy", ["USER_MANAGED"]),
        ("CudaGraphStrategy", ["DISABLED", "WHOLE_GRAPH_CAPTURE"]),
        ("DynamicShapesKernelSpecializationStrategy", ["EAGER"]),
        ("TensorIOMode", ["INPUT", "OUTPUT"]),
        ("EngineValidity", ["VALID", "SUBOPTIMAL", "INVALID"]),
        ("EngineInvalidityDiagnostics", list(fakes.Diagnostics.__members__)),
        ("DataType", ["FLOAT", "HALF", "INT64", "BOOL"]),
    ],
)
def test_the_library_has_the_values_that_are_used(kind: str, members: list[str]) -> None:
    assert set(members) <= set(getattr(real, kind).__members__)


def test_diagnostics_have_the_bits_that_the_fake_gives_them() -> None:
    bits = {n: int(v) for n, v in real.EngineInvalidityDiagnostics.__members__.items()}
    assert bits == {name: int(value) for name, value in fakes.Diagnostics.__members__.items()}


def test_importing_the_backend_imports_no_library() -> None:
    script = "import sys, sideman.engine.tensorrt.running.backend; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "sideman" in loaded
    assert not loaded & {"tensorrt", "tensorrt_rtx", "cuda", "onnx", "torch"}
