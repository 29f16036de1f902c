"""Writes types into a graph: casts where precisions meet, constants in the types they are used in.

A value is cast once for all nodes that need it in the other precision, right before the first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import onnx
from onnx import NodeProto, TensorProto

from sideman.calibration.errors import PrecisionError
from sideman.calibration.precision.graph import Step, TypedGraph
from sideman.calibration.precision.policy import scope_of

LOW_TYPES = {
    "fp16": TensorProto.FLOAT16,
    "bf16": TensorProto.BFLOAT16,
    "fp32": TensorProto.FLOAT,
}
#: First opset whose convolutions and poolings support a low type. Opset 22 differs from 21 only in
#: the types that operations take.
_FIRST_OPSET = {"bf16": 22}
_RAISED_FROM = 21
#: Operations that read a value's shape and not its numbers, so its type does not matter.
_INDIFFERENT = frozenset({"Shape", "Size"})


@dataclass(frozen=True)
class Constant:
    """A constant of the new graph: one of the old graph, or derived from one, in a type."""

    name: str
    source: str
    type: int


@dataclass(frozen=True)
class Written:
    """Nodes, constants and opset of the new graph."""

    nodes: list[NodeProto]
    constants: list[Constant]
    opset: int


def write_types(graph: TypedGraph, steps: list[Step], precision: str) -> Written:
    """Make every step compute in its precision.

    Args:
        graph: in float32.
        steps: its nodes, and which are low.
        precision: what low means, a key of `LOW_TYPES`.

    Raises:
        PrecisionError: the graph's opset does not support the precision.
    """
    writer = _Writer(graph, precision, _constants(graph, steps, precision))
    nodes = writer.write(steps)
    constants = [constant for many in writer.constants.values() for constant in many]
    return Written(nodes, constants, _opset(graph, precision))


def _opset(graph: TypedGraph, precision: str) -> int:
    """The opset that the new graph needs."""
    first = _FIRST_OPSET.get(precision, graph.opset)
    if graph.opset < min(first, _RAISED_FROM):
        raise PrecisionError(
            f"{graph.path} is in opset {graph.opset}, whose operations know no {precision}.",
            f"Export the bundle again: this version writes opset {_RAISED_FROM}.",
        )
    return max(graph.opset, first)


def _low_inputs(graph: TypedGraph, step: Step) -> set[int]:
    """Which inputs of a step take the low type: those of the same type as its output.

    For example, the scales of a Resize stay float32, whatever type it resizes.
    """
    if not step.low:
        return set()
    schema = onnx.defs.get_schema(step.node.op_type, graph.opset, step.node.domain)
    data = schema.outputs[0].type_str
    last = len(schema.inputs) - 1
    return {
        index
        for index in range(len(step.node.input))
        if schema.inputs[min(index, last)].type_str == data
    }


def _constants(graph: TypedGraph, steps: list[Step], precision: str) -> dict[str, list[Constant]]:
    """Constants of the new graph by their name in the old one; what is unused is left out."""
    low_type = LOW_TYPES[precision]
    types: defaultdict[str, set[int]] = defaultdict(set)
    for step in steps:
        low = _low_inputs(graph, step)
        for index, name in enumerate(step.node.input):
            if graph.is_constant(name):
                is_low = index in low and graph.is_float(name)
                types[name].add(low_type if is_low else graph.types[name])
    for value in graph.model.graph.output:
        if graph.is_constant(value.name):
            types[value.name].add(graph.types[value.name])
    constants = {}
    for name, wanted in types.items():
        plain, *others = sorted(wanted)
        constants[name] = [Constant(name, name, plain)] + [
            Constant(graph.new_name(f"{name}.{precision}"), name, other) for other in others
        ]
    return constants


@dataclass
class _Writer:
    graph: TypedGraph
    precision: str
    constants: dict[str, list[Constant]]
    _nodes: list[NodeProto] = field(default_factory=list)
    #: By value, the names of its versions by type.
    _names: defaultdict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    _scopes: dict[str, str] = field(default_factory=dict)

    def write(self, steps: list[Step]) -> list[NodeProto]:
        """The new nodes, in order."""
        inner = self.graph.model.graph
        for name, versions in self.constants.items():
            self._names[name] = {constant.type: constant.name for constant in versions}
        for value in inner.input:
            self._names[value.name] = {TensorProto.FLOAT: value.name}
        outputs = {value.name for value in inner.output}
        for step in steps:
            self._write_step(step, outputs)
        return self._nodes

    def _write_step(self, step: Step, outputs: set[str]) -> None:
        node = NodeProto()
        node.CopyFrom(step.node)
        made = LOW_TYPES[self.precision] if step.low else TensorProto.FLOAT
        low = _low_inputs(self.graph, step)
        for index, name in enumerate(node.input):
            if not self.graph.is_float(name):
                continue
            if node.op_type in _INDIFFERENT:
                node.input[index] = next(iter(self._names[name].values()))
            else:
                node.input[index] = self._as(name, made if index in low else TensorProto.FLOAT)
        for index, name in enumerate(step.node.output):
            if not self.graph.is_float(name):
                continue
            self._scopes[name] = scope_of(node.name)
            if step.low and name in outputs:
                node.output[index] = self.graph.new_name(f"{name}.{self.precision}")
            self._names[name] = {made: node.output[index]}
        self._nodes.append(node)
        for name in step.node.output:
            if name in outputs and self.graph.is_float(name):
                self._as(name, TensorProto.FLOAT, called=name)

    def _as(self, name: str, kind: int, *, called: str = "") -> str:
        """The name of a value in a type, cast if it is not there yet."""
        names = self._names[name]
        if kind not in names:
            suffix = "fp32" if kind == TensorProto.FLOAT else self.precision
            there = next(iter(names.values()))
            target = called or self.graph.new_name(f"{name}.{suffix}")
            scope = self._scopes.get(name, "")
            cast = self.graph.new_name(f"{scope}/Cast" if scope else "Cast")
            self._nodes.append(onnx.helper.make_node("Cast", [there], [target], name=cast, to=kind))
            names[kind] = target
        return names[kind]
