"""All weights of the right shapes, or none."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sideman.engine.errors import ExportError
from sideman.export.weights import expected_shapes, load


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 2)
        self.second = nn.Linear(2, 2)
        self.register_buffer("resample_filter", torch.full((1, 1, 2, 2), 0.25))


@pytest.fixture
def tensors() -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in Network().state_dict().items()}


def test_loads_without_a_copy(tensors: dict[str, torch.Tensor]) -> None:
    network = load(Network, tensors, "file")
    assert network.first.weight.data_ptr() == tensors["first.weight"].data_ptr()
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_other_precisions_become_float32(tensors: dict[str, torch.Tensor]) -> None:
    network = load(Network, {n: t.to(torch.bfloat16) for n, t in tensors.items()}, "file")
    assert {p.dtype for p in network.state_dict().values()} == {torch.float32}


def test_every_fault_is_listed(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["first.weight"], tensors["second.bias"]
    tensors["third.weight"] = torch.zeros(7)
    tensors["second.weight"] = torch.zeros(2, 5)
    tensors["first.bias"] = torch.zeros(2, dtype=torch.int64)
    tensors["resample_filter"] = torch.ones(1, 1, 2, 2)
    with pytest.raises(ExportError) as caught:
        load(Network, tensors, "MODEL.ckpt")
    text = caught.value.what
    assert "MODEL.ckpt" in text
    for line in (
        "missing: first.weight [2, 3]",
        "missing: second.bias [2]",
        "unknown: third.weight [7]",
        "misshapen: second.weight [2, 5] instead of [2, 2]",
        "not of floating point: first.bias torch.int64",
        "not the resampling filter [1, 1]: resample_filter",
    ):
        assert f"  {line}" in text.splitlines()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_must_be_finite(tensors: dict[str, torch.Tensor], value: float) -> None:
    tensors["second.weight"][1, 1] = value
    with pytest.raises(ExportError, match=r"not finite: second\.weight"):
        load(Network, tensors, "file")


def test_every_faulty_tensor_is_listed(tensors: dict[str, torch.Tensor]) -> None:
    extra = {f"extra{index}": torch.zeros(1) for index in range(50)}
    with pytest.raises(ExportError) as caught:
        load(Network, tensors | extra, "file")
    listed = caught.value.what.splitlines()
    assert all(f"  unknown: {name} [1]" in listed for name in extra)
    assert len(listed) == 1 + len(extra)


def test_shapes_cost_no_memory() -> None:
    shapes = expected_shapes(lambda: nn.Linear(10**6, 10**6))
    assert shapes["weight"] == (10**6, 10**6)
