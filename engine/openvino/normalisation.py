"""Group normalisation that stays in the layout in which OpenVINO convolves."""

from __future__ import annotations

from typing import Any

import numpy as np

from sideman.engine.openvino.patterns import constant, replace, source


def normalise_by_channel(library: Any, model: Any) -> int:
    """Write group normalisation as a factor and a shift for each channel.

    In eight or sixteen bits OpenVINO keeps the channels of a pixel side by side. The exported form
    (`export/onnx_translation.py`) splits the axis of channels, for which every tensor was laid out
    anew and back again, three times around each norm. Here mean and mean square are taken for each
    channel, both in the layout that is there, and averaged over a group by a convolution of one
    pixel; then x·factor + shift is one pass, which takes the SiLU and the rounding to eight bits
    behind it along.

    Variance is E[x²] − E[x]², with means that OpenVINO rounds to the model's precision: for
    bfloat16, not for float32.

    Args:
        library: the openvino module.
        model: its Model, changed in place.

    Returns:
        How many norms were changed: those that the export wrote as sums over two axes.
    """
    operations = library.opset13
    changed = 0
    for node in model.get_ordered_ops():
        found = _find(node)
        if found is None:
            continue
        x, groups, weight, bias, epsilon = found
        shape = x.get_partial_shape()
        channels, axes = shape[1].get_length(), range(2, shape.rank.get_length())
        of_channels = [1, channels, *(1 for _ in axes)]
        over = operations.constant(np.array(axes))
        mean = operations.reduce_mean(x, over, True)
        # Its square is the sum of squares, in one pass over x.
        length = operations.reduce_l2(x, over, True)
        root = operations.multiply(length, _per_value(operations, x, list(axes)))
        share = np.full((channels // groups, channels // groups), groups / channels, np.float32)
        matrix = np.kron(np.eye(groups, dtype=np.float32), share)
        kernel = operations.constant(matrix.reshape(channels, channels, *(1 for _ in axes)))
        ones, zeros = [1] * len(axes), [0] * len(axes)

        def average(value: Any, kernel: Any = kernel, ones: Any = ones, zeros: Any = zeros) -> Any:
            return operations.convolution(value, kernel, ones, zeros, zeros, ones)

        mean, square = average(mean), average(operations.multiply(root, root))
        variance = operations.subtract(square, operations.multiply(mean, mean))
        # Of equal values the difference may fall below zero.
        variance = operations.add(operations.abs(variance), operations.constant(epsilon))
        deviation = operations.sqrt(variance)
        factor = operations.divide(operations.constant(weight.reshape(of_channels)), deviation)
        shift = operations.subtract(
            operations.constant(bias.reshape(of_channels)), operations.multiply(mean, factor)
        )
        replace(node, operations.add(operations.multiply(x, factor), shift).output(0))
        changed += 1
    return changed


def _find(node: Any) -> tuple[Any, int, Any, Any, Any] | None:
    """Take a norm apart whose last operation, the sum with its bias, is `node`.

    Returns:
        Its input [B, C, …], the number of groups, weight and bias [C], and what is added to the
        variance; None where `node` is something else.
    """
    bias = constant(node, 1) if node.get_type_name() == "Add" else None
    product = source(node, 0, "Multiply")
    centred = source(source(product, 0, "Reshape"), 0, "Subtract")
    grouped = source(centred, 0, "Reshape")
    ratio = source(source(product, 1, "Reshape"), 0, "Divide")
    variance = source(source(ratio, 1, "Sqrt"), 0, "Add")
    if bias is None or grouped is None or variance is None:
        return None
    mean = source(source(centred, 1, "ReduceMean"), 0, "ReduceMean")
    weight, epsilon = constant(ratio, 0), constant(variance, 1)
    x = grouped.input_value(0)
    shape, groups = x.get_partial_shape(), grouped.get_output_partial_shape(0)[1]
    if mean is None or weight is None or epsilon is None or shape[1].is_dynamic:
        return None
    if mean.input_value(0).get_node() != grouped or weight.size != shape[1].get_length():
        return None
    return x, groups.get_length(), weight, bias, epsilon


def _per_value(operations: Any, x: Any, axes: list[int]) -> Any:
    """1/sqrt(n) for the n values of a channel of x."""
    sizes = [x.get_partial_shape()[axis] for axis in axes]
    if not any(size.is_dynamic for size in sizes):
        count = np.prod([float(size.get_length()) for size in sizes])
        return operations.constant(np.float32(1 / np.sqrt(count)))
    sizes = operations.gather(
        operations.shape_of(x), operations.constant(np.array(axes)), operations.constant(0)
    )
    count = operations.reduce_prod(sizes, operations.constant(np.array([0])), False)
    return operations.power(operations.convert(count, "f32"), operations.constant(np.float32(-0.5)))
