"""Writes float32 matrix products as 1x1 convolutions.

TensorRT for RTX 1.7.1 compiles no float32 product for SM75 ("FP32 GEMM is not supported"). It does
compile float32 convolutions there, which compute the same sums if one factor is constant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import NodeProto, helper, numpy_helper

from sideman.calibration.errors import PrecisionError
from sideman.calibration.precision.graph import Array, Derived, Form, Step, TypedGraph

_PRODUCTS = ("MatMul", "Gemm")
#: Most axes of a convolution's input: rows, channels and up to three axes of pixels.
_MOST_AXES = 5


def convolve(graph: TypedGraph, steps: list[Step]) -> list[Step]:
    """Replace every float32 product by a convolution and the moves around it.

    Args:
        graph: gets the names and constants that the convolutions need.
        steps: its nodes, and which are low; those stay.

    Raises:
        PrecisionError: a product of two activations, or of more axes than convolutions have.
    """
    replaced: list[Step] = []
    for step in steps:
        node = step.node
        if step.low or node.domain or node.op_type not in _PRODUCTS:
            replaced.append(step)
        elif graph.is_float(node.output[0]):
            write = _gemm if node.op_type == "Gemm" else _matmul
            replaced += [Step(new, low=False) for new in write(_Convolution(graph, node))]
        else:
            replaced.append(step)
    return replaced


def _matmul(convolution: _Convolution) -> list[NodeProto]:
    """MatMul of a constant W [M, K] and x [..., K, N], or of x [..., M, K] and W [K, N]."""
    graph, (first, second) = convolution.graph, convolution.node.input
    left = graph.is_constant(first)
    if left == graph.is_constant(second):
        raise convolution.refusal("it needs one constant factor")
    weight, x = (first, second) if left else (second, first)
    return convolution.write(x, weight, lambda w: w if left else w.T, summed=-2 if left else -1)


def _gemm(convolution: _Convolution) -> list[NodeProto]:
    """Gemm, alpha·x·W + beta·c, of x [M, K] or its transpose, with constant W and c [N]."""
    graph, (x, weight, *bias) = convolution.graph, convolution.node.input
    attributes = {a.name: helper.get_attribute_value(a) for a in convolution.node.attribute}
    if graph.is_constant(x) or not graph.is_constant(weight):
        raise convolution.refusal("its second factor has to be the only constant one")
    outputs_first = bool(attributes.get("transB", 0))
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    if bias and bias[0]:
        if not graph.is_constant(bias[0]) or graph.ranks[bias[0]] != 1:
            raise convolution.refusal("its bias is no constant vector")
        convolution.add_bias(bias[0], lambda c: c * np.float32(beta))
    if attributes.get("transA", 0):
        x = convolution.add("Transpose", x, perm=[1, 0])
    return convolution.write(
        x,
        weight,
        lambda w: (w if outputs_first else w.T) * np.float32(alpha),
        summed=-1,
    )


class _Convolution:
    """The nodes of one convolution that stands in for a product.

    Args:
        graph: gets names and constants.
        node: the product.
    """

    def __init__(self, graph: TypedGraph, node: NodeProto) -> None:
        self.graph = graph
        self.node = node
        self._nodes: list[NodeProto] = []
        self._bias: list[str] = []

    def refusal(self, why: str) -> PrecisionError:
        """An error that names the product."""
        return PrecisionError(
            f"{self.graph.path}: {self.node.op_type} {self.node.name} stays float32 and no "
            f"convolution can stand in for it: {why}.",
            "Use fp16 for this target: its attention products are no float32 products.",
        )

    def add(self, operation: str, *inputs: str, rank: int = 0, **attributes: Any) -> str:
        """Add a node with one output; returns the output's name.

        Args:
            operation: an ONNX operation.
            inputs: names of values and constants.
            rank: axes of the output; 0 for as many as the first input has.
            attributes: of the node.
        """
        base = self.node.output[0]
        output = self.graph.new_value(
            f"{base}.{operation.lower()}", rank or self.graph.ranks[inputs[0]]
        )
        name = self.graph.new_name(f"{self.node.name}.{operation}")
        self._nodes.append(helper.make_node(operation, inputs, [output], name=name, **attributes))
        return output

    def add_bias(self, source: str, form: Form) -> None:
        """Give the convolution a bias [outputs], made from a constant."""
        self._bias = [self.graph.new_constant(f"{source}.conv", Derived(source, form), 1)]

    def write(self, x: str, weight: str, form: Form, *, summed: int) -> list[NodeProto]:
        """Write everything.

        Args:
            x: the activations, of two to five axes.
            weight: a constant.
            form: makes it [outputs, K].
            summed: which axis of x has K entries, from the end.

        Returns:
            The nodes; the output of the last one has the name of the product's output.
        """
        graph = self.graph
        if graph.ranks[weight] != 2 or not 2 <= graph.ranks[x] <= _MOST_AXES:
            raise self.refusal(f"its factors have {graph.ranks[weight]} and {graph.ranks[x]} axes")
        axes = ""
        if graph.ranks[x] == 2:
            # [K, N] becomes one row of N pixels, [M, K] becomes M rows of one pixel.
            spare = 0 if summed == -2 else 2
            axes = graph.new_tensor("axes", numpy_helper.from_array(np.array([spare], np.int64)))
            x, summed = self.add("Unsqueeze", x, axes, rank=3), -2
        rank = graph.ranks[x]
        axis = rank + summed
        order = [0, axis, *(i for i in range(1, rank) if i != axis)]
        if axis != 1:
            x = self.add("Transpose", x, perm=order)
        kernel = [1] * (rank - 2)

        def kernels(values: Array) -> Array:
            matrix = form(values)
            return matrix.reshape(*matrix.shape, *kernel)

        filters = graph.new_constant(f"{weight}.conv", Derived(weight, kernels), rank)
        y = self.add("Conv", x, filters, *self._bias, kernel_shape=kernel)
        if axis != 1:
            y = self.add("Transpose", y, perm=[order.index(i) for i in range(rank)])
        if axes:
            self.add("Squeeze", y, axes, rank=2)
        self._nodes[-1].output[0] = self.node.output[0]
        return self._nodes
