"""In bfloat16, what comes before the first convolution of an encoder stays in float32."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.openvino.exact import keep_front
from sideman.engine.openvino.library import the_core

#: Threads that are tied to a core would be found by another test, in the same process.
UNTIED = {"ENABLE_CPU_PINNING": False}


def before_and_after(library):
    """A product, a power and a convolution of 16 channels, and a power behind it."""
    op = library.opset13
    random = np.random.default_rng(0)

    def c(value):
        return op.constant(np.array(value, np.float32))

    x = op.parameter([1, 16, 8, 8], np.float32)
    front = op.matmul(x, c(random.standard_normal((8, 8))), False, False)
    front = op.power(op.abs(front), c(0.65))
    kernel = c(random.standard_normal((16, 16, 3, 3)))
    network = op.convolution(front, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
    again = op.convolution(op.tanh(network), kernel, [1, 1], [1, 1], [1, 1], [1, 1])
    named = {"product": front.input_value(0).get_node().input_value(0).get_node()}
    named |= {"power": front, "first": network, "second": again}
    for name, node in named.items():
        node.set_friendly_name(name)
    return library.Model([again], [x])


def precisions(library, model) -> dict[str, str]:
    """What every layer is computed in, by name; a fused layer is named after its last part."""
    compiled = the_core().compile_model(
        model, "CPU", {"INFERENCE_PRECISION_HINT": "bf16", **UNTIED}
    )
    found = {}
    for node in compiled.get_runtime_model().get_ordered_ops():
        told = node.get_rt_info()
        for name in told["originalLayersNames"].astype(str).split(","):
            found[name] = told["runtimePrecision"].astype(str)
    return found


def test_only_what_comes_before_the_network_is_kept(library, has_bf16, tmp_path) -> None:
    if not has_bf16:
        pytest.skip("this processor has no bfloat16")
    model = before_and_after(library)
    kept = keep_front(library, the_core(), model, tmp_path)
    found = precisions(library, kept)
    assert (found["product"], found["power"]) == ("f32", "f32")
    assert (found["first"], found["second"]) == ("bf16", "bf16")


def test_without_a_mark_the_power_is_rounded(library, has_bf16) -> None:
    """If this fails, a newer OpenVINO rounds nothing there and `keep_front` can go."""
    if not has_bf16:
        pytest.skip("this processor has no bfloat16")
    assert precisions(library, before_and_after(library))["power"] == "bf16"


def test_the_marked_model_computes_the_same(library, tmp_path) -> None:
    core = the_core()
    model = before_and_after(library)
    kept = keep_front(library, core, model, tmp_path)
    x = np.random.default_rng(1).standard_normal((1, 16, 8, 8)).astype(np.float32)
    config = {"INFERENCE_PRECISION_HINT": "f32", **UNTIED}
    plain, marked = (core.compile_model(each, "CPU", config)(x)[0] for each in (model, kept))
    np.testing.assert_array_equal(plain, marked)
