"""ONNX Runtime's CUDA provider by the calls that are made of it: nothing here runs on a GPU."""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.base import Buffer
from sideman.engine.backends.program import Segment
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError, DeviceLostError, MissingExtraError
from sideman.engine.onnxruntime import cuda as onnxruntime_cuda
from sideman.engine.onnxruntime.cuda import OnnxRuntimeCudaBackend
from sideman.engine.tensors import TensorSpec
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from tests.engine.fakes.driver import FakeDriver
from tests.engine.fakes.onnxruntime import FakeOnnxRuntime
from tests.engine.fakes.session import MANIFEST, SPECS, cpu_session, functions, play

X, Y = TensorSpec("x", ("batch", 3)), TensorSpec("y", ("batch", 3))
SPEC = StageSpec("double.onnx", "float32", (X,), (Y,))


def double(arrays: dict[str, np.ndarray]) -> None:
    arrays["y"][:] = 2 * arrays["x"]


@pytest.fixture
def driver() -> FakeDriver:
    return FakeDriver()


@pytest.fixture
def runtime(driver: FakeDriver, monkeypatch: pytest.MonkeyPatch) -> FakeOnnxRuntime:
    monkeypatch.delenv("SIDEMAN_NO_CUDA_GRAPH", raising=False)
    made = FakeOnnxRuntime(
        driver, {"double": SPEC, "other": SPEC}, {"double": double, "other": double}
    )
    monkeypatch.setattr(onnxruntime_cuda, "found", lambda module: True)
    monkeypatch.setattr(onnxruntime_cuda, "require", lambda module, purpose: made)
    return made


@pytest.fixture
def graph(tmp_path: Path) -> Callable[[str], Path]:
    def write(name: str) -> Path:
        path = tmp_path / f"{name}.onnx"
        path.write_text(name)
        return path

    return write


class Bound:
    """One stage bound to two buffers, in a program with both copies."""

    def __init__(self, backend: OnnxRuntimeCudaBackend, path: Path, name: str = "double") -> None:
        self.stage = backend.load(name, GraphFiles.read(path), SPEC)
        self.x, self.y = backend.allocate((2, 3)), backend.allocate((2, 3))
        self.binding = self.stage.bind({"x": self.x, "y": self.y})
        operations = (self.x.enqueue_upload, self.binding.run, self.y.enqueue_download)
        self.program = backend.program((Segment(name, operations),))

    def run(self, value: float) -> np.ndarray:
        self.x.host[:] = value
        self.program.run(lambda name, seconds: None)
        return self.y.host.copy()


@pytest.fixture
def backend(runtime: FakeOnnxRuntime, driver: FakeDriver) -> OnnxRuntimeCudaBackend:
    return OnnxRuntimeCudaBackend(driver=driver)


def test_a_session_is_opened_on_our_stream_and_device(
    runtime: FakeOnnxRuntime, backend: OnnxRuntimeCudaBackend, graph: Callable
) -> None:
    with backend:
        Bound(backend, graph("double"))
        (session,) = runtime.sessions
        assert session.provider == {
            "device_id": "0",
            "user_compute_stream": str(backend._stream.handle),
            "enable_cuda_graph": "1",
            "use_tf32": "0",
            "arena_extend_strategy": "kSameAsRequested",
            "cudnn_conv_algo_search": "HEURISTIC",
        }
        assert all(isinstance(value, str) for value in session.provider.values())
        assert session.keywords == {"enable_fallback": 0}, "or a failure would go to the CPU"
        assert session.options.config == {"session.intra_op.allow_spinning": "0"}
        assert runtime.preloaded
        assert backend.describe() == "ONNX Runtime 1.32.0, CUDA, Fake GPU"


def test_tensors_are_bound_by_their_address_on_the_device(
    runtime: FakeOnnxRuntime, backend: OnnxRuntimeCudaBackend, graph: Callable
) -> None:
    with backend:
        bound = Bound(backend, graph("double"))
        wanted = ("cuda", 0, np.dtype("float32"), [2, 3])
        assert bound.binding._binding.bound == {
            "x": (*wanted, bound.x.address),
            "y": (*wanted, bound.y.address),
        }
        with pytest.raises(BackendError, match="x is bound to memory of another backend"):
            bound.stage.bind({"x": Buffer(np.zeros((2, 3), np.float32)), "y": bound.y})


