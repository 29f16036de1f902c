from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sideman.engine.errors import ExportError
from sideman.export.demo.training import loop
from sideman.export.demo.training.loop import Recipe, narrowed, train

RECIPE = Recipe(steps=30, rate=0.05, average=0.9, seed=3)


class Line(nn.Module):
    """A slope and an offset."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(()))
        self.offset = nn.Parameter(torch.zeros(()))

    def error(self, generator: torch.Generator) -> Tensor:
        x = torch.randn(16, generator=generator)
        return (self.slope * x + self.offset - (2 * x + 1)).square().mean()


def fit(state: Path, recipe: Recipe = RECIPE, stop: int | None = None) -> tuple[Line, list[int]]:
    line, steps = Line(), []

    def loss(step: int, generator: torch.Generator) -> Tensor:
        if step == stop:
            raise KeyboardInterrupt
        steps.append(step)
        return line.error(generator)

    averaged = train(line, loss, recipe, state)
    assert isinstance(averaged, Line)
    return averaged, steps


def test_it_learns(tmp_path: Path) -> None:
    averaged, steps = fit(tmp_path / "state", Recipe(steps=400, rate=0.05, average=0.9))
    assert steps == list(range(400))
    assert averaged.slope == pytest.approx(2, abs=0.05)
    assert averaged.offset == pytest.approx(1, abs=0.05)


def test_what_was_interrupted_ends_as_what_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY", 10)
    whole, _ = fit(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "parts", stop=17)
    # What had not been saved is done again.
    parts, steps = fit(tmp_path / "parts")
    assert steps == list(range(10, 30))
    assert torch.equal(parts.slope, whole.slope)
    assert torch.equal(parts.offset, whole.offset)
    assert fit(tmp_path / "parts")[1] == []


def test_filters_learn_by_muon_and_the_rest_by_adam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each at the rate of its group, and both go on where they were."""
    monkeypatch.setattr(loop, "SAVE_EVERY", 10)
    recipe = Recipe(steps=20, rate=0.01, average=0.5, seed=1, muon=True)

    def learn(state: Path, recipe: Recipe = recipe) -> nn.Sequential:
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv1d(2, 3, 2), nn.Conv1d(3, 2, 2))
        groups = [
            {"params": list(network[0].parameters())},
            {"params": list(network[1].parameters()), "scale": 0.0},
        ]

        def loss(_: int, generator: torch.Generator) -> Tensor:
            return (network(torch.randn((4, 2, 8), generator=generator)) - 1).square().mean()

        averaged = train(network, loss, recipe, state, groups)
        assert isinstance(averaged, nn.Sequential)
        return averaged

    first = learn(tmp_path / "first", replace(recipe, steps=0))
    whole = learn(tmp_path / "whole")
    learn(tmp_path / "parts", replace(recipe, steps=10, falls=20))
    parts = learn(tmp_path / "parts")
    adam = learn(tmp_path / "adam", replace(recipe, muon=False))
    for name, begun in first.state_dict().items():
        learnt = whole.state_dict()[name]
        assert torch.equal(learnt, parts.state_dict()[name])
        assert torch.equal(learnt, begun) == name.startswith("1.")
    assert not torch.equal(adam[0].weight, whole[0].weight)
    kept = torch.load(tmp_path / "whole", weights_only=True)["optimisers"]
    # The order of the parameters: filter and bias of each of the two.
    assert [set(remembered["state"][0]) for remembered in kept] == [
        {"step", "exp_avg", "exp_avg_sq"},
        {"momentum"},
    ]


def test_a_training_may_end_before_its_rate_has_fallen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY", 10)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "whole", stop=17)
    begun, _ = fit(tmp_path / "begun", replace(RECIPE, steps=10, falls=RECIPE.steps))
    other, _ = fit(tmp_path / "other", replace(RECIPE, steps=10))
    wanted = torch.load(tmp_path / "whole", weights_only=True)["averaged"]["slope"]
    assert torch.equal(begun.slope, wanted)
    assert not torch.equal(other.slope, wanted)


def test_a_rate_does_not_rise_again() -> None:
    with pytest.raises(ValueError, match="29 of 30"):
        replace(RECIPE, falls=29)


def test_a_loss_that_is_not_finite_ends_the_training_before_it_spoils_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY", 10)
    line = Line()

    def loss(step: int, generator: torch.Generator) -> Tensor:
        return line.error(generator) * (float("nan") if step == 12 else 1.0)

    with pytest.raises(ExportError, match="Step 13 of state has a loss of nan"):
        train(line, loss, RECIPE, tmp_path / "state")
    kept = torch.load(tmp_path / "state", weights_only=True)
    assert kept["step"] == 10
    assert all(tensor.isfinite() for tensor in [line.slope, *kept["averaged"].values()])


def test_parameters_of_another_size_learn_at_another_rate(tmp_path: Path) -> None:
    line = Line()
    groups = [{"params": [line.slope]}, {"params": [line.offset], "scale": 0.0}]
    averaged = train(line, lambda _, g: line.error(g), RECIPE, tmp_path / "state", groups)
    assert isinstance(averaged, Line)
    assert averaged.slope != 0
    assert averaged.offset == 0


@pytest.mark.parametrize(
    ("able", "wanted", "computed"),
    [
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, True, torch.float32),
        ({"avx512_bf16": True}, True, torch.bfloat16),
        ({"amx_bf16": True}, True, torch.bfloat16),
        ({"avx512_bf16": True}, False, torch.float32),
    ],
)
def test_it_narrows_only_where_that_is_not_emulated(
    monkeypatch: pytest.MonkeyPatch, able: dict[str, bool], wanted: bool, computed: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    with narrowed("cpu", wanted):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == computed
