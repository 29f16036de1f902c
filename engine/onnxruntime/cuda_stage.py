"""Stages of ONNX Runtime's CUDA provider, bound to addresses on the device."""

from __future__ import annotations

import itertools
import logging
import weakref
from collections.abc import Mapping
from typing import Any

from sideman.engine.backends.base import Binding, Buffer, Stage
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.errors import BackendError
from sideman.engine.onnxruntime.cuda_graphs import GraphSwitch

logger = logging.getLogger(__name__)

_NO_RECORD = "-1"


class Binder:
    """What all bindings of a backend share.

    Args:
        runtime: the onnxruntime module.
        device: index of the GPU.
        switch: whether bindings replay their graphs.
    """

    def __init__(self, runtime: Any, device: int, switch: GraphSwitch) -> None:
        self.switch = switch
        self._runtime = runtime
        self._device = device
        self._numbers = itertools.count(1)

    def next_number(self) -> int:
        """A graph number (`gpu_graph_id`) that no other binding has."""
        return next(self._numbers)

    def run_options(self, record: str = _NO_RECORD) -> Any:
        """Options of a run that does not wait for the GPU.

        Args:
            record: number of the graph that is recorded or replayed, "-1" for none.
        """
        options = self._runtime.RunOptions()
        options.add_run_config_entry("disable_synchronize_execution_providers", "1")
        options.add_run_config_entry("gpu_graph_id", record)
        return options

    def bind(self, spec: StageSpec, session: Any, buffers: Mapping[str, Buffer]) -> Any:
        """Tell a session the addresses of all its tensors.

        Raises:
            BackendError: a buffer is not on the device.
        """
        binding = session.io_binding()
        for tensors, bind in (
            (spec.inputs, binding.bind_input),
            (spec.outputs, binding.bind_output),
        ):
            for tensor in tensors:
                buffer = buffers[tensor.name]
                if not isinstance(buffer, CudaBuffer):
                    raise BackendError(
                        f"{spec.file}: {tensor.name} is bound to memory of another backend."
                    )
                host = buffer.host
                address = buffer.address
                bind(tensor.name, "cuda", self._device, host.dtype, list(host.shape), address)
        return binding


class CudaStage(Stage):
    """A stage whose session works on the backend's stream.

    Attributes:
        recordable: whether its session was opened for CUDA graphs.
    """

    def __init__(
        self, name: str, spec: StageSpec, session: Any, binder: Binder, recordable: bool
    ) -> None:
        super().__init__(name, spec)
        self.recordable = recordable
        self._session = session
        self._binder = binder
        self._bindings: weakref.WeakSet[_CudaBinding] = weakref.WeakSet()

    def close(self) -> None:
        """Release the bindings, then the session."""
        for binding in self._bindings:
            binding.release()
        self._session = None

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        if self._session is None:
            raise BackendError(f"Stage {self.name} is bound, but its backend is closed.")
        binding = _CudaBinding(self, self._session, self._binder, buffers)
        self._bindings.add(binding)
        return binding


class _CudaBinding(Binding):
    def __init__(
        self, stage: CudaStage, session: Any, binder: Binder, buffers: Mapping[str, Buffer]
    ) -> None:
        self._name = stage.name
        self._session = session
        self._binding = binder.bind(stage.spec, session, buffers)
        # The binding knows addresses only: the memory must live as long as it does.
        self._buffers = dict(buffers)
        self._switch = binder.switch
        self._plain = self._recorded = binder.run_options()
        number = None
        if stage.recordable:
            number = binder.next_number()
            self._recorded = binder.run_options(str(number))
        self._forget = weakref.finalize(self, _forget_record, session, number)
        self._forget.atexit = False

    def release(self) -> None:
        """Let go of the library's objects."""
        self._forget()
        self._binding = None
        self._session = None

    def run(self) -> None:
        """Enqueue the stage; as its CUDA graph where the switch is on."""
        if self._session is None:
            raise BackendError(f"Stage {self._name} is run, but its backend is closed.")
        options = self._recorded if self._switch.on else self._plain
        try:
            self._session.run_with_iobinding(self._binding, options)
        except Exception as error:  # the library raises half a dozen unrelated types
            raise BackendError(f"ONNX Runtime failed in stage {self._name}: {error}") from error


def _forget_record(session: Any, number: int | None) -> None:
    """Free the graph of a binding, if ONNX Runtime can.

    Releases without the method keep the graph until the session ends, and so do providers that do
    nothing when it is called (version 1.32 allows that). Whether CUDA's provider is one of them has
    not been measured.
    """
    free = getattr(session, "release_captured_graph", None)
    if free is None or number is None:
        return
    try:
        free(number)
    except Exception as error:  # the library raises half a dozen unrelated types
        logger.warning("ONNX Runtime could not free the record of a stage: %s", error)
