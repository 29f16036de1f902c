"""The YAML file: what is read from it, and that everything unsupported is refused by name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sideman.engine.bundle.manifest import SamplerSpec
from sideman.engine.errors import ExportError
from sideman.export.config import read_config


@pytest.fixture
def change(configs: dict[str, dict], tmp_path: Path) -> Callable[..., Path]:
    """Write a configuration with fields changed, by dotted name; ... removes one."""

    def write(name: str, **changes: Any) -> Path:
        data = copy.deepcopy(configs[name])
        for field, value in changes.items():
            *sections, last = field.split("__")
            target = data
            for section in sections:
                target = target[section]
            if value is ...:
                del target[last]
            else:
                target[last] = value
        path = tmp_path / "MODEL.yaml"
        path.write_text(yaml.safe_dump(data))
        return path

    return write


def test_student(golden: Path) -> None:
    config = read_config(golden / "cd-tiny.yaml")
    assert config.kind == "consistency"
    # The YAML says rho 9; the original server never passes it on.
    assert config.sampler == SamplerSpec("consistency", 2, 1e-4, 80.0, 7.0)
    assert config.sigma_data == 1.0
    assert config.stems == ("bass", "drums", "guitar", "piano")
    assert config.grid.trained_masks == (0, 16, 32)
    assert config.unet.model_channels == 16
    assert config.unet.attn_resolutions == (8, 16, 32)


def test_diffusion_model(golden: Path) -> None:
    config = read_config(golden / "ldm-tiny.yaml")
    assert config.kind == "diffusion"
    assert config.sampler == SamplerSpec("dpm2-ancestral", 5, 1e-4, 50.0, 9.0, 1.0, 2)
    assert config.grid.trained_masks == (0, 16, 32)


def test_kind_is_told_by_content(change: Callable[..., Path]) -> None:
    path = change("ldm", project_name="GEN_CD", id={"version": "CD_consistency"})
    assert read_config(path).kind == "diffusion"


def test_trained_masks_follow_the_ratios(change: Callable[..., Path]) -> None:
    path = change("cd", model__inpaint_mask_ratios=[0, 0.1], model__pr_win_mul=[1, 3])
    assert read_config(path).grid.trained_masks == (0, 6, 19)


def test_number_without_a_point(change: Callable[..., Path]) -> None:
    """YAML 1.1 reads 1e-04 as text."""
    path = change("cd", diffusion__sigma_min="1e-03")
    assert read_config(path).sigma_min == 1e-3


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("cd", "model__encoder_type", "residual"),
        ("cd", "model__encoder_type", "skip"),
        ("ldm", "model__decoder_type", "skip"),
        ("cd", "model__embedding_type", "fourier"),
        ("cd", "model__resample_filter", [1, 3, 3, 1]),
        ("cd", "model__augment_dim", 9),
        ("cd", "model__class_cond", False),
        ("cd", "model__concat", False),
        ("cd", "model__in_channels", 1),
        ("cd", "model__in_channels", 4),
        ("cd", "model__out_channels", 2),
        ("cd", "model__label_dim", 5),
        ("cd", "model__label_dim", True),
        ("cd", "model__model_channels", 18),
        ("cd", "model__model_channels", "16"),
        ("cd", "model__model_channels", 2),
        ("cd", "model__num_heads", 3),
        ("cd", "model__num_heads", 0),
        ("cd", "model__num_blocks", 1.5),
        ("cd", "model__channel_mult", []),
        ("cd", "model__channel_mult", [1, 0]),
        ("cd", "model__channel_mult", [1] * 8),
        ("cd", "model__attn_resolutions", "8"),
        ("cd", "model__img_resolution", 32),
        ("cd", "model__inpaint_mask_ratios", [0.6]),
        ("cd", "model__inpaint_mask_ratios", [-0.1]),
        ("cd", "model__inpaint_mask_ratios", [float("inf")]),
        ("cd", "model__pr_win_mul", ...),
        ("cd", "model__channel_mult_noise", ...),
        ("cd", "audio_samples_logger__img_resolution", 32),
        ("cd", "audio_samples_logger__length", 264_600 // 2),
        ("cd", "audio_samples_logger__channels", 2),
        ("cd", "audio_samples_logger__stems", ["bass", "bass", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", "bass"),
        ("cd", "audio_samples_logger__stems", ["../bass", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ...),
        ("cd", "audio_samples_logger__clip_denoised", True),
        ("cd", "audio_samples_logger__clip_output", True),
        ("cd", "audio_samples_logger__sampler_to_calculate_metrics", "heun"),
        ("cd", "audio_samples_logger__steps_to_calculate_metrics", 0),
        ("cd", "diffusion__training_mode", "ctm"),
        ("cd", "diffusion__preconditioning", "ctm"),
        ("cd", "diffusion__linear_probing", True),
        ("cd", "diffusion__linear_probing", 0),
        ("cd", "diffusion__linear_probing", ...),
        ("cd", "diffusion__rescaling", True),
        ("cd", "diffusion__sigma_data", 0),
        ("cd", "diffusion__sigma_data", float("nan")),
        ("cd", "diffusion__sigma_min", 100.0),
        ("cd", "diffusion__sigma_max", True),
        ("cd", "diffusion__sigma_max", 10**400),
        ("cd", "diffusion", [1]),
        ("cd", "model", ...),
        ("ldm", "model__diffusion_dynamic_threshold", 0.95),
        ("ldm", "model__diffusion_sigma_data", ...),
        ("ldm", "diffusion_schedule___target_", "x.LinearSchedule"),
        ("ldm", "diffusion_sampler___target_", "x.ADPM2SamplerX"),
        ("ldm", "diffusion_sampler__num_resamples", 0),
        ("ldm", "diffusion_sampler", ...),
        ("ldm", "audio_samples_logger__sampling_steps", 1),
        ("ldm", "diffusion_schedule__rho", "nine"),
    ],
)
def test_refused_by_name(change: Callable[..., Path], name: str, field: str, value: Any) -> None:
    with pytest.raises(ExportError) as caught:
        read_config(change(name, **{field: value}))
    assert "MODEL.yaml" in caught.value.what
    named = field.rpartition("__")[2] if not field.endswith("_target_") else "_target_"
    # Where two fields contradict one another, either may be the one that is named.
    partners = {"length": "img_resolution", "pr_win_mul": "pr_win_mul", "stems": "label_dim"}
    assert named in caught.value.what or partners.get(named, named) in caught.value.what


def test_neither_or_both_kinds(change: Callable[..., Path]) -> None:
    for path in (change("cd", diffusion=...), change("ldm", diffusion={"preconditioning": "cd"})):
        with pytest.raises(ExportError, match="diffusion_schedule"):
            read_config(path)


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "a: [1", "", "\x00"])
def test_not_a_configuration(tmp_path: Path, text: str) -> None:
    path = tmp_path / "MODEL.yaml"
    path.write_text(text)
    with pytest.raises(ExportError, match=r"MODEL\.yaml"):
        read_config(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be read"):
        read_config(tmp_path / "MODEL.yaml")


def test_yaml_runs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "MODEL.yaml"
    path.write_text("a: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(ExportError, match="is not YAML"):
        read_config(path)
