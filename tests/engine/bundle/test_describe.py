from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.describe import _ranges, describe, differences


def test_a_description_tells_what_a_performer_and_an_engineer_ask(paper_bundle: Path) -> None:
    bundle = Bundle.open(paper_bundle)
    text = describe(bundle)
    for part in (
        "consistency model, UNTRAINED",
        "bass, drums",
        "264600 samples at 44100 Hz (6 s)",
        "64 channels x 64 columns",
        "sigma 80 to 0.0001, rho 7",
        "midpoint rho 1, resamples 1, sigma_data 1",
        "unet 12, codec 34",
        "step.onnx, float32",
        "in in: float32 batch x 3",
        bundle.manifest.files["step.onnx"].sha256,
        "seed: 1",
    ):
        assert part in " ".join(text.split()) or part in text


def test_differences_name_the_field_and_both_values(paper_bundle: Path) -> None:
    first = Bundle.open(paper_bundle).manifest
    second = dataclasses.replace(
        first, trained=True, sampler=dataclasses.replace(first.sampler, steps=3)
    )
    assert differences(first, first) == []
    assert differences(first, second) == ["sampler.steps: 2 | 3", "trained: False | True"]


def test_a_manifest_cannot_command_the_terminal(paper_bundle: Path) -> None:
    bundle = Bundle.open(paper_bundle)
    named = dataclasses.replace(bundle.manifest, name="a\x1b[2J", origin={"x\r": "y\x9b"})
    text = describe(Bundle(paper_bundle, named)) + "".join(differences(bundle.manifest, named))
    assert all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (range(33), "0 to 32"),
        ((16, 32), "16, 32"),
        ((0, 1, 2, 4, 5, 9), "0 to 2, 4, 5, 9"),
        ((4, 3, 2, 2), "2 to 4"),
        ((), ""),
    ],
)
def test_numbers_that_follow_each_other_are_told_as_a_range(numbers, told: str) -> None:
    assert _ranges(numbers) == told


def test_a_description_names_hidden_columns_in_ranges(paper_bundle: Path) -> None:
    bundle = Bundle.open(paper_bundle)
    grid = dataclasses.replace(bundle.manifest.grid, trained_masks=tuple(range(33)))
    described = describe(Bundle(paper_bundle, dataclasses.replace(bundle.manifest, grid=grid)))
    assert "trained with the last 0 to 32 columns hidden" in described
