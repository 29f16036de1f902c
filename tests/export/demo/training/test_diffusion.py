from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sideman.engine.bundle.manifest import Kind
from sideman.export.config import UNetConfig
from sideman.export.demo.training import diffusion as module
from sideman.export.demo.training.channels import PERIOD
from sideman.export.demo.training.diffusion import (
    FIRST,
    PHASES,
    SHARES,
    STATES,
    Phase,
    column_weights,
    denoise,
    draw_pairs,
    hide_more,
    initialise,
    train_diffusion,
)
from sideman.export.demo.training.latents import CHANNELS, COLUMNS, HIDDEN, Latents
from sideman.export.demo.world.song import STEMS
from sideman.export.networks.unet import UNet
from sideman.export.stages import StepStage

SIZES = UNetConfig(
    resolution=16,
    in_channels=2,
    out_channels=1,
    label_dim=4,
    model_channels=8,
    channel_mult=(1, 2),
    channel_mult_emb=2,
    num_blocks=1,
    attn_resolutions=(8,),
)


def phases(*steps: int) -> tuple[Phase, ...]:
    """Three on half of the rows, and one on all; windows are too short to hide more of them."""
    return tuple(
        replace(
            phase,
            recipe=replace(phase.recipe, steps=count, rate=3e-3, average=0.9, falls=None),
            rows=rows,
            hides=0.0,
        )
        for phase, count, rows in zip(PHASES, steps, (8, 8, 8, 16), strict=True)
    )


@pytest.fixture
def latents() -> Latents:
    """Stems that are their window's mixture, turned over for every other stem.

    A mixture's first value tells whom it is made for: the one that is missing.
    """
    mixture = torch.randn((20, 1, 16, 16), generator=torch.Generator().manual_seed(0))
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0])[:, None, None]
    mixtures = mixture.repeat(1, 4, 1, 1)
    mixtures[:, :, 0, 0] = torch.arange(4)
    return Latents(mixture * signs, mixtures, (~torch.eye(4, dtype=torch.bool)).repeat(20, 1, 1))


def test_the_first_weights_of_every_block_s_end_are_small() -> None:
    unet = UNet(SIZES)
    initialise(unet, 0)
    assert all(parameter.any() for parameter in unet.parameters() if parameter.dim() > 1)
    assert unet.dec["16x16_aux_conv"].weight.abs().max() < 0.01


@pytest.mark.parametrize(
    ("kind", "sigma_min", "sigmas"),
    [("diffusion", 0.0, (0.01, 1.0, 50.0)), ("consistency", 0.1, (0.2, 1.0, 50.0))],
)
def test_they_are_trained_as_what_the_export_denoises_with(
    kind: Kind, sigma_min: float, sigmas: tuple[float, ...]
) -> None:
    unet = UNet(SIZES).eval()
    initialise(unet, 0)
    generator = torch.Generator().manual_seed(0)
    x, mixture = (torch.randn((3, 16, 16), generator=generator) for _ in range(2))
    label = torch.eye(4)[:3]
    stage = StepStage(unet, kind, sigma_data=1.0, sigma_min=sigma_min)
    for sigma in sigmas:
        levels = torch.tensor([sigma])
        with torch.no_grad():
            wanted = stage._denoise(sigma * x, levels, label, mixture)
            found = denoise(unet, sigma * x, levels.expand(3), label, mixture, sigma_min)
        error = (found - wanted).norm() / wanted.norm()
        assert error < 1e-2, sigma  # bfloat16, in training


def test_the_newest_columns_count_most() -> None:
    weights = column_weights(64)
    assert weights.mean() == 1
    assert weights[63] == 2 * weights[32] == 4 * weights[0]
    assert (weights.diff() >= 0).all()


def test_pairs_belong_together(latents: Latents) -> None:
    clean, label, mixture = draw_pairs(latents, 40, torch.Generator().manual_seed(1))
    stem = label.argmax(1)
    signs = torch.where(stem % 2 == 0, 1.0, -1.0)[:, None, None]
    assert torch.equal(clean[:, 1:], (signs * mixture)[:, 1:])
    assert set(stem.tolist()) == {0, 1, 2, 3}
    assert torch.equal(mixture[:, 0, 0], stem.float())
    assert torch.equal(label.sum(1), torch.ones(40))


def test_stems_have_their_shares_and_any_mixture_without_them(latents: Latents) -> None:
    # The mixture that is made for the bass has no drums either.
    latents.heard[:, 0, 1] = False
    _, label, mixture = draw_pairs(latents, 4000, torch.Generator().manual_seed(1))
    torch.testing.assert_close(label.mean(0), torch.tensor(SHARES), rtol=0, atol=0.03)
    assert SHARES[STEMS.index("bass")] == max(SHARES)
    _, others, _ = draw_pairs(
        latents, 400, torch.Generator().manual_seed(1), shares=(0.0, 0.0, 1.0, 0.0)
    )
    assert torch.equal(others.mean(0), torch.tensor([0.0, 0.0, 1.0, 0.0]))
    made_for = mixture[label[:, 1] == 1, 0, 0]
    assert set(made_for.tolist()) == {0, 1}
    assert abs((made_for == 0).float().mean() - 0.5) < 0.1