def test_a_run_waits_once_and_makes_no_record(
    runtime: FakeOnnxRuntime,
    backend: OnnxRuntimeCudaBackend,
    driver: FakeDriver,
    graph: Callable,
) -> None:
    with backend:
        bound = Bound(backend, graph("double"))
        driver.operations.clear()
        assert (bound.run(3) == 6).all()
        names = [operation[0] for operation in driver.operations]
        assert names == ["copy_to_device", "kernel", "copy_to_host", "record", "wait"]
        assert runtime.ran == [("double", "-1", "plain")]
        assert "not captured" in bound.program.describe()


def test_capture_makes_a_record_of_each_binding_and_runs_replay_them(
    runtime: FakeOnnxRuntime, backend: OnnxRuntimeCudaBackend, graph: Callable
) -> None:
    with backend:
        bound = Bound(backend, graph("double"))
        another = bound.stage.bind({"x": bound.y, "y": bound.x})
        program = backend.program((Segment("twice", (bound.binding.run, another.run)),))
        program.run(lambda name, seconds: None)
        assert program.capture()
        assert program.replays
        assert program.describe() == "one stream, ONNX Runtime's CUDA graph of each stage"
        recorded = [(number, how) for _, number, how in runtime.ran[2:]]
        assert [how for _, how in recorded] == ["record", "record"]
        assert len({number for number, _ in recorded} - {"-1"}) == 2, "a number of its own each"
        runtime.ran.clear()
        program.run(lambda name, seconds: None)
        assert [how for *_, how in runtime.ran] == ["replay", "replay"]
        runtime.ran.clear()
        program.measure(lambda name, seconds: None)
        bound.run(1)
        assert {how for *_, how in runtime.ran} == {"plain"}, "only this program's runs replay"


