"""ONNX Runtime on an NVIDIA GPU.

Everything is bound by its address on the device, all stages enqueue on one stream of ours, and
nothing waits between them.

ONNX Runtime itself records the CUDA graphs, one for each binding. Its kernels take intermediate
memory from an arena that only ONNX Runtime manages, so a graph recorded from outside could become
invalid. Each binding gets a number of its own (`gpu_graph_id`), because a recorded graph holds
addresses and shapes, and evaluations of one stage differ in both; -1 runs without a CUDA graph.
ONNX Runtime requires:

- All computation on the GPU. Integer arithmetic on shapes stays on the CPU and is allowed as long
  as no tensor is copied between the two; a replay does not repeat it, which is right because a
  binding's shapes never change. If an ONNX graph needs such a copy, opening the session fails; the
  session is then opened without CUDA graphs, and `describe` says so.
- Fixed shapes and addresses for each number, which a binding has.

Sizes are not fixed at load ("free dimension overrides"): that would fold the shape arithmetic away
but needs a session, and so a copy of the weights, for each number of stems.

Whether a replay waits for the GPU depends on the release: since pull request 28686 of ONNX Runtime
(2026), `disable_synchronize_execution_providers` holds for replays too; earlier releases wait once
a stage. This module has not run on a GPU yet; the tests check its calls against the library's
interface.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sideman.engine.backends.base import Backend, Buffer, Stage
from sideman.engine.backends.program import Program, Segment
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import INT8, StageSpec
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.cudart import CudaDriver
from sideman.engine.cuda.driver import Driver
from sideman.engine.cuda.graph import graphs_allowed
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.onnxruntime.cpu import check_tensors, open_session, session_options
from sideman.engine.onnxruntime.cuda_graphs import GraphSwitch, OnnxRuntimeProgram
from sideman.engine.onnxruntime.cuda_stage import Binder, CudaStage
from sideman.engine.optional import found, install_command, require

logger = logging.getLogger(__name__)

PROVIDER = "CUDAExecutionProvider"

#: Options of the provider besides device, stream and graphs.
PROVIDER_OPTIONS = {
    # Products in TF32 have 10 bits of mantissa: this backend is the yardstick for float32.
    "use_tf32": "0",
    # The arena grows by what is asked for: doubling it could double the memory of a session.
    "arena_extend_strategy": "kSameAsRequested",
    # cuDNN ranks its algorithms by a model of the GPU. To time them all ("EXHAUSTIVE") takes
    # seconds for every new shape, and a performer who adds a stem makes new shapes.
    "cudnn_conv_algo_search": "HEURISTIC",
}


class OnnxRuntimeCudaBackend(Backend):
    """Runs stages with ONNX Runtime's CUDA provider.

    Args:
        device: index of the GPU.
        driver: of the device; opened if None.

    Raises:
        MissingExtraError: ONNX Runtime or cuda-python is not installed.
        BackendError: the installed ONNX Runtime has no CUDA provider, or there is no GPU.
    """

    name = "onnxruntime-cuda"
    on_host = False

    def __init__(self, device: int = 0, driver: Driver | None = None) -> None:
        if not found("onnxruntime"):
            raise MissingExtraError(
                "onnxruntime is needed to run a bundle on a GPU and is not installed.",
                f"Install it with: {install_command('cuda')}",
            )
        self._runtime = require("onnxruntime", "run a bundle on a GPU")
        if PROVIDER not in self._runtime.get_available_providers():
            raise BackendError(
                f"The installed ONNX Runtime {self._runtime.__version__} has no CUDA provider: it "
                "is the build for the CPU, or that one was installed over the one for the GPU.",
                "Make an environment without the extras cpu, export and dev, and there: "
                f"{install_command('cuda')}",
            )
        self._driver = driver or CudaDriver(device)
        # The loader does not search the folders where pip installs CUDA's libraries.
        self._runtime.preload_dlls(directory="")
        self._stream = Stream(self._driver)
        self._graphs = graphs_allowed()
        self._switch = GraphSwitch()
        self._binder = Binder(self._runtime, self._driver.device.index, self._switch)
        self._stages: list[CudaStage] = []

    def describe(self) -> str:
        """Version and device."""
        return f"ONNX Runtime {self._runtime.__version__}, CUDA, {self._driver.device.name}"

    def allocate(
        self, shape: tuple[int, ...], dtype: str = "float32", *, double: bool = False
    ) -> Buffer:
        """Allocate device and page-locked memory; as `Backend.allocate`."""
        return CudaBuffer(self._stream, shape, dtype, double=double)

    def program(self, segments: Sequence[Segment]) -> Program:
        """Make a program on this backend's stream; as `Backend.program`."""
        without = tuple(stage.name for stage in self._stages if not stage.recordable)
        if not self._graphs:
            why = "SIDEMAN_NO_CUDA_GRAPH is set"
        elif len(without) == len(self._stages):
            why = "ONNX Runtime can record none of the stages"
        else:
            why = ""
        return OnnxRuntimeProgram(segments, self._stream, self._switch, why, without)

    def close(self) -> None:
        """Free the sessions first, which still refer to the stream, then everything on it."""
        for stage in self._stages:
            stage.close()
        self._stages.clear()
        self._stream.close()

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """Open a session, recordable if it can be; as `Backend.load`."""
        if spec.precision == INT8:
            raise BackendError(
                f"Stage {name} is in int8, for which ONNX Runtime has no kernels on a GPU: it "
                "would compute in float32, with conversions around every convolution.",
                "Use the float32 bundle, or one of 'sideman calibrate --target tensorrt' with "
                "--backend tensorrt-rtx.",
            )
        recordable = self._graphs
        try:
            session = self._open(name, files, recordable)
        except BackendError as error:
            if not recordable:
                raise
            # Opened again: if the ONNX graph itself is faulty, this attempt fails for that reason.
            recordable = False
            session = self._open(name, files, recordable)
            logger.warning("Stage %s runs without CUDA graphs. %s", name, error.what)
        if PROVIDER not in session.get_providers():
            raise BackendError(
                f"ONNX Runtime could not load its CUDA provider and took {name} to "
                f"{', '.join(session.get_providers())}: CUDA {self._cuda_version()} or cuDNN 9 "
                "was not found.",
                f"Install both with: {install_command('cuda')}",
            )
        check_tensors(name, spec, session)
        stage = CudaStage(name, spec, session, self._binder, recordable)
        self._stages.append(stage)
        return stage

    def _open(self, name: str, files: GraphFiles, recordable: bool) -> Any:
        options = session_options(self._runtime)
        # Only shapes are computed on the CPU.
        options.intra_op_num_threads = 1
        provider = {
            **PROVIDER_OPTIONS,
            "device_id": str(self._driver.device.index),
            "user_compute_stream": str(self._stream.handle),
            "enable_cuda_graph": "1" if recordable else "0",
        }
        # The CPU provider is listed because shapes are computed there. If more of a graph ran
        # there, it would need copies, with which a session cannot be opened for CUDA graphs.
        providers = [(PROVIDER, provider), "CPUExecutionProvider"]
        return open_session(self._runtime, name, files, options, providers)

    def _cuda_version(self) -> str:
        return str(getattr(self._runtime, "cuda_version", "") or "of the library's build")
