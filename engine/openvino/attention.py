"""Attention over the frequencies of a frame, in rows of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.openvino.patterns import constant, permutation, replace, source

#: [B, C, F, T] to [B, T, C, F] and back, as the export transposes around attention.
_INTO, _BACK = [0, 3, 1, 2], [0, 2, 3, 1]


@dataclass(frozen=True)
class _Attention:
    """An exported block of attention.

    Attributes:
        x: its input [B, C, F, T].
        heads: among which the C channels are divided.
        weights: of query, key and value, [3, C, C].
        biases: [3, C].
        out: weights [C, C] and bias [C] of what follows.
    """

    x: Any
    heads: int
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    out: tuple[NDArray[np.float32], NDArray[np.float32]]


def attend_by_rows(library: Any, model: Any) -> int:
    """Multiply rows of channels by weights, instead of weights by columns.

    Where the weights are a product's first factor, OpenVINO computes it in float32 even if it was
    asked for bfloat16, and lays its result out anew. As the second factor they become a fully
    connected layer, and the products around the softmax become one kernel, which it recognises by
    heads of [rows, heads, F, channels].

    Args:
        library: the openvino module.
        model: its Model, changed in place.

    Returns:
        How many blocks were changed.
    """
    operations = library.opset13

    def transpose(value: Any, *order: int) -> Any:
        return operations.transpose(value, operations.constant(np.array(order)))

    def linear(value: Any, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> Any:
        product = operations.matmul(value, operations.constant(weight), False, True)
        return operations.add(product, operations.constant(bias.reshape(1, 1, 1, -1)))

    changed = 0
    for node in model.get_ordered_ops():
        found = _find(node)
        if found is None:
            continue
        channels, frequencies = (found.x.get_partial_shape()[axis].get_length() for axis in (1, 2))
        # Channels lie side by side already, so this moves whole rows.
        rows = transpose(found.x, 0, 3, 2, 1)
        split = operations.constant(
            np.array([-1, frequencies, found.heads, channels // found.heads])
        )
        query, key, value = (
            operations.reshape(linear(rows, weight, bias), split, False)
            for weight, bias in zip(found.weights, found.biases, strict=True)
        )
        scores = operations.matmul(
            transpose(query, 0, 2, 1, 3), transpose(key, 0, 2, 3, 1), False, False
        )
        mixed = operations.matmul(
            operations.softmax(scores, -1), transpose(value, 0, 2, 1, 3), False, False
        )
        joined = operations.reshape(transpose(mixed, 0, 2, 1, 3), operations.shape_of(rows), False)
        # Between the two: OpenVINO would merge them, and lay the channels apart.
        result = transpose(linear(transpose(joined, 0, 2, 1, 3), *found.out), 0, 3, 1, 2)
        replace(node, result.output(0))
        changed += 1
    return changed


def _find(node: Any) -> _Attention | None:
    """Take attention apart whose last operation, a transpose, is `node`."""
    if permutation(node) != _BACK:
        return None
    biased = source(node, 0, "Add")
    projected = source(biased, 0, "MatMul")
    mixed = source(source(projected, 1, "Reshape"), 0, "MatMul")
    softmax = source(source(mixed, 1, "Transpose"), 0, "Softmax")
    query = source(source(source(softmax, 0, "MatMul"), 0, "Transpose"), 0, "Multiply")
    split = source(source(mixed, 0, "Squeeze"), 0, "Split", "VariadicSplit")
    parts = source(split, 0, "Reshape")
    summed = source(parts, 0, "Add")
    product = source(summed, 0, "MatMul")
    start = source(product, 1, "Transpose")
    scale = constant(query, 1)
    if query is None or scale is None or permutation(start) != _INTO:
        return None
    weights, biases = constant(product, 0), constant(summed, 1)
    out, out_bias = constant(projected, 0), constant(biased, 1)
    x = start.input_value(0)
    if any(value is None for value in (weights, biases, out, out_bias)):
        return None
    if any(x.get_partial_shape()[axis].is_dynamic for axis in (1, 2)):
        return None
    channels = x.get_partial_shape()[1].get_length()
    heads = parts.get_output_partial_shape(0)[3].get_length()
    weights = np.array(weights, np.float32).reshape(3, channels, channels)
    biases = np.array(biases, np.float32).reshape(3, channels)
    # The factor of the scores goes into the query's weights.
    weights[0] *= np.float32(scale)
    biases[0] *= np.float32(scale)
    last = np.array(out, np.float32), np.array(out_bias, np.float32).reshape(-1)
    return _Attention(x, heads, weights, biases, last)
