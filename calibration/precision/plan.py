"""Decides for every node of a graph whether it computes in the low precision."""

from __future__ import annotations

from collections.abc import Iterable

from onnx import NodeProto

from sideman.calibration.precision.graph import Step, TypedGraph
from sideman.calibration.precision.policy import Treatment, treatment


def choose_precisions(graph: TypedGraph, *, lower: bool) -> list[Step]:
    """Apply the policy to a graph.

    Args:
        graph: in float32.
        lower: False leaves everything float32.

    Returns:
        The nodes, in order. Those that make no floating-point value are never low.
    """
    nodes = list(graph.model.graph.node)
    if not lower:
        return [Step(node, low=False) for node in nodes]
    said = [_treatment(graph, node) for node in nodes]
    products = [kind is Treatment.LOW for kind in said]
    between = _between(graph, nodes, products)
    low_values: set[str] = set()
    steps = []
    for node, kind, is_between in zip(nodes, said, between, strict=True):
        low = (
            kind is Treatment.LOW
            or (kind is Treatment.BETWEEN and is_between)
            or (kind is Treatment.FOLLOW and _moves_low(graph, node, low_values))
        )
        if low:
            low_values.update(node.output)
        steps.append(Step(node, low))
    return steps


def _treatment(graph: TypedGraph, node: NodeProto) -> Treatment:
    """The policy's treatment of a node; FULL if it makes no float32 or is not ONNX's own."""
    if node.domain or not all(graph.is_float(name) for name in node.output if name):
        return Treatment.FULL
    return treatment(node.name, node.op_type)


def _moves_low(graph: TypedGraph, node: NodeProto, low_values: set[str]) -> bool:
    """Whether all that a node moves is low; constants exist in any type."""
    moved = [name for name in node.input if graph.is_float(name) and not graph.is_constant(name)]
    return bool(moved) and all(name in low_values for name in moved)


def _between(graph: TypedGraph, nodes: list[NodeProto], products: list[bool]) -> list[bool]:
    """For each node: is there a low product before it and another behind it?"""
    behind = _reached(graph, zip(nodes, products, strict=True))
    backwards = (
        (NodeProto(input=node.output, output=node.input), product)
        for node, product in zip(reversed(nodes), reversed(products), strict=True)
    )
    before = _reached(graph, backwards)
    return [x and y for x, y in zip(behind, reversed(before), strict=True)]


def _reached(graph: TypedGraph, steps: Iterable[tuple[NodeProto, bool]]) -> list[bool]:
    """For each node, in topological order: does it come after a product?

    Only floating-point values are followed: sizes that are computed from a layer's output are not
    part of the network.
    """
    reached: set[str] = set()
    found = []
    for node, product in steps:
        lies_behind = any(name in reached for name in node.input)
        found.append(lies_behind)
        if product or lies_behind:
            reached.update(name for name in node.output if graph.is_float(name))
    return found
