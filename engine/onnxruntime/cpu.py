"""ONNX Runtime on the CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cores import available_cores
from sideman.engine.errors import BackendError
from sideman.engine.optional import require

#: Tensors stay where they are in files that are given as bytes; without it each is copied. Releases
#: that do not know the entry copy too.
_IN_PLACE = "session.use_external_initializer_file_buffers_directly"
#: ONNX Runtime's names of element types.
_ELEMENT_TYPES = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(bool)": "bool"}


class OnnxRuntimeBackend(Backend):
    """Runs stages with ONNX Runtime's CPU provider.

    Args:
        threads: threads inside an operator; None takes one for each core this process may use.
    """

    name = "onnxruntime"

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise BackendError(f"{threads} threads cannot run a stage.", "Use 1 or more.")
        self._runtime = require("onnxruntime", "run a bundle")
        self.threads = threads or available_cores()

    def describe(self) -> str:
        """Version, device and threads."""
        plural = "s" if self.threads > 1 else ""
        return f"ONNX Runtime {self._runtime.__version__}, CPU, {self.threads} thread{plural}"

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """Open a session; as `Backend.load`."""
        options = session_options(self._runtime)
        options.intra_op_num_threads = self.threads
        options.add_session_config_entry(_IN_PLACE, "1")
        session = open_session(self._runtime, name, files, options, ["CPUExecutionProvider"])
        check_tensors(name, spec, session)
        return _OnnxRuntimeStage(name, spec, self._runtime, session, files.weights)


class _OnnxRuntimeStage(Stage):
    def __init__(
        self,
        name: str,
        spec: StageSpec,
        runtime: Any,
        session: Any,
        weights: Mapping[str, bytes],
    ) -> None:
        super().__init__(name, spec)
        self._runtime = runtime
        self._session = session
        # The session knows addresses only: its weights must live as long as it does.
        self._weights = weights

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        binding = self._session.io_binding()
        for tensors, bind in (
            (self.spec.inputs, binding.bind_input),
            (self.spec.outputs, binding.bind_output),
        ):
            for tensor in tensors:
                host = buffers[tensor.name].host
                bind(tensor.name, "cpu", 0, host.dtype, list(host.shape), host.ctypes.data)
        return _OnnxRuntimeBinding(self, self._runtime, self._session, binding, dict(buffers))


class _OnnxRuntimeBinding(Binding):
    def __init__(
        self,
        stage: Stage,
        runtime: Any,
        session: Any,
        binding: Any,
        buffers: Mapping[str, Buffer],
    ) -> None:
        self._stage = stage
        self._session = session
        self._binding = binding
        # The binding knows addresses only: the arrays must live as long as it does.
        self._buffers = buffers
        # Each session keeps the memory of every size it ever ran in, so settings that come and go
        # would add up. The first run after a change gives back what other sizes needed, and its
        # own; the second one allocates that again, which takes it no longer than noise.
        self._options: Any = _shrinking(runtime)

    def run(self) -> None:
        options, self._options = self._options, None
        try:
            self._session.run_with_iobinding(self._binding, options)
        except Exception as error:  # the library raises half a dozen unrelated types
            raise BackendError(
                f"ONNX Runtime failed in stage {self._stage.name}: {error}"
            ) from error


def _shrinking(runtime: Any) -> Any:
    """Options of a run at whose end the session gives memory back that it does not use.

    Args:
        runtime: the onnxruntime module.
    """
    options = runtime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def session_options(runtime: Any) -> Any:
    """Options of every session, on the CPU and on a GPU.

    Args:
        runtime: the onnxruntime module.
    """
    options = runtime.SessionOptions()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Three sessions share the cores: threads that wait by spinning would take them from the
    # stage that runs, and from the thread that receives audio.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def open_session(
    runtime: Any, name: str, files: GraphFiles, options: Any, providers: Sequence[Any]
) -> Any:
    """Open a graph on these providers, without falling back to others.

    The session reads no file, neither now nor later (`GraphFiles`). It copies the weights unless
    the options say otherwise.

    Args:
        runtime: the onnxruntime module.
        name: of the stage.
        files: the graph and its weights.
        options: session options; the weights are added to them.
        providers: names, or pairs of a name and its options.

    Raises:
        BackendError: the library refuses the graph.
    """
    names, contents = list(files.weights), list(files.weights.values())
    try:
        if names:
            options.add_external_initializers_from_files_in_memory(
                names, contents, list(map(len, contents))
            )
        # ONNX Runtime's own fallback opens the graph on the CPU and says so on standard output
        # only.
        return runtime.InferenceSession(
            files.graph, options, providers=list(providers), enable_fallback=0
        )
    except Exception as error:  # the library raises half a dozen unrelated types
        raise BackendError(
            f"ONNX Runtime cannot load stage {name} from {files.path}: {error}",
            "Check the bundle with 'sideman inspect', or export it again.",
        ) from error


def check_tensors(name: str, spec: StageSpec, session: Any) -> None:
    """Check a graph's tensors against the manifest.

    Raises:
        BackendError: names, element types or numbers of axes differ.
    """
    for promised, real in (
        (spec.inputs, session.get_inputs()),
        (spec.outputs, session.get_outputs()),
    ):
        expected = {t.name: (t.dtype, len(t.shape)) for t in promised}
        found = {t.name: (_ELEMENT_TYPES.get(t.type, t.type), len(t.shape)) for t in real}
        if expected != found:
            raise BackendError(
                f"Stage {name}: the graph has {found}, the manifest promises {expected}.",
                "Export the bundle again.",
            )
