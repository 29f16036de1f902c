"""Translations of operations that ONNX can express in several ways."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from onnx import TensorProto
from onnxscript.onnx_opset import opset21

#: The version of ONNX operators in every graph (torch 2.13 writes up to 23). ONNX Runtime reads it
#: from 1.22 on, TensorRT from 10.8; TensorRT for RTX 1.7 and OpenVINO read it too. Nothing newer is
#: needed: not every runtime has kernels for what later opsets add (Attention, Swish).
OPSET = 21
_FLOAT = TensorProto.FLOAT
#: Untyped: values here are symbols of a graph, though the operators' stubs say otherwise.
op: Any = opset21


#: Largest group, in values, for which InstanceNormalization is precise enough.
_SHORT_SUM = 1 << 14
#: Larger than any axis.
_ALL = (1 << 31) - 1


def _group_norm(
    x: Any,
    groups: int,
    weight: Any,
    bias: Any,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Any:
    """Group normalisation of x [B, C, ..., T], in one of two forms.

    ONNX has GroupNormalization, but ONNX Runtime has no CPU kernel for it and expands it. The
    obvious InstanceNormalization over [B, groups, all the rest] sums without pairing: over the
    codec's groups of two million values it errs by 4e-5, which lifts the error of a latent above
    1e-3. Sums over one axis after the other err by 2e-7 and take as long. Measured with the SiLU
    behind it, [1, 64, 1024, 136] on 2 threads: expanded 21.8 ms and 4e-6, InstanceNormalization
    13.4 ms and 4e-6, LayerNormalization 22 ms and 7e-8, this 12.8 ms and 2e-7.
    """
    channels, *rest = (size if isinstance(size, int) else -1 for size in x.shape[1:])
    count = channels // groups * math.prod(rest)
    if 0 < count <= _SHORT_SUM:
        grouped = op.Reshape(x, op.Constant(value_ints=[0, groups, -1]))
        ones = op.Constant(value_floats=[1.0] * groups)
        zeros = op.Constant(value_floats=[0.0] * groups)
        normal = op.InstanceNormalization(grouped, ones, zeros, epsilon=eps)
        scale = op.Unsqueeze(weight, op.Constant(value_ints=[*range(1, 1 + len(rest))]))
    else:
        rows = channels // groups * math.prod(rest[:-1])
        normal, scale = _two_level(x, groups, rows, count, weight, eps)
        scale = op.Reshape(scale, op.Constant(value_ints=[0, channels, *[1] * len(rest)]))
    # A zero in a target shape copies the input's size, so no size is computed in the graph.
    normal = op.Reshape(normal, op.Constant(value_ints=[0, channels, *rest]))
    shift = op.Unsqueeze(bias, op.Constant(value_ints=[*range(1, 1 + len(rest))]))
    return op.Add(op.Mul(normal, scale), shift)


def _two_level(
    x: Any, groups: int, rows: int, count: int, weight: Any, eps: float
) -> tuple[Any, Any]:
    """Centred values [B, groups, rows, T] and their scale [B, groups, channels of a group, 1].

    The mean is computed first, in a pass of its own: with E[x²] − E[x]² the variance of values far
    from zero would be lost to cancellation. With q the sum of squares of n values, the scale is
    weight/sqrt(q/n + eps).
    """
    time, row = op.Constant(value_ints=[3]), op.Constant(value_ints=[2])
    grouped = op.Reshape(x, op.Constant(value_ints=[0, groups, rows, -1]))
    mean = op.ReduceMean(op.ReduceMean(grouped, time), row)
    centred = op.Sub(grouped, mean)
    squares = op.ReduceSum(op.ReduceSumSquare(centred, time), row)
    if count > 0:
        variance = op.Mul(squares, op.Constant(value_float=1 / count))
    else:
        times = op.Cast(op.Shape(grouped, start=3), to=_FLOAT)
        variance = op.Div(squares, op.Mul(times, op.Constant(value_float=float(rows))))
    deviation = op.Sqrt(op.Add(variance, op.Constant(value_float=eps)))
    shape = op.Constant(value_ints=[1, groups, -1, 1])
    return centred, op.Div(op.Reshape(weight, shape), deviation)


def _pad(x: Any, pads: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """Padding of the last axes by a constant; negative padding crops.

    The exporter would write negative sizes into Pad, which hardly any network does, and a crop by
    indices as one Slice, and one copy, for each axis.
    """
    if mode != "constant":
        raise ValueError(f"no translation of padding by {mode!r}")
    before, after = list(pads[-2::-2]), list(pads[::-2])
    axes = range(len(x.shape) - len(before), len(x.shape))
    if min(pads) >= 0:
        sizes = op.Constant(value_ints=[*before, *after])
        filling = op.Constant(value_float=value or 0.0)
        return op.Pad(x, sizes, filling, op.Constant(value_ints=[*axes]))
    if max(pads) > 0:
        raise ValueError(f"no translation of padding and cropping at once, by {pads}")
    cropped = [i for i in range(len(axes)) if before[i] or after[i]]
    starts = op.Constant(value_ints=[-before[i] for i in cropped])
    # Negative ends count from the axis's end; one beyond it means all.
    ends = op.Constant(value_ints=[after[i] or _ALL for i in cropped])
    return op.Slice(x, starts, ends, op.Constant(value_ints=[axes[i] for i in cropped]))


#: For `torch.onnx.export(custom_translation_table=...)`.
TRANSLATIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    torch.ops.aten.group_norm.default: _group_norm,
    torch.ops.aten.pad.default: _pad,
}