def test_the_environment_switches_graphs_off(
    runtime: FakeOnnxRuntime,
    driver: FakeDriver,
    graph: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIDEMAN_NO_CUDA_GRAPH", "1")
    with OnnxRuntimeCudaBackend(driver=driver) as backend:
        bound = Bound(backend, graph("double"))
        assert runtime.sessions[0].provider["enable_cuda_graph"] == "0"
        assert not bound.program.capture()
        assert (bound.run(1) == 2).all()
        assert "SIDEMAN_NO_CUDA_GRAPH is set" in bound.program.describe()


def test_a_stage_that_cannot_be_recorded_says_so_and_runs(
    runtime: FakeOnnxRuntime,
    backend: OnnxRuntimeCudaBackend,
    graph: Callable,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runtime.cannot_record.add("double")
    with backend:
        bound = Bound(backend, graph("double"))
        assert "double runs without CUDA graphs" in caplog.text
        assert not bound.program.capture()
        assert "none of the stages" in bound.program.describe()
        assert (bound.run(1) == 2).all()
        other = Bound(backend, graph("other"), "other")
        mixed = backend.program((Segment("both", (bound.binding.run, other.binding.run)),))
        runtime.ran.clear()
        assert mixed.capture()
        assert mixed.describe().endswith("graph of each stage but double")
        assert [(name, how) for name, _, how in runtime.ran] == [
            ("double", "plain"),
            ("other", "record"),
        ]


def test_a_record_that_breaks_off_leaves_the_stream_usable(
    runtime: FakeOnnxRuntime, backend: OnnxRuntimeCudaBackend, graph: Callable
) -> None:
    runtime.breaks.add("double")
    with backend:
        bound = Bound(backend, graph("double"))
        with pytest.raises(BackendError, match="not permitted"):
            bound.program.capture()
        assert not bound.program.replays
        assert (bound.run(4) == 8).all()


def test_a_provider_that_does_not_load_is_an_error_and_no_cpu(
    runtime: FakeOnnxRuntime, backend: OnnxRuntimeCudaBackend, graph: Callable
) -> None:
    runtime.loads = False
    with backend, pytest.raises(BackendError, match=r'(?s)CUDA 13\.0 or cuDNN.*"\.\[cuda\]"'):
        Bound(backend, graph("double"))


def test_a_build_without_the_provider_is_refused(
    runtime: FakeOnnxRuntime, driver: FakeDriver
) -> None:
    runtime.available = ["CPUExecutionProvider"]
    with pytest.raises(BackendError, match=r"(?s)no CUDA provider.*\.\[cuda\]"):
        OnnxRuntimeCudaBackend(driver=driver)
    assert driver.leaks() == {}


def test_the_library_that_is_missing_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, driver: FakeDriver
) -> None:
    monkeypatch.setattr(onnxruntime_cuda, "found", lambda module: False)
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[cuda\]"'):
        OnnxRuntimeCudaBackend(driver=driver)


def test_a_graph_that_is_not_what_the_manifest_promises(
    backend: OnnxRuntimeCudaBackend, graph: Callable
) -> None:
    promised = StageSpec("double.onnx", "float32", (X,), (TensorSpec("z", ("batch", 3)),))
    with backend, pytest.raises(BackendError, match="the manifest promises"):
        backend.load("double", GraphFiles.read(graph("double")), promised)


def test_a_stage_that_fails(
    runtime: FakeOnnxRuntime,
    backend: OnnxRuntimeCudaBackend,
    driver: FakeDriver,
    graph: Callable,
) -> None:
    def refuse(stage: str) -> None:
        raise RuntimeError("CUBLAS failure 13")

    with backend:
        bound = Bound(backend, graph("double"))
        runtime.fail = refuse
        with pytest.raises(BackendError, match=r"(?s)stage double.*CUBLAS failure 13"):
            bound.run(1)
        # Where the device is gone, waiting for what was enqueued tells it.
        driver.fail("synchronize", DeviceLostError("the GPU is lost", "restart"))
        with pytest.raises(DeviceLostError, match="the GPU is lost"):
            bound.run(1)


def test_records_are_freed_with_their_binding_and_all_with_the_backend(
    runtime: FakeOnnxRuntime,
    backend: OnnxRuntimeCudaBackend,
    driver: FakeDriver,
    graph: Callable,
) -> None:
    bound = Bound(backend, graph("double"))
    bound.stage.bind({"x": bound.y, "y": bound.x})
    gc.collect()
    assert len(runtime.released) == 1
    references = sys.getrefcount(runtime.sessions[0])
    backend.close()
    assert len(runtime.released) == 2
    assert sys.getrefcount(runtime.sessions[0]) < references, (
        "a session must not outlive its stream"
    )
    assert driver.leaks() == {}
    with pytest.raises(BackendError, match="closed"):
        bound.binding.run()
    with pytest.raises(BackendError, match="closed"):
        bound.stage.bind({"x": bound.x, "y": bound.y})
    assert len(runtime.released) == 2, "freed once"


@pytest.mark.parametrize("graphs", [True, False])
def test_a_session_gives_the_same_bits_as_on_the_cpu(
    graphs: bool, driver: FakeDriver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runtime = FakeOnnxRuntime(driver, SPECS, functions())
    monkeypatch.setattr(onnxruntime_cuda, "found", lambda module: True)
    monkeypatch.setattr(onnxruntime_cuda, "require", lambda module, purpose: runtime)
    monkeypatch.setenv("SIDEMAN_NO_CUDA_GRAPH", "0" if graphs else "1")
    backend = OnnxRuntimeCudaBackend(driver=driver)
    for name in SPECS:
        (tmp_path / f"{name}.onnx").write_text(name)
    stages = {
        name: backend.load(name, GraphFiles.read(tmp_path / f"{name}.onnx"), spec)
        for name, spec in SPECS.items()
    }
    with cpu_session() as cpu, Session(MANIFEST, backend, stages, GaussianNoise(1)) as cuda:
        wanted, found = play(cpu, warm=True), play(cuda, warm=True)
        assert ("CUDA graph of each stage" in cuda.execution) == graphs
    for want, got in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(got, want)
    assert ("replay" in {how for *_, how in runtime.ran}) == graphs
    assert driver.leaks() == {}


def test_the_real_library_has_what_is_called() -> None:
    """What of the interface can be looked at in a build for the CPU."""
    library = pytest.importorskip("onnxruntime", reason="onnxruntime, of the cpu extra")
    assert "directory" in inspect.signature(library.preload_dlls).parameters
    bind = ["name", "device_type", "device_id", "element_type", "shape", "buffer_ptr"]
    for method in (library.IOBinding.bind_input, library.IOBinding.bind_output):
        assert list(inspect.signature(method).parameters)[1:7] == bind
    options = library.RunOptions()
    for key in ("gpu_graph_id", "disable_synchronize_execution_providers"):
        options.add_run_config_entry(key, "1")
        assert options.get_run_config_entry(key) == "1"
