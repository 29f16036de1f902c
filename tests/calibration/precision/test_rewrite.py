"""Real stages: what is low, what stays float32, what it costs in digits and bytes."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from sideman.calibration.errors import PrecisionError
from tests.calibration.rewriting import rewrite

STAGES = ("encode", "step", "decode")
LOW = {"fp16": TensorProto.FLOAT16, "bf16": TensorProto.BFLOAT16}
#: Half the distance from one to the next number.
ROUNDOFF = {"fp16": 2.0**-11, "bf16": 2.0**-8}
#: Largest relative error of any output, in roundoffs: twice what was measured. The largest were
#: 6.1 (encode), 3.3 (step) and 8.1 (decode), the same in float16 and bfloat16.
BOUND = {"encode": 12, "step": 7, "decode": 16}
#: Which output of a stage comes out of its network.
OUTPUT = {"encode": "mixture", "step": "denoised", "decode": "audio"}


def typed(path):
    """A graph's nodes, and the type of every value."""
    model = onnx.load(path, load_external_data=False)
    graph = onnx.shape_inference.infer_shapes(
        model, check_type=True, strict_mode=True, data_prop=True
    ).graph
    values = (*graph.input, *graph.value_info, *graph.output)
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    types |= {tensor.name: tensor.data_type for tensor in graph.initializer}
    return model.graph, types


def floats(types, names):
    """Types of those names that are floating-point values."""
    return {types[n] for n in names if n and types[n] in {TensorProto.FLOAT, *LOW.values()}}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("precision", LOW)
def test_every_product_of_a_network_is_low(rewritten, stage, precision):
    graph, types = typed(rewritten(stage, precision))
    products = [node for node in graph.node if node.op_type in ("Conv", "MatMul", "Gemm")]
    assert len(products) > 40
    for node in products:
        wanted = TensorProto.FLOAT if "stft/" in node.name else LOW[precision]
        assert floats(types, (*node.input, *node.output)) == {wanted}, node.name


@pytest.mark.parametrize("stage", STAGES)
def test_float16_holds_no_float32_weight_of_a_network(rewritten, stage):
    graph, types = typed(rewritten(stage, "fp16"))
    kept = [t.name for t in graph.initializer if types[t.name] == TensorProto.FLOAT]
    assert [n for n in kept if re.search(r"(conv|skip|qkv|proj|affine|map_)\w*\.(w|b)", n)] == []
    assert any(t.data_type == TensorProto.FLOAT16 for t in graph.initializer)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("precision", LOW)
def test_sensitive_arithmetic_stays_float32(rewritten, stage, precision):
    graph, types = typed(rewritten(stage, precision))
    # Casts at their borders are called after where the value comes from.
    protected = re.compile(r"(norm\w*|stft|compand|expand)/(?!Cast|Shape)")
    operations = {"Softmax", "Tanh", "Pow", "Sin", "Cos", "Log", "Sqrt", "Clip", "Reciprocal"}
    found = Counter()
    for node in graph.node:
        unscoped = "/" not in node.name and node.op_type in {"Mul", "Add", "Sub", "Div", "Where"}
        if protected.search(node.name) or node.op_type in operations or unscoped:
            assert floats(types, (*node.input, *node.output)) <= {TensorProto.FLOAT}, node.name
            found[node.op_type] += 1
    assert {"Softmax", "Mul", "Sqrt"} <= found.keys()


def test_the_codecs_last_combination_stays_float32(rewritten):
    graph, types = typed(rewritten("decode", "fp16"))
    makers = {name: node for node in graph.node for name in node.output}
    spectrum = next(n for n in graph.node if n.name == "expand/Mul").input[0]
    combination = makers[spectrum]
    assert combination.op_type == "Add"
    for node in (combination, *(makers[name] for name in combination.input)):
        assert floats(types, (*node.input, *node.output)) == {TensorProto.FLOAT}, node.name


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("precision", LOW)
def test_activations_between_products_are_low(rewritten, stage, precision):
    graph, types = typed(rewritten(stage, precision))
    sigmoids = [node for node in graph.node if node.op_type == "Sigmoid"]
    assert len(sigmoids) > 10
    assert {types[node.output[0]] for node in sigmoids} == {LOW[precision]}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("precision", LOW)
