from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from sideman.export.demo.training.muon import Muon, is_filter, orthogonal


@given(st.integers(0, 2**31), st.integers(2, 12), st.integers(2, 12), st.floats(1e-3, 1e3))
def test_all_directions_are_as_long(seed: int, rows: int, columns: int, size: float) -> None:
    matrix = size * torch.randn((rows, columns), generator=torch.Generator().manual_seed(seed))
    wanted = torch.linalg.svdvals(matrix)
    clear = wanted > 0.05 * wanted[0]  # what is nearly nothing needs more than five times
    found = torch.linalg.svdvals(orthogonal(matrix))[: int(clear.sum())]
    assert found.min() > 0.3
    assert found.max() < 1.4


def test_its_step_has_the_size_of_its_rate_and_goes_down() -> None:
    weight = nn.Parameter(torch.zeros(8, 4, 3, 3))
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
    # A fifth of the rate, and so large as if all 36 columns were as long as the 8 rows.
    assert weight.detach().square().mean().sqrt() == pytest.approx(0.002, rel=0.3)
    assert weight.detach().flatten() @ target.flatten() > 0
    for _ in range(1000):
        last = step()
    assert last < 0.1 * first


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
        ((8, 2), False),
        ((8,), False),
    ],
)
def test_a_filter_maps_channels_to_channels(shape: tuple[int, ...], wanted: bool) -> None:
    assert is_filter(nn.Parameter(torch.zeros(shape))) == wanted
