from __future__ import annotations

import logging
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import STAGES, StageSpec
from sideman.engine.cores import available_cores
from sideman.engine.errors import BackendError, BundleError
from sideman.engine.loading.registry import create_backend
from sideman.engine.openvino.backend import OpenVinoBackend
from sideman.engine.tensors import TensorSpec
from tests.engine.openvino.conftest import SPEC, X
from tests.models.places import BUNDLE

pytestmark = pytest.mark.usefixtures("library")
WHOLE = LatentGrid().whole_sizes


def test_a_graph_runs_on_bound_memory_again_and_again(doubling: GraphFiles) -> None:
    with OpenVinoBackend(threads=1) as backend:
        stage = backend.load("double", doubling, SPEC)
        x, y = backend.allocate((2, 3)), backend.allocate((2, 3))
        binding = stage.bind({"x": x, "y": y})
        for value in (1.0, 2.0):
            x.host.fill(value)
            binding.run()
            assert (y.host == 2 * value).all()
        assert binding.request.get_tensor("y").data.ctypes.data == y.host.ctypes.data
        out = run_once(backend, stage, {"x": np.ones((5, 3))})
        assert out["y"].shape == (5, 3)


def test_bindings_keep_what_they_need(product) -> None:
    """The library knows addresses only: of arrays, and of a cached model's weights."""
    OpenVinoBackend(threads=1).load("product", product(3.0), SPEC)
    backend = OpenVinoBackend(threads=1)
    x, y = backend.allocate((1, 3)), backend.allocate((1, 3))
    binding = backend.load("product", product(3.0), SPEC).bind({"x": x, "y": y})
    x.host.fill(2.0)
    seen = y.host
    del backend, x, y
    rubbish = [np.full(size, 7.0, np.float32) for size in (3, 12, 1 << 16) for _ in range(50)]
    binding.run()
    assert (seen == 6.0).all()
    assert rubbish


def test_a_run_allocates_no_array(small_stage) -> None:
    backend, stage = small_stage("encode")
    buffers = {
        tensor.name: backend.allocate(tuple(WHOLE.get(size, size) for size in tensor.shape))
        for tensor in (*stage.spec.inputs, *stage.spec.outputs)
    }
    binding = stage.bind(buffers)
    binding.run()
    tracemalloc.start()
    try:
        binding.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < buffers["mixture"].host.nbytes / 4


@pytest.mark.parametrize(
    ("name", "precision", "bound"),
    [
        ("encode", "fp32", 1e-5),
        ("encode", "bf16", 0.3),
        ("step", "fp32", 1e-5),
        ("step", "bf16", 5e-2),
    ],
)
def test_stages_agree_with_onnx_runtime(small_stage, has_bf16, name, precision, bound) -> None:
    pytest.importorskip("onnxruntime", reason="ONNX Runtime, the reference, is not installed")
    if precision == "bf16" and not has_bf16:
        pytest.skip("this processor has no bfloat16")
    backend, stage = small_stage(name, precision)
    reference = create_backend(BackendChoice())
    right = reference.load(name, Bundle.open(BUNDLE, check=False).read_stage(name), stage.spec)
    normal, sizes = np.random.default_rng(0).standard_normal, WHOLE | {"batch": 2, "contexts": 1}
    inputs = {
        tensor.name: 0.1 + 0.1 * normal([sizes.get(size, size) for size in tensor.shape])
        for tensor in stage.spec.inputs
    }
    found = run_once(backend, stage, inputs)
    errors = {
        output: np.linalg.norm(found[output] - array) / np.linalg.norm(array)
        for output, array in run_once(reference, right, inputs).items()
    }
    assert max(errors.values()) < bound, errors
    if precision == "bf16":
        assert max(errors.values()) > 1e-4  # or it was computed in float32
    assert f", {precision} (" in backend.describe()
    assert ("products in bf16" in backend.describe()) == (precision == "bf16")


def test_it_tells_what_it_reads_back(product) -> None:
    backend = OpenVinoBackend(threads=1)
    assert backend.describe().endswith("CPU, 1 thread, fp32")
    backend.load("product", product(2.0), SPEC)
    assert backend.describe().endswith("CPU, 1 thread, fp32 (1 products in f32)")


def test_more_threads_than_cores_are_told(doubling: GraphFiles, caplog) -> None:
    many = available_cores() + 7
    backend = OpenVinoBackend(threads=many)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            run_once(backend, backend.load("double", doubling, SPEC), {"x": np.ones((1, 3))})
    (said,) = caplog.messages
    assert f"of the {many} threads that were asked for" in said
    assert f"{many} threads" not in backend.describe()


