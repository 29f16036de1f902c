"""PyTorch behind the interface of a backend, on the CPU: for measurements, not to play with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cores import available_cores
from sideman.engine.errors import BackendError
from sideman.export.torch_stages import lower

_HOW = {"eager": "eager", "bf16": "eager, autocast to bfloat16", "compiled": "torch.compile"}


class TorchBackend(Backend):
    """Runs modules.

    Args:
        how: "eager", "bf16" (the networks under autocast) or "compiled".
        threads: inside an operator, of the whole process; None takes one a core.
    """

    name = "pytorch"

    def __init__(self, how: str, threads: int | None = None) -> None:
        self.precision = "bf16" if how == "bf16" else "fp32"
        self._how = how
        self._threads = threads or available_cores()
        torch.set_num_threads(self._threads)

    def describe(self) -> str:
        """Version, how it runs, device and threads."""
        threads = f"{self._threads} thread{'s' if self._threads > 1 else ''}"
        return f"PyTorch {torch.__version__}, {_HOW[self._how]}, CPU, {threads}"

    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """Refuse: PyTorch runs modules, no graphs; `wrap` takes them."""
        raise BackendError("PyTorch does not load a bundle's graphs.")

    def wrap(
        self, modules: Mapping[str, nn.Module], specs: Mapping[str, StageSpec]
    ) -> dict[str, Stage]:
        """Make stages of modules.

        Args:
            modules: by stage name, in float32, with inputs and outputs in the order of the specs;
                changed in place.
            specs: of the bundle.
        """
        if self._how == "bf16":
            lower(modules, torch.bfloat16)
        run: Mapping[str, Callable[..., Any]] = modules
        if self._how == "compiled":
            run = {name: torch.compile(module, dynamic=False) for name, module in modules.items()}
        return {name: _TorchStage(name, specs[name], run[name]) for name in modules}


class _TorchStage(Stage):
    def __init__(self, name: str, spec: StageSpec, module: Callable[..., Any]) -> None:
        super().__init__(name, spec)
        self.module = module

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        return _TorchBinding(self, buffers)


class _TorchBinding(Binding):
    """A module and tensors that share the buffers' memory."""

    def __init__(self, stage: _TorchStage, buffers: Mapping[str, Buffer]) -> None:
        def tensors(specs: Any) -> list[Tensor]:
            return [torch.from_numpy(buffers[each.name].host) for each in specs]

        self._stage = stage
        self._inputs = tensors(stage.spec.inputs)
        self._outputs = tensors(stage.spec.outputs)

    def run(self) -> None:
        try:
            with torch.inference_mode():
                found = self._stage.module(*self._inputs)
                for place, value in zip(
                    self._outputs, (found,) if isinstance(found, Tensor) else found, strict=True
                ):
                    place.copy_(value)
        except Exception as error:  # a compiler that is missing is no subclass of anything
            first = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise BackendError(f"PyTorch cannot run stage {self._stage.name}: {first}") from error
