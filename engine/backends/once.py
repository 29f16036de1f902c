"""Running a stage once, on arrays: for checks and for start-up, not for cycles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Binding, Buffer, Stage
from sideman.engine.errors import BackendError


def bind_once(
    backend: Backend, stage: Stage, inputs: Mapping[str, NDArray[Any]]
) -> tuple[Binding, dict[str, Buffer]]:
    """Bind a stage to buffers of its own, which hold its inputs.

    Args:
        backend: the one that loaded the stage.
        stage: the stage.
        inputs: an array for every input, by name.

    Returns:
        The binding, and all buffers by name.

    Raises:
        BackendError: an input is missing or of a wrong shape.
    """
    sizes: dict[str, int] = {}
    buffers: dict[str, Buffer] = {}
    for tensor in stage.spec.inputs:
        if tensor.name not in inputs:
            raise BackendError(f"Stage {stage.name}: no value for input {tensor.name}.")
        array = np.asarray(inputs[tensor.name], dtype=tensor.dtype)
        named = zip(tensor.shape, array.shape, strict=False)
        sizes |= {size: value for size, value in named if isinstance(size, str)}
        buffers[tensor.name] = backend.allocate(array.shape, tensor.dtype)
        buffers[tensor.name].host[...] = array
        buffers[tensor.name].upload()
    for tensor in stage.spec.outputs:
        shape = tuple(sizes[size] if isinstance(size, str) else size for size in tensor.shape)
        buffers[tensor.name] = backend.allocate(shape, tensor.dtype)
    return stage.bind(buffers), buffers


def run_once(
    backend: Backend, stage: Stage, inputs: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """Run a stage with buffers allocated for this one call.

    Args:
        backend: the one that loaded the stage.
        stage: the stage.
        inputs: an array for every input, by name.

    Returns:
        A copy of every output, by name.

    Raises:
        BackendError: an input is missing or of a wrong shape, or the stage fails.
    """
    binding, buffers = bind_once(backend, stage, inputs)
    binding.run()
    results = {}
    for tensor in stage.spec.outputs:
        buffers[tensor.name].download()
        results[tensor.name] = buffers[tensor.name].host.copy()
    return results
