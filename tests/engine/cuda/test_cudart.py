"""The real driver over bindings that answer what the test says: there is no GPU here."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable

import pytest

from sideman.engine.cuda import library
from sideman.engine.cuda.cudart import CudaDriver
from sideman.engine.cuda.device import find_device, select_device
from sideman.engine.cuda.driver import Driver
from sideman.engine.errors import BackendError, DeviceLostError, MissingExtraError
from tests.engine.fakes.runtime import FakeRuntime

real = pytest.importorskip(
    "cuda.bindings.runtime", reason="cuda-python, of the tensorrt-rtx extra, has the error codes"
)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeRuntime]:
    """Puts bindings with these answers in the place of the real ones."""

    def put(**answers: object) -> FakeRuntime:
        runtime = FakeRuntime(real, **answers)
        for module in ("library", "device", "cudart"):
            monkeypatch.setattr(f"sideman.engine.cuda.{module}.cudart", lambda: runtime)
        return runtime

    return put


def test_a_device_tells_what_it_is(use: Callable[..., FakeRuntime]) -> None:
    use()
    device = find_device(1)
    assert device.name == "NVIDIA GeForce RTX 4090"
    assert device.target == "sm89"
    assert device.capability == (8, 9)
    assert device.memory == 24 * 2**30
    assert (device.driver, device.runtime) == ("13.1", "13.0")
    assert device.uuid == "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert device.index == 1


def test_a_device_is_selected_for_libraries_that_use_the_present_one(
    use: Callable[..., FakeRuntime],
) -> None:
    runtime = use()
    assert select_device(1).index == 1
    assert ("cudaSetDevice", 1) in runtime.calls


@pytest.mark.parametrize(
    ("answers", "index", "what"),
    [
        # Measured with cuda-bindings 13.4 where there is no driver at all.
        (
            {
                "cudaGetDeviceCount": "cudaErrorInsufficientDriver",
                "cudaDriverGetVersion": (0,),
            },
            0,
            r"(?s)no NVIDIA driver.*--backend onnxruntime",
        ),
        (
            {
                "cudaGetDeviceCount": "cudaErrorInsufficientDriver",
                "cudaDriverGetVersion": (12040,),
            },
            0,
            r"(?s)CUDA 12\.4 .*runtime is 13\.0.*Update the driver.*cuda-python==12\.\*",
        ),
        (
            {"cudaGetDeviceCount": "cudaErrorNoDevice"},
            0,
            r"(?s)cudaErrorNoDevice.*CUDA_VISIBLE_DEVICES",
        ),
        (
            {"cudaGetDeviceCount": "cudaErrorSystemDriverMismatch"},
            0,
            r"(?s)SystemDriverMismatch.*Restart the machine",
        ),
        ({"cudaGetDeviceCount": (1,)}, 1, r"(?s)no GPU 1.*sees 1 GPU,.*--device"),
        ({}, -1, r"no GPU -1"),
    ],
)
def test_why_there_is_no_device(
    use: Callable[..., FakeRuntime], answers: dict, index: int, what: str
) -> None:
    use(**answers)
    with pytest.raises(BackendError, match=what):
        find_device(index)
    with pytest.raises(BackendError, match=what):
        CudaDriver(index)


def test_bindings_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", None)
    with pytest.raises(MissingExtraError, match=r"pip install"):
        library.cudart()


STREAM, EVENT, GRAPH, EXECUTABLE, DEVICE, HOST = 1, 2, 3, 4, 0x700, 0x100
CALLS = {
    "memory": ((), "cudaMemGetInfo", ()),
    "allocate": ((64,), "cudaMalloc", (64,)),
    "free": ((DEVICE,), "cudaFree", (DEVICE,)),
    "allocate_host": ((64,), "cudaHostAlloc", (64, 0)),
    "free_host": ((HOST,), "cudaFreeHost", (HOST,)),
    "copy_to_device": (
        (DEVICE, HOST, 8, STREAM),
        "cudaMemcpyAsync",
        (DEVICE, HOST, 8, real.cudaMemcpyKind.cudaMemcpyHostToDevice, STREAM),
    ),
    "copy_to_host": (
        (HOST, DEVICE, 8, STREAM),
        "cudaMemcpyAsync",
        (HOST, DEVICE, 8, real.cudaMemcpyKind.cudaMemcpyDeviceToHost, STREAM),
    ),
    "fill": ((DEVICE, 0, 8, STREAM), "cudaMemsetAsync", (DEVICE, 0, 8, STREAM)),
    "create_stream": ((), "cudaStreamCreateWithFlags", (real.cudaStreamNonBlocking,)),
    "destroy_stream": ((STREAM,), "cudaStreamDestroy", (STREAM,)),
    "synchronize": ((STREAM,), "cudaStreamSynchronize", (STREAM,)),
    "create_event": ((), "cudaEventCreateWithFlags", (real.cudaEventDisableTiming,)),
    "destroy_event": ((EVENT,), "cudaEventDestroy", (EVENT,)),
    "record": ((EVENT, STREAM), "cudaEventRecord", (EVENT, STREAM)),
    "wait": ((EVENT,), "cudaEventSynchronize", (EVENT,)),
    "seconds": ((EVENT, EVENT), "cudaEventElapsedTime", (EVENT, EVENT)),
    "begin_capture": (
        (STREAM,),
        "cudaStreamBeginCapture",
        (STREAM, real.cudaStreamCaptureMode.cudaStreamCaptureModeThreadLocal),
    ),
    "end_capture": ((STREAM,), "cudaStreamEndCapture", (STREAM,)),
    "capturing": ((STREAM,), "cudaStreamIsCapturing", (STREAM,)),
    "node_count": ((GRAPH,), "cudaGraphGetNodes", (GRAPH,)),
    "instantiate": ((GRAPH,), "cudaGraphInstantiate", (GRAPH, 0)),
    "upload": ((EXECUTABLE, STREAM), "cudaGraphUpload", (EXECUTABLE, STREAM)),
    "launch": ((EXECUTABLE, STREAM), "cudaGraphLaunch", (EXECUTABLE, STREAM)),
    "destroy_graph": ((GRAPH,), "cudaGraphDestroy", (GRAPH,)),
    "destroy_executable": ((EXECUTABLE,), "cudaGraphExecDestroy", (EXECUTABLE,)),
}


def test_every_call_of_a_driver_is_looked_at_here() -> None:
    assert set(CALLS) | {"host_view"} == set(Driver.__abstractmethods__)


@pytest.mark.parametrize("method", CALLS)
def test_a_call_is_one_call_of_the_runtime(use: Callable[..., FakeRuntime], method: str) -> None:
    arguments, function, wanted = CALLS[method]
    runtime = use()
    driver = CudaDriver()
    runtime.calls.clear()
    getattr(driver, method)(*arguments)
    assert runtime.calls[-1] == (function, *wanted)


@pytest.mark.parametrize("method", CALLS)
def test_the_real_bindings_take_these_arguments(method: str) -> None:
    """By their docstrings: with made-up handles a call may crash where there is a driver."""
    _, function, wanted = CALLS[method]
    signature = getattr(real, function).__doc__.splitlines()[0]
    parameters = [p for p in signature[len(function) + 1 : -1].split(", ") if p]
    required = [p for p in parameters if "=" not in p]
    assert signature.startswith(f"{function}(")
    assert len(required) <= len(wanted) <= len(parameters)


@pytest.mark.parametrize("method", CALLS)
def test_every_call_tells_a_lost_device_from_other_errors(
    use: Callable[..., FakeRuntime], method: str
) -> None:
    arguments, function, _ = CALLS[method]
    runtime = use()
    driver = CudaDriver()
    for code, kind in (
        ("cudaErrorIllegalAddress", DeviceLostError),
        ("cudaErrorECCUncorrectable", DeviceLostError),
        ("cudaErrorMpsClientTerminated", DeviceLostError),
        ("cudaErrorInvalidValue", BackendError),
    ):
        runtime.answers[function] = code
        with pytest.raises(BackendError, match=code) as caught:
            getattr(driver, method)(*arguments)
        assert type(caught.value) is kind
        if kind is DeviceLostError:
            assert "End this process and start it again" in caught.value.remedy
        assert ("cudaGetLastError",) in runtime.calls, "or the next library takes it for its own"


def test_all_codes_that_lose_a_device_exist() -> None:
    names = set(real.cudaError_t.__members__)
    assert set(library._LOST) <= names
    assert set(library._WAYS_OUT) <= names


def test_too_little_memory_tells_how_much_there_is(use: Callable[..., FakeRuntime]) -> None:
    use(cudaMalloc="cudaErrorMemoryAllocation")
    with pytest.raises(BackendError, match=r"(?s)2,048 MiB.*24,576 MiB.*1,024 MiB are free") as e:
        CudaDriver().allocate(2**31)
    assert "fewer stems" in e.value.remedy


def test_values_are_brought_into_our_units(use: Callable[..., FakeRuntime]) -> None:
    use()
    driver = CudaDriver()
    assert driver.seconds(EVENT, EVENT) == 0.0015
    assert driver.node_count(GRAPH) == 3
    assert driver.memory() == (2**30, 24 * 2**30)
    assert driver.capturing(STREAM), "a spoilt record is one that must be ended"
    assert driver.create_event(timed=True) == 0x700


def test_each_thread_chooses_the_device_once(use: Callable[..., FakeRuntime]) -> None:
    runtime = use()
    driver = CudaDriver(1)

    def work() -> None:
        driver.record(EVENT, STREAM)
        driver.wait(EVENT)

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert runtime.calls.count(("cudaSetDevice", 1)) == 2


def test_page_locked_memory_is_seen_where_it_lies(use: Callable[..., FakeRuntime]) -> None:
    use()
    memory = ctypes.create_string_buffer(b"abcd", 4)
    view = CudaDriver().host_view(ctypes.addressof(memory), 4)
    view[1] = ord("x")
    assert memory.raw == b"axcd"


def test_a_record_is_abandoned_whatever_became_of_it(use: Callable[..., FakeRuntime]) -> None:
    runtime = use()
    CudaDriver().abandon_capture(STREAM)
    assert runtime.calls[-2:] == [("cudaStreamEndCapture", STREAM), ("cudaGraphDestroy", 0x700)]
    runtime = use(cudaStreamEndCapture="cudaErrorStreamCaptureInvalidated")
    CudaDriver().abandon_capture(STREAM)
    assert "cudaGraphDestroy" not in [call[0] for call in runtime.calls]
    none = real.cudaStreamCaptureStatus.cudaStreamCaptureStatusNone
    runtime = use(cudaStreamIsCapturing=(none,))
    CudaDriver().abandon_capture(STREAM)
    assert runtime.calls[-1][0] == "cudaStreamIsCapturing"
    use(cudaStreamEndCapture="cudaErrorLaunchFailure")
    with pytest.raises(DeviceLostError):
        CudaDriver().abandon_capture(STREAM)


def test_the_real_bindings_tell_a_device_or_a_way_out() -> None:
    """Whatever machine this is: the real library, asked without taking memory."""
    try:
        device = find_device()
    except BackendError as error:
        assert error.remedy
        assert type(error) is BackendError
    else:
        assert device.target.startswith("sm")
        assert device.memory > 0
