from __future__ import annotations

from collections import Counter

import pytest

from sideman.engine.errors import BackendError
from sideman.engine.openvino.library import the_core
from sideman.engine.openvino.precision import (
    check_executed,
    check_supported,
    describe,
    executed,
    has_exact_front,
    products,
)


class Processor:
    """A Core of a processor with these capabilities."""

    def __init__(self, *capabilities: str) -> None:
        self._capabilities = capabilities

    def get_property(self, device, name):
        return self._capabilities if name == "OPTIMIZATION_CAPABILITIES" else "Old CPU"


def test_a_processor_without_bfloat16_is_told_before_anything_is_compiled() -> None:
    check_supported(Processor("FP32"), "fp32")
    check_supported(Processor("FP32", "BF16"), "bf16")
    with pytest.raises(BackendError, match=r"Old CPU(.|\n)*--precision fp32"):
        check_supported(Processor("FP32"), "bf16")


def test_fewer_digits_than_asked_for_are_an_error() -> None:
    fine = Counter({("Convolution", "f32"): 2, ("Gather", "i32"): 1})
    check_executed("step", "fp32", fine)
    for layer in (("Eltwise", "bf16"), ("Convolution", "f16")):
        with pytest.raises(BackendError, match=f"Stage step .*{layer[0]} in {layer[1]}"):
            check_executed("step", "fp32", fine + Counter([layer]))


def test_bfloat16_that_is_not_used_is_an_error() -> None:
    check_executed("step", "bf16", Counter({("Convolution", "bf16"): 2, ("MatMul", "f32"): 1}))
    check_executed("step", "bf16", Counter({("Eltwise", "f32"): 2}))
    with pytest.raises(BackendError, match="all of its products in f32"):
        check_executed("step", "bf16", Counter({("MatMul", "f32"): 2, ("Eltwise", "bf16"): 1}))


def test_the_encoder_in_bfloat16_begins_in_float32() -> None:
    assert has_exact_front("encode", "bf16")
    assert not has_exact_front("encode", "fp32")
    assert not has_exact_front("step", "bf16")
    assert not has_exact_front("decode", "bf16")


def test_products_are_told_in_the_order_of_their_number() -> None:
    layers = Counter({("MatMul", "f32"): 3, ("Convolution", "bf16"): 5, ("Eltwise", "f32"): 9})
    assert describe(products(layers)) == "5 products in bf16, 3 in f32"


def test_the_runtime_model_tells_the_hint_it_was_given(
    library, has_bf16, product, tmp_path
) -> None:
    """Without a hint, OpenVINO computes in bfloat16 wherever the processor has it."""
    core = the_core()
    product(2.0)
    model = core.read_model(str(tmp_path / "small.onnx"))

    def found(**config):
        config["ENABLE_CPU_PINNING"] = False  # another test looks at the threads of this process
        return products(executed(core.compile_model(model, "CPU", config)))

    assert found(INFERENCE_PRECISION_HINT="f32") == {"f32": 1}
    if has_bf16:
        assert found(INFERENCE_PRECISION_HINT="bf16") == {"bf16": 1}
        assert found() == {"bf16": 1}
