from __future__ import annotations

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import BackendError
from sideman.engine.loading.registry import BACKENDS, check_choice, create_backend


def test_an_unknown_backend_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(BackendError, match=r"Known are: .*onnxruntime"):
        create_backend(BackendChoice("abacus"))
    with pytest.raises(BackendError, match="0 threads"):
        create_backend(BackendChoice(threads=0))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (BackendChoice(device=3), "--device has no meaning for --backend onnxruntime"),
        (BackendChoice(precision="fp16"), "--precision has no meaning for --backend onnxruntime"),
        (BackendChoice("onnxruntime-cuda", threads=2), "--threads has no meaning"),
        (BackendChoice("tensorrt-rtx", threads=2), "--threads has no meaning"),
        (BackendChoice("openvino", device=1), "--device has no meaning for --backend openvino"),
        (BackendChoice("openvino", precision="fp16"), r"'fp16' for --backend openvino(.|\n)*bf16"),
        (BackendChoice("tensorrt", precision="fp64"), r"precision 'fp64'(.|\n)*fp16, bf16, fp32"),
    ],
)
def test_what_a_backend_cannot_follow_is_refused_before_its_library_is_looked_for(
    choice, said
) -> None:
    with pytest.raises(BackendError, match=said):
        check_choice(choice)


def test_what_it_can_follow_is_not() -> None:
    pytest.importorskip("onnxruntime", reason="of the extra 'cpu'")
    check_choice(BackendChoice(threads=2))
    check_choice(BackendChoice("onnxruntime-cuda", device=3))


def test_openvino_is_made_with_its_options() -> None:
    if not BACKENDS["openvino"].installed:
        pytest.skip("OpenVINO is not installed; the extra 'openvino' brings it")
    with create_backend(BackendChoice("openvino", threads=1)) as backend:
        assert (backend.name, backend.precision) == ("openvino", "fp32")
        assert "1 thread, fp32" in backend.describe()
