"""As many contexts as rows: the one size that tracing would fix."""

from __future__ import annotations

from collections.abc import Sequence

import onnx_ir as ir

from sideman.engine.bundle.contexts import CONTEXTS
from sideman.engine.errors import ExportError
from sideman.engine.tensors import TensorSpec


def free_contexts(model: ir.Model, specs: Sequence[TensorSpec]) -> None:
    """Let inputs have as many contexts as there are rows, where their specification says so.

    The tracer takes a size of 1 for a constant, and one of 2 for that of the rows. The graph itself
    needs neither: such an input is only expanded to the shape of all rows, which takes one context
    for all rows, or one for each. That nothing else reads it is checked.

    Args:
        model: changed in place, once.
        specs: of its inputs, and of others.

    Raises:
        ExportError: something else in the graph reads the input, or its first size is not 1.
    """
    free = {spec.name for spec in specs if spec.shape and spec.shape[0] == CONTEXTS}
    for value in model.graph.inputs:
        if value.name not in free:
            continue
        readers = list(value.uses())
        for node, place in readers:
            if node.op_type != "Expand" or place != 0:
                raise ExportError(
                    f"{model.graph.name}: {value.name} cannot have a context for each row, because "
                    f"{node.name or node.op_type} reads it, which is no expansion to all rows."
                )
        if not readers or value.shape is None or value.shape[0] != 1:
            raise ExportError(
                f"{model.graph.name}: {value.name} has the shape {value.shape}, and is read by "
                f"{len(readers)} operations; one context is expected, and one that reads it."
            )
        value.shape = ir.Shape([CONTEXTS, *value.shape[1:]])