@pytest.mark.parametrize(
    ("options", "said"), [({"threads": 0}, "0 threads"), ({"precision": "fp16"}, "fp32, bf16")]
)
def test_what_it_cannot_do_is_refused(options, said) -> None:
    with pytest.raises(BackendError, match=said):
        OpenVinoBackend(**options)


def test_a_graph_that_is_not_what_the_manifest_promises_is_refused(doubling: GraphFiles) -> None:
    backend = OpenVinoBackend(threads=1)
    other = TensorSpec("z", ("batch", 3))
    for inputs, outputs in (((X, other), SPEC.outputs), ((X,), (other,))):
        promised = StageSpec("small.onnx", "float32", inputs, outputs)
        with pytest.raises(BackendError, match="the manifest promises"):
            backend.load("double", doubling, promised)


def test_a_file_that_is_no_graph_is_refused_by_name(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "double.onnx"
    file.write_bytes(b"not a graph")
    with pytest.raises(BackendError, match=r"double.*double\.onnx"):
        OpenVinoBackend(threads=1).load("double", GraphFiles.read(file), SPEC)
    assert not any(file.is_file() for file in cache.rglob("*"))


def test_a_bundle_that_was_compiled_before_is_verified_and_not_read(
    compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OpenVinoBackend(cache=compiled) as backend:
        backend.load_bundle(Bundle.open(BUNDLE, check=False))
    monkeypatch.setattr(Bundle, "read_stage", None)
    told: list[tuple[float, str]] = []
    with OpenVinoBackend(cache=compiled) as backend:
        stages = backend.load_bundle(
            Bundle.open(BUNDLE, check=False), lambda *what: told.append(what)
        )
    assert tuple(stages) == STAGES
    shares, steps = zip(*told, strict=True)
    assert list(shares) == sorted(shares)
    assert steps == ("reading", *STAGES, "warming up")


def test_a_damaged_bundle_is_refused_though_it_was_compiled_before(paper_bundle: Path) -> None:
    (paper_bundle / "step.onnx").write_text("graph STEP")
    with pytest.raises(BundleError, match="another SHA-256"):
        OpenVinoBackend(threads=1).load_bundle(Bundle.open(paper_bundle, check=False))


def test_the_arithmetic_of_the_calling_thread_stays_as_it_was(doubling: GraphFiles) -> None:
    """The library's option for subnormals would change it for good."""
    backend = OpenVinoBackend(threads=1)
    run_once(backend, backend.load("double", doubling, SPEC), {"x": np.ones((1, 3))})
    smallest = np.float32(1e-45)
    assert smallest * np.float32(1) > 0


def in_a_process(program: str, graph: GraphFiles) -> int:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", program, str(graph.path)]
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(command, check=False, cwd=root, env=environment).returncode


# In a process of its own: threads of other libraries may well be tied to cores.
THREADS = """
import os, sys
from pathlib import Path
import numpy as np
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.cores import available_cores
from sideman.engine.openvino.backend import OpenVinoBackend
from tests.engine.openvino.conftest import SPEC
backend = OpenVinoBackend()
stage = backend.load("double", GraphFiles.read(Path(sys.argv[1])), SPEC)
run_once(backend, stage, {"x": np.ones((1, 3))})
for thread in Path("/proc/self/task").iterdir():
    assert len(os.sched_getaffinity(int(thread.name))) == available_cores()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads a thread's cores")
def test_threads_are_tied_to_no_core(doubling: GraphFiles) -> None:
    assert in_a_process(THREADS, doubling) == 0


# In a process of its own, which would end with it.
SIGNALS = """
import gc, signal, sys
from pathlib import Path
import numpy as np
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.openvino.backend import OpenVinoBackend
from tests.engine.openvino.conftest import SPEC

def loaded():
    backend = OpenVinoBackend()
    stage = backend.load("double", GraphFiles.read(Path(sys.argv[1])), SPEC)
    run_once(backend, stage, {"x": np.ones((1, 3))})
    return backend, stage

# The second is loaded before the first is gone, as where backends are compared.
first, second = loaded(), loaded()
for gone in ("first", "second"):
    del globals()[gone]
    gc.collect()
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_ctrl_c_arrives_when_nothing_is_loaded_any_more(doubling: GraphFiles) -> None:
    assert in_a_process(SIGNALS, doubling) == 7