def test_more_is_hidden_of_some_and_never_less() -> None:
    mixtures = torch.ones(4000, 2, COLUMNS)
    mixtures[:2000, :, COLUMNS - 20 :] = 0
    found = hide_more(mixtures, 0.5, torch.Generator().manual_seed(1))
    hidden = (found == 0).sum(2)
    assert torch.equal(hidden[:, 0], hidden[:, 1])
    assert (found[:, :, : COLUMNS - HIDDEN] == 1).all()
    # The end alone: no column is heard behind one that is not.
    assert (found.diff(dim=2) <= 0).all()
    before, whole = hidden[:2000, 0], hidden[2000:, 0]
    assert set(before.tolist()) == set(range(20, HIDDEN + 1))
    assert set(whole.tolist()) == set(range(HIDDEN + 1))
    # Of the half that is chosen, half loses as much as there is; a 33rd happens to as well.
    assert abs((whole == HIDDEN).float().mean() - 0.5 * (0.5 + 0.5 / 33)) < 0.04
    assert abs((whole == 0).float().mean() - 0.5 * (1 + 0.5 / 33)) < 0.04
    generator = torch.Generator().manual_seed(1)
    state = generator.get_state()
    assert hide_more(mixtures, 0.0, generator) is mixtures
    assert torch.equal(generator.get_state(), state)


def test_a_phase_hides_as_often_as_it_says(
    latents: Latents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []

    def hidden(mixtures: torch.Tensor, share: float, _: torch.Generator) -> torch.Tensor:
        shares.append(share)
        return torch.full_like(mixtures, 7.0)

    def watched(unet: UNet, x: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        assert (others[2] == 7).all()
        return denoise(unet, x, *others)

    monkeypatch.setattr(module, "hide_more", hidden)
    monkeypatch.setattr(module, "denoise", watched)
    chosen = [replace(each, hides=0.1 * index) for index, each in enumerate(phases(1, 1, 1, 1))]
    monkeypatch.setattr(module, "PHASES", tuple(chosen))
    train_diffusion(type("Config", (), {"unet": SIZES})(), latents, tmp_path)
    assert shares == [phase.hides for phase in chosen]


def test_it_learns_what_the_mixture_tells(
    latents: Latents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noise alone tells nothing of the stem: what is found is from mixture and label."""
    monkeypatch.setattr(module, "PHASES", phases(150, 50, 0, 100))
    config = type("Config", (), {"unet": SIZES})()
    unet = train_diffusion(config, latents, tmp_path).eval()
    clean, label, mixture = draw_pairs(latents, 16, torch.Generator().manual_seed(9))
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(10))
    sigma = torch.full((16,), 10.0)
    with torch.no_grad():
        found = denoise(unet, clean + 10 * noise, sigma, label, mixture)
    # The best that could be made of the noise alone errs by 0.99.
    assert (found - clean).square().mean() < 0.75 * clean.square().mean()


def test_it_sees_the_first_rows_and_then_goes_on_with_all(
    latents: Latents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heights: list[int] = []

    def watched(unet: UNet, x: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        heights.append(x.shape[1])
        return denoise(unet, x, *others)

    monkeypatch.setattr(module, "denoise", watched)
    config = type("Config", (), {"unet": SIZES})()

    def trained(*steps: int) -> dict[str, torch.Tensor]:
        monkeypatch.setattr(module, "PHASES", phases(*steps))
        return train_diffusion(config, latents, tmp_path).state_dict()

    # The others go on from what the first has come to, which is kept and not made anew.
    begun = trained(3, 0, 0, 0)
    kept = torch.load(tmp_path / STATES[0], weights_only=True)["averaged"]
    assert all(torch.equal(begun[name], kept[name]) for name in begun)
    ended = trained(3, 1, 1, 2)
    assert heights == [8] * 5 + [16] * 2
    # A stage of its own ends where all rows begin.
    parts = train_diffusion(config, latents, tmp_path, phases=FIRST).state_dict()
    kept = torch.load(tmp_path / STATES[FIRST - 1], weights_only=True)["averaged"]
    assert all(torch.equal(parts[name], kept[name]) for name in kept)
    assert any(not torch.equal(ended[name], begun[name]) for name in begun)


def test_rows_are_those_that_repeat_and_then_all() -> None:
    assert [phase.rows for phase in PHASES] == [*[PERIOD] * FIRST, CHANNELS]
    for phase in PHASES:
        assert abs(sum(phase.shares) - 1) < 1e-9
