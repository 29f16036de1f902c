"""A backend whose stages are PyTorch modules, enqueued on our stream.

It proves buffers, programs and graphs on any CUDA machine, with no inference library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.backends.program import Program, Segment
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.driver import Driver
from sideman.engine.cuda.program import GraphProgram
from sideman.engine.cuda.stream import Stream
from tests.gpu.torch_stages import Modules

_TYPE_STRINGS = {"float32": "<f4", "int64": "<i8", "uint8": "|u1"}


def tensor_over(buffer: CudaBuffer) -> torch.Tensor:
    """A tensor over a buffer's device memory; it keeps the buffer alive."""
    tensor: torch.Tensor = torch.as_tensor(_Memory(buffer), device="cuda")
    assert tensor.data_ptr() == buffer.address, "PyTorch made a copy"
    return tensor


class _Memory:
    """What PyTorch and CuPy read addresses from."""

    def __init__(self, buffer: CudaBuffer) -> None:
        self._buffer = buffer
        self.__cuda_array_interface__: dict[str, Any] = {
            "shape": buffer.host.shape,
            "typestr": _TYPE_STRINGS[str(buffer.host.dtype)],
            "data": (buffer.address, False),
            "version": 2,
        }


def torch_stream(stream: Stream) -> torch.cuda.ExternalStream:
    """Our stream as PyTorch's; everything under `torch.cuda.stream(...)` goes to it."""
    return torch.cuda.ExternalStream(stream.handle)


class TorchBackend(Backend):
    """Runs modules on a stream of ours.

    Temporary tensors are of this stream's own part of PyTorch's memory, and none outlives a run:
    so a replay, which writes to them again, disturbs nobody. PyTorch's cache must not be emptied
    while there is a graph, since that would take this memory from it.

    Args:
        driver: of the device; of the same one as PyTorch's current device.
        modules: by stage, on the device.

    Attributes:
        fingerprint: what graphs are bound to; change it to have them recorded anew.
    """

    name = "torch"

    def __init__(self, driver: Driver, modules: Modules) -> None:
        self.driver = driver
        self.stream = Stream(driver)
        self.fingerprint: object = 0
        self._modules = modules
        self._external = torch_stream(self.stream)
        # Weights were brought there on another stream.
        torch.cuda.synchronize()

    def describe(self) -> str:
        return f"PyTorch {torch.__version__} stages, {self.driver.device.name}"

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        return TorchStage(name, spec, self._modules[name], self._external)

    def stages(self, specs: Mapping[str, StageSpec]) -> dict[str, Stage]:
        """The modules as stages."""
        return {
            name: TorchStage(name, spec, self._modules[name], self._external)
            for name, spec in specs.items()
        }

    def allocate(
        self, shape: tuple[int, ...], dtype: str = "float32", *, double: bool = False
    ) -> CudaBuffer:
        return CudaBuffer(self.stream, shape, dtype, double=double)

    def program(self, segments: Sequence[Segment]) -> Program:
        return GraphProgram(segments, self.stream, lambda: self.fingerprint)

    def close(self) -> None:
        torch.cuda.synchronize()
        self.stream.close()


class TorchStage(Stage):
    def __init__(self, name: str, spec: StageSpec, module: nn.Module, stream: Any) -> None:
        super().__init__(name, spec)
        self._module = module
        self._stream = stream

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        def tensors(specs: Sequence[Any]) -> list[torch.Tensor]:
            bound = [buffers[spec.name] for spec in specs]
            return [tensor_over(buffer) for buffer in bound if isinstance(buffer, CudaBuffer)]

        inputs, outputs = tensors(self.spec.inputs), tensors(self.spec.outputs)
        assert len(inputs) == len(self.spec.inputs), "buffers of another backend"
        return _TorchBinding(self._module, self._stream, inputs, outputs)


class _TorchBinding(Binding):
    def __init__(
        self,
        module: nn.Module,
        stream: Any,
        inputs: list[torch.Tensor],
        outputs: list[torch.Tensor],
    ) -> None:
        self._module = module
        self._stream = stream
        self._inputs = inputs
        self._outputs = outputs

    def run(self) -> None:
        with torch.no_grad(), torch.cuda.stream(self._stream):
            results = self._module(*self._inputs)
            if isinstance(results, torch.Tensor):
                results = (results,)
            for output, result in zip(self._outputs, results, strict=True):
                output.copy_(result)
