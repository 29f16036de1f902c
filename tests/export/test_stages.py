"""The stages as torch modules, against recordings of the original system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sideman.export import stages


def call_step(stage: torch.nn.Module, **given: torch.Tensor) -> tuple[torch.Tensor, ...]:
    batch = given["x"].shape[0]
    zeros = torch.zeros(batch, 64, 64)
    inputs = {
        "x": zeros,
        "anchor": zeros,
        "source": zeros,
        "source_noise": zeros,
        "noise": zeros,
        "keep": torch.zeros(batch, 64),
        "mixture": torch.zeros(1, 64, 64),
        "label": torch.eye(4)[:batch],
        "coefficients": torch.tensor([1.0, 0, 0, 0, 0, 1, 0]),
    }
    return stage(*(given.get(name, value) for name, value in inputs.items()))


@pytest.mark.parametrize("name", ["ldm", "cd"])
@pytest.mark.parametrize("index", range(6))
def test_denoiser(
    golden: Path, step_of: Callable, relative_error: Callable, name: str, index: int
) -> None:
    recording = np.load(golden / f"{name}-tiny-denoiser.npz")
    sigma = float(recording[f"sigma_{index}"].reshape(-1)[0])
    following, denoised, merged = call_step(
        step_of(name),
        x=torch.from_numpy(recording[f"x_{index}"])[0],
        mixture=torch.from_numpy(recording[f"mixture_{index}"])[0],
        label=torch.from_numpy(recording[f"label_{index}"]).float(),
        coefficients=torch.tensor([sigma, 0, 0, 0, 0, 1, 0]),
    )
    wanted = recording[f"denoised_{index}"][0]
    assert relative_error(denoised, wanted) < 1e-5
    assert relative_error(following, wanted) < 1e-5
    assert (merged.numpy() == recording[f"x_{index}"][0]).all()


def test_codec(golden: Path, codec, relative_error: Callable) -> None:
    recording = np.load(golden / "codec-tiny.npz")
    audio = torch.from_numpy(recording["audio"])[:, :263_680]
    known = torch.ones(1, 64)
    encode = stages.encode_stage(codec)
    assert relative_error(encode(audio, known), recording["latent"]) < 5e-4
    known[:, 40:] = 0
    assert (encode(audio, known)[:, :, 40:] == 0).all()
    torch.manual_seed(int(recording["decode_seed"]))
    noise = torch.randn(1, 2, 1024, 17 * 8).reshape(1, 2, 1024, 17, 8)
    latent = torch.from_numpy(recording["latent"])
    _, decoded = stages.decode_stage(codec)(
        latent, latent, torch.zeros(1, 64), noise, torch.ones(17 * 4096 + 1536)
    )
    assert relative_error(decoded, recording["decoded_last17"]) < 1e-5


def test_silence_encodes_to_finite_values(codec) -> None:
    mixture = stages.encode_stage(codec)(torch.zeros(1, 263_680), torch.ones(1, 64))
    assert mixture.isfinite().all()


@pytest.mark.parametrize("level", [1e-21, 1e-38, 1e-42])
def test_inaudible_audio_is_silence(codec, level: float) -> None:
    """Subnormal numbers in a convolution make it several times slower."""
    encode = stages.encode_stage(codec)
    noise = torch.randn(1, 263_680, generator=torch.Generator().manual_seed(0)).clamp(-4, 4)
    silence = encode(torch.zeros(1, 263_680), torch.ones(1, 64))
    assert torch.equal(encode(level * noise, torch.ones(1, 64)), silence)


def test_step_merges_and_combines(step_of: Callable) -> None:
    stage = step_of("cd")
    draw = torch.Generator().manual_seed(3)
    x, anchor, source, source_noise, noise = torch.randn(5, 2, 64, 64, generator=draw)
    keep = torch.zeros(2, 64)
    keep[0, :48] = 1
    keep[1, :20] = 1
    level, alpha, beta, gamma, delta = 80.0, 0.5, -0.25, 2.0, 3.0
    inputs = {
        "x": x * 1e4,
        "anchor": anchor,
        "source": source,
        "source_noise": source_noise,
        "noise": noise,
        "keep": keep,
    }
    coefficients = torch.tensor([80.0, level, 1, alpha, beta, gamma, delta])
    following, denoised, merged = call_step(stage, **inputs, coefficients=coefficients)
    wanted = torch.where(keep[:, None] > 0, source + level * source_noise, x * 1e4)
    assert torch.equal(merged, wanted)
    total = alpha * anchor + beta * merged + gamma * denoised + delta * noise
    assert torch.allclose(following, total, rtol=1e-6)
    coefficients[2] = 0
    assert torch.equal(call_step(stage, **inputs, coefficients=coefficients)[2], x * 1e4)


def test_rows_are_independent(step_of: Callable, relative_error: Callable) -> None:
    stage = step_of("ldm")
    x = torch.randn(4, 64, 64, generator=torch.Generator().manual_seed(1))
    together = call_step(stage, x=x)[1]
    for row in range(4):
        alone = call_step(stage, x=x[row : row + 1], label=torch.eye(4)[row : row + 1])[1]
        assert relative_error(together[row : row + 1], alone) < 1e-6
    assert relative_error(together[:1], call_step(stage, x=x[:1], label=torch.eye(4)[1:2])[1]) > 0


def test_decode_merges_clamps_and_fades(codec) -> None:
    stage = stages.decode_stage(codec)
    draw = torch.Generator().manual_seed(2)
    sample, source = torch.randn(2, 2, 64, 64, generator=draw)
    keep = torch.zeros(2, 64)
    keep[0, :62] = 1
    noise = torch.randn(2, 2, 1024, 3, 8, generator=draw)
    samples = 3 * 4096 + 1536
    latent, plain = stage(sample, source, keep, noise, torch.ones(samples))
    assert torch.equal(latent, torch.where(keep[:, None] > 0, source, sample))
    assert plain.abs().max() <= 1
    gain = torch.rand(samples, generator=draw)
    assert torch.equal(stage(sample, source, keep, noise, gain)[1], plain * gain)
    # Only the last three columns of what was merged reach the waveform.
    other = source.clone()
    other[:, :, :61] = 0
    assert torch.equal(stage(sample, other, keep, noise, torch.ones(samples))[1], plain)
