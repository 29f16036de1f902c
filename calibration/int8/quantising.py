"""The pairs of QuantizeLinear and DequantizeLinear that every convolution of a stage may get.

ONNX Runtime's quantiser writes them, once for all convolutions; `mixing` then takes them for some
and leaves the others alone, so that what is measured layer by layer is what is written at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.ranges import OPERATION, Ranges, convolutions
from sideman.engine.optional import require
from sideman.engine.quiet import only_errors

#: Which input of a convolution is its bias.
_BIAS = 2


@dataclass(frozen=True)
class Scheme:
    """How numbers become eight bits.

    Attributes:
        target: what the graph is for, as on the command line.
        unsigned: activations are unsigned with a zero point (asymmetric), rather than signed
            without one (symmetric).
        weight_bits: of weights, which are signed, symmetric and scaled by output channel. With
            eight of them, processors without VNNI overflow 16-bit sums of two products silently.
        outputs: whether a convolution's output is quantised too. ONNX Runtime computes no
            convolution in integers otherwise; TensorRT needs none.
        bias: whether biases become 32-bit integers; TensorRT refuses those.
    """

    target: str
    unsigned: bool
    weight_bits: int
    outputs: bool
    bias: bool


#: By target. Eight bits in u8 activations and s8 weights are what VNNI multiplies; QLinearConv
#: nodes, u8 weights and symmetric activations were slower or wrong (docs/calibration.md).
SCHEMES = {
    "cpu": Scheme("cpu", unsigned=True, weight_bits=8, outputs=True, bias=True),
    "tensorrt": Scheme("tensorrt", unsigned=False, weight_bits=8, outputs=False, bias=False),
}


@dataclass(frozen=True)
class Pairs:
    """What makes one convolution quantised.

    Attributes:
        before: nodes that make its inputs, in order.
        inputs: its first inputs after that; a bias that stays as it is is not one of them.
        after: nodes behind its output; none where outputs stay as they are.
        output: what takes the place of its output for all who read it.
    """

    before: tuple[NodeProto, ...]
    inputs: tuple[str, ...]
    after: tuple[NodeProto, ...]
    output: str


@dataclass(frozen=True)
class Quantised:
    """All pairs of a stage.

    Attributes:
        scheme: by which they were made.
        pairs: by the name of the convolution.
        constants: quantised weights and biases, scales and zero points, by name.
    """

    scheme: Scheme
    pairs: Mapping[str, Pairs]
    constants: Mapping[str, TensorProto]


def quantise(graph: Path, ranges: Ranges, scheme: Scheme) -> Quantised:
    """Let the tool quantise every convolution of a stage, and take its pairs out.

    Args:
        graph: that `prepare` wrote.
        ranges: of the tensors that its convolutions read and write.
        scheme: how.

    Raises:
        CalibrationError: the tool refuses the graph, or left a convolution as it was.
        MissingExtraError: ONNX Runtime is not installed.
    """
    require("onnxruntime", "quantise a bundle")
    from onnxruntime.quantization.calibrate import CalibrationMethod, TensorsData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
    from onnxruntime.quantization.quant_utils import QuantType

    model = onnx.load(graph)
    names = [node.name for node in convolutions(model)]
    spread = {
        name: (np.array(low, np.float32), np.array(high, np.float32))
        for name, (low, high) in ranges.items()
    }
    # The tool gives its advice through the root logger.
    with only_errors():
        tool = QDQQuantizer(
            model,
            per_channel=True,
            reduce_range=scheme.weight_bits < 8,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8 if scheme.unsigned else QuantType.QInt8,
            tensors_range=TensorsData(CalibrationMethod.MinMax, spread),
            nodes_to_quantize=names,
            nodes_to_exclude=[],
            op_types_to_quantize=[OPERATION],
            extra_options={
                "ActivationSymmetric": not scheme.unsigned,
                "WeightSymmetric": True,
                "QuantizeBias": scheme.bias,
                "OpTypesToExcludeOutputQuantization": [] if scheme.outputs else [OPERATION],
            },
        )
        try:
            written = tool.quantize_model()
        except ValueError as error:
            raise CalibrationError(
                f"Stage {graph.stem}: the quantiser refuses it: {error}",
                "Report this with the versions of onnx and onnxruntime.",
            ) from error
    return _take_out(written, names, scheme, graph.stem)


def _take_out(model: onnx.ModelProto, names: list[str], scheme: Scheme, stage: str) -> Quantised:
    producers = {output: node for node in model.graph.node for output in node.output}
    readers = {node.input[0]: node for node in model.graph.node if node.op_type == "QuantizeLinear"}
    nodes = {node.name: node for node in model.graph.node if node.op_type == OPERATION}
    pairs, left = {}, []
    for name in names:
        node = nodes[name]
        made = [producers.get(value) for value in node.input]
        wanted = len(node.input) if scheme.bias else 2
        if any(one is None or one.op_type != "DequantizeLinear" for one in made[:wanted]):
            left.append(name)
            continue
        before: list[NodeProto] = []
        # Not more: the tool gives a bias that two convolutions share another name for each.
        inputs = list(node.input)[:wanted]
        for index, one in enumerate(made[:wanted]):
            assert one is not None
            first = producers.get(one.input[0])
            if index == _BIAS:
                # The tool gives the new bias the old one's name, which a convolution that stays in
                # float32 still needs.
                made_bias = _copy(one)
                inputs[index] = made_bias.output[0] = f"{inputs[index]}_DequantizeLinear_Output"
                before.append(made_bias)
            else:
                before += [first, one] if first is not None else [one]
        after: tuple[NodeProto, ...] = ()
        output = node.output[0]
        if scheme.outputs:
            down = readers[output]
            up = next(n for n in model.graph.node if n.input and n.input[0] == down.output[0])
            after, output = (down, up), up.output[0]
        pairs[name] = Pairs(tuple(before), tuple(inputs), after, output)
    if left:
        raise CalibrationError(
            f"Stage {stage}: the quantiser left {', '.join(left)} in float without saying so.",
            "Report this with the versions of onnx and onnxruntime.",
        )
    used = {
        value
        for each in pairs.values()
        for node in (*each.before, *each.after)
        for value in node.input
    }
    constants = {t.name: t for t in model.graph.initializer if t.name in used}
    return Quantised(scheme, pairs, constants)


def _copy(node: NodeProto) -> NodeProto:
    copy = NodeProto()
    copy.CopyFrom(node)
    return copy
