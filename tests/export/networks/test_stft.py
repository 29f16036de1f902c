"""STFT, inverse and companding against torch's own, which use FFT and complex numbers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sideman.export.networks.stft import Compand, Expand, InverseStft, Stft

ALPHA, BETA = 0.65, 0.34
STFT, INVERSE = Stft(), InverseStft()
WINDOW = torch.hann_window(2048, periodic=True)


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def reference(audio: torch.Tensor) -> torch.Tensor:
    spectrum = torch.stft(
        audio.double(), 2048, 512, window=WINDOW.double(), center=False, return_complex=True
    )
    return torch.view_as_real(spectrum[:, :1024]).permute(0, 3, 1, 2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 3), st.floats(1e-4, 1.0))
def test_stft_is_torch_stft(seed: int, frames: int, batch: int, level: float) -> None:
    audio = noise(seed, batch, 512 * (frames + 3)) * level
    found, wanted = STFT(audio), reference(audio)
    assert found.shape == (batch, 2, 1024, frames)
    assert (found - wanted).norm() < 5e-7 * wanted.norm()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 3))
def test_inverse_is_irfft_and_overlap_add(seed: int, frames: int, batch: int) -> None:
    spectrum = noise(seed, batch, 2, 1024, frames)
    complex_spectrum = torch.complex(spectrum[:, 0].double(), spectrum[:, 1].double())
    padded = torch.nn.functional.pad(complex_spectrum, (0, 0, 0, 1))
    pieces = torch.fft.irfft(padded, dim=1) * (WINDOW.double() / 1.5)[:, None]
    wanted = torch.zeros(batch, 512 * (frames + 3), dtype=torch.float64)
    for frame in range(frames):
        wanted[:, frame * 512 : frame * 512 + 2048] += pieces[:, :, frame]
    found = INVERSE(spectrum * INVERSE.bin_weights())
    assert (found - wanted).norm() < 5e-7 * wanted.norm()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.integers(4, 12))
def test_round_trip_inside(seed: int, frames: int) -> None:
    """All but the uncorrected edges and the dropped Nyquist bin come back."""
    # The mean of neighbours has no energy at the Nyquist frequency.
    audio = torch.nn.functional.avg_pool1d(noise(seed, 1, 512 * (frames + 3) + 1), 2, 1)
    back = INVERSE(STFT(audio) * INVERSE.bin_weights())
    inside = slice(3 * 512, -3 * 512)
    error = (back - audio)[:, inside]
    assert error.norm() < 1e-3 * audio[:, inside].norm()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.floats(-8, 2))
def test_companding(seed: int, exponent: float) -> None:
    spectrum = noise(seed, 2, 2, 1024, 2) * 10.0**exponent
    value = torch.complex(spectrum[:, 0].double(), spectrum[:, 1].double())
    wanted = torch.polar(BETA * value.abs() ** ALPHA, value.angle())
    companded = Compand(ALPHA, BETA)(spectrum)
    assert torch.allclose(companded[:, 0].double(), wanted.real, rtol=1e-5, atol=1e-12)
    back = Expand(ALPHA, BETA)(companded) / INVERSE.bin_weights()
    assert (back - spectrum).norm() < 1e-5 * spectrum.norm()


@pytest.mark.parametrize("value", [0.0, -0.0, 1e-42, 1e-30, -1e-17])
def test_silence_stays_silence(value: float) -> None:
    silent = torch.full((1, 2, 1024, 1), value)
    companded = Compand(ALPHA, BETA)(silent)
    assert companded.isfinite().all()
    assert companded.abs().max() == 0
    assert Expand(ALPHA, BETA)(torch.zeros(1, 2, 1024, 1)).abs().max() == 0


def test_companding_of_silence_has_a_finite_gradient() -> None:
    with torch.enable_grad():
        silent = torch.zeros(1, 2, 8, 1, requires_grad=True)
        Compand(ALPHA, BETA)(silent).sum().backward()
    assert silent.grad is not None
    assert silent.grad.isfinite().all()


def test_transforms_add_nothing_to_a_state_dict() -> None:
    assert not STFT.state_dict()
    assert not INVERSE.state_dict()
    assert not Expand(ALPHA, BETA).state_dict()
    constants = sum(buffer.numel() for buffer in (*STFT.buffers(), *INVERSE.buffers()))
    # A single matrix would take four million for each part.
    assert constants < 200_000