def test_no_value_is_cast_forth_and_back_or_twice(rewritten, stage, precision):
    graph, _ = typed(rewritten(stage, precision))
    casts = [n for n in graph.node if n.op_type == "Cast"]
    assert len({(n.input[0], n.attribute[0].i) for n in casts}) == len(casts)
    cast_outputs = {
        n.output[0] for n in casts if n.attribute[0].i in {TensorProto.FLOAT, *LOW.values()}
    }
    from_sizes = {n.output[0] for n in graph.node if n.op_type == "Shape"}
    again = [n.name for n in casts if n.input[0] in cast_outputs - from_sizes]
    assert again == []


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("precision", ["fp16", "bf16", "fp32"])
def test_ends_of_a_graph_stay(small, rewritten, stage, precision):
    old = onnx.load(small / f"{stage}.onnx", load_external_data=False).graph
    new = onnx.load(rewritten(stage, precision), load_external_data=False).graph
    assert list(new.input) == list(old.input)
    assert list(new.output) == list(old.output)
    assert any(d.dim_param for v in new.input for d in v.type.tensor_type.shape.dim)


@pytest.mark.parametrize("stage", STAGES)
def test_sizes_are_computed_as_before(small, rewritten, stage):
    def integers(path):
        graph, types = typed(path)
        nodes = [
            node.SerializeToString()
            for node in graph.node
            if node.op_type != "Shape"
            and all(types[n] == TensorProto.INT64 for n in (*node.input, *node.output) if n)
        ]
        model = onnx.load(path)
        tensors = {
            tensor.name: onnx.numpy_helper.to_array(tensor).tolist()
            for tensor in model.graph.initializer
            if tensor.data_type == TensorProto.INT64
        }
        return nodes, tensors

    assert integers(rewritten(stage, "fp16")) == integers(small / f"{stage}.onnx")


def test_weights_take_half_the_room(small, rewritten):
    # Of a small model; at full size, where constants of transforms count less, it is 0.50.
    name = "step.onnx.data"
    halved = rewritten("step", "fp16").with_name(name).stat().st_size
    assert 0.45 < halved / (small / name).stat().st_size < 0.62


@pytest.mark.parametrize(
    ("precision", "stage"),
    [
        *(("fp16", stage) for stage in STAGES),
        ("bf16", "step"),
        pytest.param("bf16", "encode", marks=pytest.mark.long),
        pytest.param("bf16", "decode", marks=pytest.mark.long),
    ],
)
def test_results_stay_within_roundoff(
    small, rewritten, run, emulate, feed, relative_error, stage, precision
):
    for sigma in (80.0, 1.0, 0.01) if stage == "step" else (1.0,):
        inputs = feed(small, stage, sigma)
        wanted = run(small / f"{stage}.onnx", inputs)
        found, largest = emulate(rewritten(stage, precision), inputs)
        for name, values in wanted.items():
            assert np.isfinite(found[name]).all()
            error = relative_error(found[name], values)
            assert error < BOUND[stage] * ROUNDOFF[precision], (name, sigma)
        # Nothing that was rounded reaches these.
        for name in {"merged", "latent"} & wanted.keys():
            np.testing.assert_array_equal(found[name], wanted[name])
        assert max(largest.values()) < 1000, "random weights are nowhere near float16's end"
    if stage != "step":
        error = relative_error(found[OUTPUT[stage]], wanted[OUTPUT[stage]])
        assert error > ROUNDOFF[precision], "too good to have been rounded"


@pytest.mark.parametrize(
    "stage", ["decode", *(pytest.param(s, marks=pytest.mark.long) for s in ("encode", "step"))]
)
def test_convolved_products_change_nothing_but_the_last_digits(
    small, rewritten, emulate, feed, relative_error, stage
):
    inputs = feed(small, stage)
    plain, _ = emulate(rewritten(stage, "fp16"), inputs)
    convolved, _ = emulate(rewritten(stage, "fp16", convolve_products=True), inputs)
    for name, values in plain.items():
        assert relative_error(convolved[name], values) < 3e-3, name


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("convolve", [False, True])
def test_onnx_runtime_runs_float16(small, rewritten, run, feed, relative_error, stage, convolve):
    # Its CPU provider computes in float32 what is low: this shows that it accepts the graph.
    inputs = feed(small, stage)
    wanted = run(small / f"{stage}.onnx", inputs)
    found = run(rewritten(stage, "fp16", convolve_products=convolve), inputs)
    for name, values in wanted.items():
        assert relative_error(found[name], values) < BOUND[stage] * ROUNDOFF["fp16"], name


