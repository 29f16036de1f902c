"""A graph with what has to be known to change its types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import AttributeProto, NodeProto, TensorProto

from sideman.calibration.errors import PrecisionError
from sideman.engine.bundle.graph_files import GraphFiles

#: Types that a float32 graph does not hold.
_FOREIGN = {
    TensorProto.DOUBLE,
    TensorProto.FLOAT16,
    TensorProto.BFLOAT16,
    TensorProto.FLOAT8E4M3FN,
    TensorProto.FLOAT8E4M3FNUZ,
    TensorProto.FLOAT8E5M2,
    TensorProto.FLOAT8E5M2FNUZ,
}

Array = npt.NDArray[Any]
#: Turns the values of one constant into those of another.
Form = Callable[[Array], Array]


@dataclass(frozen=True)
class Step:
    """A node and whether it computes in the low precision."""

    node: NodeProto
    low: bool


@dataclass(frozen=True)
class Derived:
    """A constant that is made from another one.

    Attributes:
        source: name of the other.
        form: turns its values into this one's.
    """

    source: str
    form: Form


@dataclass
class TypedGraph:
    """A float32 graph, the types of its values, and its constants.

    Attributes:
        files: what it was read from.
        model: the graph, without the values of external weights.
        types: ONNX element type of every value and constant.
        ranks: number of axes of every value and constant whose shape is known.
        constants: initialisers by name.
        derived: constants that rewriting adds, by name.
    """

    files: GraphFiles
    model: onnx.ModelProto
    types: dict[str, int]
    ranks: dict[str, int]
    constants: dict[str, TensorProto]
    derived: dict[str, Derived] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    @property
    def path(self) -> Path:
        """Where it was read, for messages."""
        return self.files.path

    @property
    def opset(self) -> int:
        """Version of ONNX's own operations."""
        return next(int(entry.version) for entry in self.model.opset_import if not entry.domain)

    def is_constant(self, name: str) -> bool:
        """Whether a value is known before the graph runs."""
        return name in self.constants or name in self.derived

    def is_float(self, name: str) -> bool:
        """Whether a value is float32 in the source graph; an absent input is not."""
        return self.types.get(name) == TensorProto.FLOAT

    def new_name(self, wanted: str) -> str:
        """A name that no value and no node has yet."""
        name, count = wanted, 1
        while name in self._taken:
            count += 1
            name = f"{wanted}_{count}"
        self._taken.add(name)
        return name

    def new_value(self, wanted: str, rank: int) -> str:
        """A new name for a float32 value of so many axes."""
        name = self.new_name(wanted)
        self.types[name] = TensorProto.FLOAT
        self.ranks[name] = rank
        return name

    def new_tensor(self, wanted: str, tensor: TensorProto) -> str:
        """Add a constant under a new name; returns the name."""
        tensor.name = self.new_name(wanted)
        self.constants[tensor.name] = tensor
        self.types[tensor.name] = tensor.data_type
        self.ranks[tensor.name] = len(tensor.dims)
        return tensor.name

    def new_constant(self, wanted: str, derived: Derived, rank: int) -> str:
        """A new name for a float32 constant made from another."""
        name = self.new_value(wanted, rank)
        self.derived[name] = derived
        return name


def read_graph(files: GraphFiles) -> TypedGraph:
    """Parse a float32 graph and infer its types.

    Raises:
        PrecisionError: the file is no readable ONNX graph, is not float32, or has subgraphs in its
            nodes.
    """
    path = files.path
    try:
        model = onnx.load_from_string(files.graph)
        inferred = onnx.shape_inference.infer_shapes(
            model, check_type=True, strict_mode=True, data_prop=True
        ).graph
    except (DecodeError, onnx.shape_inference.InferenceError, ValueError) as error:
        raise PrecisionError(
            f"{path} is no readable ONNX graph: {error}", "Export the bundle again."
        ) from error
    if not any(not entry.domain for entry in model.opset_import):
        raise PrecisionError(
            f"{path} is no ONNX graph: it names no version of operations.",
            "Export the bundle again.",
        )
    graph = model.graph
    inputs = {value.name for value in graph.input}
    values = [*inferred.input, *inferred.value_info, *inferred.output]
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    ranks = {value.name: len(value.type.tensor_type.shape.dim) for value in values}
    # Initialisers that are inputs too are defaults that a caller may replace.
    constants = {tensor.name: tensor for tensor in graph.initializer if tensor.name not in inputs}
    types |= {name: tensor.data_type for name, tensor in constants.items()}
    ranks |= {name: len(tensor.dims) for name, tensor in constants.items()}
    taken = {*types, *(node.name for node in graph.node)}
    _check_nodes(path, graph.node, types)
    return TypedGraph(files, model, types, ranks, constants, _taken=taken)


def _check_nodes(path: Path, nodes: Iterable[NodeProto], types: dict[str, int]) -> None:
    """Refuse nodes that cannot be rewritten correctly."""
    for node in nodes:
        foreign = [name for name in (*node.input, *node.output) if types.get(name) in _FOREIGN]
        if foreign:
            kind = TensorProto.DataType.Name(types[foreign[0]])
            raise PrecisionError(
                f"{path}: {foreign[0]} of node {node.name} is {kind}; only float32 graphs can be "
                "written in another precision.",
                "Start from the float32 bundle.",
            )
        if any(a.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS) for a in node.attribute):
            raise PrecisionError(
                f"{path}: node {node.name} ({node.op_type}) holds a graph of its own, whose types "
                "cannot be changed.",
                "Export the stage without loops and conditions.",
            )
        unknown = [name for name in node.output if name and name not in types]
        if unknown:
            raise PrecisionError(
                f"{path}: the type of {unknown[0]}, made by node {node.name} ({node.op_type}), "
                "cannot be inferred.",
                "Export the stage with ONNX operations only.",
            )
