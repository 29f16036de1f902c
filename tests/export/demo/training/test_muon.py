from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sideman.export.demo.training.muon import Muon, is_filter, orthogonal


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 12), st.integers(2, 12), st.floats(1e-3, 1e3))
def test_singular_values_come_near_one_and_directions_stay(
    seed: int, rows: int, columns: int, size: float
) -> None:
    matrix = size * torch.randn((rows, columns), generator=torch.Generator().manual_seed(seed))
    u, values, vh = torch.linalg.svd(matrix, full_matrices=False)
    found = u.T @ orthogonal(matrix) @ vh.T
    # What is nearly nothing needs more than five times.
    clear = found.diag()[values > 0.05 * values[0]]
    assert clear.min() > 0.6
    assert clear.max() < 1.3
    assert (found - found.diag().diag()).abs().max() < 1e-3


@pytest.mark.parametrize("shape", [(8, 4, 3, 3), (24, 8, 1, 1)])
def test_its_step_has_the_size_of_its_rate_and_goes_down(shape: tuple[int, ...]) -> None:
    weight = nn.Parameter(torch.zeros(shape))
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(weight.shape, generator=generator)
    optimiser = Muon([{"params": [weight]}], lr=0.01)

    def step() -> float:
        loss = (weight - target).square().mean()
        weight.grad = None
        torch.autograd.backward(loss)
        optimiser.step()
        return float(loss.detach())

    first = step()
    # Root mean square: 0.2 of the rate, times singular values near one.
    assert weight.detach().square().mean().sqrt() == pytest.approx(0.002, rel=0.3)
    assert weight.detach().flatten() @ target.flatten() > 0
    for _ in range(1000):
        last = step()
    assert last < 0.1 * first


def test_it_goes_on_as_gradients_have_been() -> None:
    weight = nn.Parameter(torch.zeros(3, 2, 1))
    optimiser = Muon([{"params": [weight]}], lr=0.01)
    gradient = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])[:, :, None]
    for grad in (gradient, torch.zeros_like(gradient)):
        before = weight.detach().clone()
        weight.grad = grad
        optimiser.step()
        assert ((before - weight.detach()) * gradient).sum() > 0.003


def test_what_has_no_gradient_stays() -> None:
    weight = nn.Parameter(torch.ones(2, 2, 1, 1))
    Muon([{"params": [weight]}], lr=1.0).step()
    assert (weight == 1).all()


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((8, 2, 3, 3), True),
        ((8, 2, 1), True),
        ((1, 8, 3, 3), False),
        ((8, 1, 3, 3), False),
        ((8, 2), False),
        ((8,), False),
    ],
)
def test_a_filter_maps_channels_to_channels(shape: tuple[int, ...], wanted: bool) -> None:
    assert is_filter(nn.Parameter(torch.zeros(shape))) == wanted