OTHER_WEIGHTS = [("encode", 1), ("step", 2), ("decode", 1)]


@pytest.mark.parametrize(
    ("stage", "seed"),
    [("step", 1), *(pytest.param(*other, marks=pytest.mark.long) for other in OTHER_WEIGHTS)],
)
def test_results_of_other_weights_stay_within_roundoff(
    small, redrawn, run, emulate, feed, relative_error, tmp_path, stage, seed
):
    source = redrawn(small / f"{stage}.onnx", seed)
    inputs = feed(small, stage, 1.0, seed)
    wanted = run(source, inputs)[OUTPUT[stage]]
    found = emulate(rewrite(source, tmp_path, "fp16"), inputs)[0][OUTPUT[stage]]
    assert relative_error(wanted, run(small / f"{stage}.onnx", inputs)[OUTPUT[stage]]) > 0.01
    assert relative_error(found, wanted) < BOUND[stage] * ROUNDOFF["fp16"]


@pytest.mark.parametrize(
    ("kind", "stage"), [pytest.param("cd", "encode", marks=pytest.mark.long), ("ldm", "step")]
)
def test_recorded_models_keep_their_results(
    small, recorded, run, emulate, feed, relative_error, tmp_path, kind, stage
):
    # The recordings' models have the small bundle's shapes. Both hold the same weights, so "cd"
    # would be the same sample as "ldm"; only the latter has the diffusion's preconditioning.
    source = recorded(kind, stage)
    inputs = feed(small, stage)
    wanted = run(source, inputs)
    found, _ = emulate(rewrite(source, tmp_path, "fp16"), inputs)
    for name, values in wanted.items():
        assert relative_error(found[name], values) < BOUND[stage] * ROUNDOFF["fp16"], name


@pytest.mark.parametrize("stage", STAGES)
def test_float32_is_the_same_graph(small, rewritten, run, feed, stage):
    inputs = feed(small, stage)
    wanted, found = run(small / f"{stage}.onnx", inputs), run(rewritten(stage, "fp32"), inputs)
    for name, values in wanted.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("stage", STAGES)
def test_no_float32_product_is_left_where_they_are_convolved(rewritten, stage):
    graph, types = typed(rewritten(stage, "fp16", convolve_products=True))
    products = [node for node in graph.node if node.op_type in ("MatMul", "Gemm")]
    assert products
    assert {types[node.output[0]] for node in products} == {TensorProto.FLOAT16}
    convolved = [n for n in graph.node if n.op_type == "Conv" and "stft/" in n.name]
    assert len(convolved) == (0 if stage == "step" else 2)


def test_attention_in_float32_cannot_be_convolved(small, tmp_path):
    with pytest.raises(PrecisionError, match=r"MatMul unet.*one constant factor[^$]*fp16"):
        rewrite(small / "step.onnx", tmp_path, "fp32", convolve_products=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("precision", LOW)
def test_the_same_graph_gives_the_same_bytes(small, rewritten, tmp_path, precision):
    first = rewritten("encode", precision)
    second = rewrite(small / "encode.onnx", tmp_path, precision)
    for suffix in ("", ".data"):
        paths = (path.with_name(path.name + suffix) for path in (first, second))
        assert len({path.read_bytes() for path in paths}) == 1


@pytest.mark.parametrize("precision", ["fp8", "float16", ""])
def test_an_unknown_precision_names_the_known_ones(small, tmp_path, precision):
    with pytest.raises(PrecisionError, match="fp16, bf16, fp32"):
        rewrite(small / "encode.onnx", tmp_path, precision)


def test_a_rewritten_graph_is_not_rewritten_again(rewritten, tmp_path):
    with pytest.raises(PrecisionError, match=r"FLOAT16; only float32[^$]*float32 bundle"):
        rewrite(rewritten("encode", "fp16"), tmp_path, "bf16")
