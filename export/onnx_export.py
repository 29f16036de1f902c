"""Exporting a stage, a torch module, to a checked ONNX file with its weights beside it."""

from __future__ import annotations

import ast
import logging
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx
import onnx_ir as ir
import torch
from onnx_ir.passes import common as passes
from torch import Tensor, nn
from torch.export import Dim

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import ExportError
from sideman.engine.tensors import TensorSpec
from sideman.export.contexts import free_contexts
from sideman.export.onnx_translation import OPSET, TRANSLATIONS
from sideman.export.stages import (
    BATCH,
    COLUMNS,
    ENCODED_COLUMNS,
    ENCODED_SAMPLES,
    MAX_BATCH,
    SAMPLES,
)

#: Tensors below this many bytes stay in the graph: shape inference needs the sizes that it computes
#: with (targets of Reshape), and does not read the file of weights.
_INLINE_BYTES = 1024
#: Sizes of the traced example: any except 0 and 1, which torch would treat as constants.
_EXAMPLE_BATCH, _EXAMPLE_COLUMNS, _EXAMPLE_ENCODED = 2, 3, 5
#: Where the exporter notes the modules that an operation belongs to.
_SCOPES = "pkg.torch.onnx.name_scopes"


def export_stage(
    name: str,
    module: nn.Module,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    grid: LatentGrid,
    folder: Path,
) -> None:
    """Write `<name>.onnx` and `<name>.onnx.data` into a folder and check them.

    The same module gives the same bytes, whatever machine and folder.

    Args:
        name: name of the stage.
        module: the stage, in evaluation mode.
        inputs: names, shapes and dtypes of its arguments, in order.
        outputs: of what it returns, in order.
        grid: bounds the sizes that stay free.
        folder: where the files go.

    Raises:
        ExportError: what was written is not a valid graph, or not of these names and shapes.
    """
    model = _translate(module, inputs, outputs, grid)
    _tidy(model, name, [*inputs, *outputs])
    path = folder / f"{name}.onnx"
    ir.save(model, path, external_data=f"{name}.onnx.data", size_threshold_bytes=_INLINE_BYTES)
    check_stage(path, inputs, outputs)


def _translate(
    module: nn.Module, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec], grid: LatentGrid
) -> ir.Model:
    """Trace a module and translate the trace."""
    with _quiet():
        program = torch.export.export(
            module,
            _example(inputs, grid),
            dynamic_shapes=_dynamic_shapes(inputs, grid),
            # Otherwise torch treats a slice of all columns as a special case.
            prefer_deferred_runtime_asserts_over_guards=True,
        )
        exported = torch.onnx.export(
            program,
            dynamo=True,
            opset_version=OPSET,
            input_names=[spec.name for spec in inputs],
            output_names=[spec.name for spec in outputs],
            custom_translation_table=TRANSLATIONS,
            verbose=False,
        )
    assert exported is not None
    model: ir.Model = exported.model
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's warnings about its own internals; errors are still raised."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _example(inputs: Sequence[TensorSpec], grid: LatentGrid) -> tuple[Tensor, ...]:
    """Zeros of the right shapes: tracing looks at no value."""
    sizes = grid.free_sizes(_EXAMPLE_BATCH, _EXAMPLE_COLUMNS, _EXAMPLE_ENCODED)
    return tuple(
        torch.zeros([size if isinstance(size, int) else sizes[size] for size in spec.shape])
        for spec in inputs
    )


def _dynamic_shapes(inputs: Sequence[TensorSpec], grid: LatentGrid) -> tuple[dict[int, Any], ...]:
    """Which sizes stay free, within which bounds, and how they depend on one another.

    How many contexts there are is freed later (`sideman.export.contexts`).
    """
    columns = Dim(COLUMNS, min=1, max=grid.columns)
    encoded = Dim(ENCODED_COLUMNS, min=1, max=grid.columns)
    per_column = grid.decoded_samples(1) - grid.decoded_samples(0)
    sizes: dict[int | str, Any] = {
        BATCH: Dim(BATCH, min=1, max=MAX_BATCH),
        COLUMNS: columns,
        SAMPLES: per_column * columns + grid.decoded_samples(0),
        ENCODED_COLUMNS: encoded,
        ENCODED_SAMPLES: per_column * encoded + grid.decoded_samples(0),
    }
    return tuple(
        {axis: sizes[size] for axis, size in enumerate(spec.shape) if size in sizes}
        for spec in inputs
    )


def _tidy(model: ir.Model, name: str, specs: Sequence[TensorSpec]) -> None:
    """Leave nothing in the graph that is not needed to run it.

    The exporter records every operation's stack trace, with paths of this machine. These would be
    published with the file, and would make it depend on where it was made.
    """
    for clean in (passes.RemoveUnusedNodesPass(), passes.DeduplicateInitializersPass()):
        clean(model)
    _name_nodes(model)
    passes.ClearMetadataAndDocStringPass()(model)
    ends = (*model.graph.inputs, *model.graph.outputs)
    for value in (*ends, *model.graph.initializers.values()):
        value.metadata_props.clear()
    model.producer_name = "sideman"
    model.producer_version = None
    model.graph.name = name
    _name_sizes(model, specs)
    free_contexts(model, specs)


def _name_nodes(model: ir.Model) -> None:
    """Name operations after the layer that they belong to: "unet.enc.64x64_block0.norm0/Mul".

    Profiles and the precision policy need the layers' names; the tracer only numbers operations.
    """
    seen: Counter[str] = Counter()
    for node in model.graph:
        scopes = ast.literal_eval(node.metadata_props.get(_SCOPES, "[]"))
        # The outermost scope has no name, the innermost is the operation itself.
        name = f"{scopes[-2]}/{node.op_type}" if len(scopes) > 2 else node.op_type
        seen[name] += 1
        node.name = f"{name}_{seen[name]}" if seen[name] > 1 else name


def _name_sizes(model: ir.Model, specs: Sequence[TensorSpec]) -> None:
    """Give free sizes the names of the specifications instead of the tracer's own.

    Shapes between inputs and outputs are dropped: every reader infers them itself, and the
    tracer's names for free sizes, once wrong, make ONNX Runtime share buffers of unequal size.
    """
    ends = [*model.graph.inputs, *model.graph.outputs]
    for node in model.graph:
        for value in node.outputs:
            if not any(value is end for end in ends):
                value.shape, value.type = None, None
    for value, spec in zip(ends, specs, strict=True):
        assert value.shape is not None
        value.shape = ir.Shape(
            [
                wanted if isinstance(wanted, str) and not isinstance(found, int) else found
                for found, wanted in zip(value.shape, spec.shape, strict=True)
            ]
        )


def check_stage(path: Path, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> None:
    """Check a written graph: ONNX's checker, strict shape inference, names, shapes, dtypes.

    Raises:
        ExportError: the graph is invalid or differs from its specification.
    """
    try:
        # By path, so that the checker finds the weights beside the graph.
        onnx.checker.check_model(str(path))
        model = onnx.load(path, load_external_data=False)
        inferred = onnx.shape_inference.infer_shapes(
            model, check_type=True, strict_mode=True, data_prop=True
        )
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(f"{path.name} is not a valid graph: {error}") from error
    known = {value.name for value in (*inferred.graph.value_info, *inferred.graph.output)}
    unknown = [n for node in inferred.graph.node for n in node.output if n and n not in known]
    if unknown:
        raise ExportError(f"{path.name}: no shape could be inferred for {', '.join(unknown[:8])}.")
    found = [_spec(value) for value in (*inferred.graph.input, *inferred.graph.output)]
    wanted = [*inputs, *outputs]
    if found != wanted:
        raise ExportError(f"{path.name} has tensors {found} instead of {wanted}.")


def _spec(value: onnx.ValueInfoProto) -> TensorSpec:
    tensor = value.type.tensor_type
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name
    shape = tuple(size.dim_param or size.dim_value for size in tensor.shape.dim)
    return TensorSpec(value.name, shape, dtype)
