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


NUMBERS = ["0.125", "125e-3", "1.25E-1", "1.25e-1", ".125", "+.125e0", "12.5e-02", "'125e-3'"]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_read_alike_in_lists_and_alone(
    change: Callable[..., Path], number: str
) -> None:
    path = change("cd", model__inpaint_mask_ratios="RATIOS", diffusion__sigma_max="SIGMA")
    text = path.read_text().replace("RATIOS", f"[0, {number}]").replace("SIGMA", number)
    path.write_text(text.replace("sigma_min: 0.0001", "sigma_min: 1e-4"))
    config = read_config(path)
    assert config.sampler.sigma_max == 0.125
    assert config.sampler.sigma_min == 1e-4
    path.write_text(text.replace("pr_win_mul:\n  - 2", "pr_win_mul: 2e0"))
    assert read_config(path).grid.trained_masks == config.grid.trained_masks == (0, 16)


def test_whole_numbers_in_other_notations(change: Callable[..., Path]) -> None:
    path = change("cd", model__num_blocks=1.0, model__channel_mult=[1, 2.0, 2, 2])
    text = path.read_text().replace("length: 264600", "length: 2646e2")
    path.write_text(text.replace("sampling_rate: 44100", "sampling_rate: 44.1e3"))
    config = read_config(path)
    assert (config.unet.num_blocks, config.unet.channel_mult) == (1, (1, 2, 2, 2))
    assert (config.grid.window_samples, config.grid.sample_rate) == (264_600, 44_100)
    assert type(config.grid.sample_rate) is int


@pytest.mark.parametrize(
    ("text", "key", "second", "first"),
    [
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "c", 5, 3),
        ("a: 1\n'a': 2\n", "a", 2, 1),
        ("- {x: 1}\n- {x: 1, y: [{z: 1,\n z: 2}]}\n", "z", 3, 2),
        ("a: &b {c: 1}\nd: {<<: *b, c: 2}\ne: *b\na: 3\n", "a", 4, 1),
    ],
)
def test_a_key_that_stands_twice_is_an_error_with_its_lines(
    tmp_path: Path, text: str, key: str, second: int, first: int
) -> None:
    path = tmp_path / "MODEL.yaml"
    path.write_text(text)
    with pytest.raises(ExportError, match=rf"MODEL\.yaml: line {second}: {key} .*line {first}\."):
        read_config(path)


def test_a_merged_value_may_be_given_anew(change: Callable[..., Path]) -> None:
    path = change("cd")
    lines = path.read_text().replace("\nmodel:", "\nmodel: &model").splitlines()
    path.write_text("\n".join([*lines, "copy:", "  <<: *model", "  num_heads: 4", "other: *model"]))
    assert read_config(path).unet.num_heads == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model__img_resolution", "${model.resolution}"),
        ("model__channel_mult", "${oc.env:MULT}"),
        ("model__channel_mult", [1, "${x}"]),
        ("diffusion__sigma_max", "${sigma}"),
        ("diffusion__preconditioning", "${kind}"),
        ("audio_samples_logger__stems", ["bass", "drums", "${x}", "piano"]),
        ("model", "${defaults.model}"),
    ],
)
def test_a_reference_of_another_tool_is_named_as_such(
    change: Callable[..., Path], field: str, value: object
) -> None:
    with pytest.raises(ExportError, match=r"is a reference.*OmegaConf or Hydra") as caught:
        read_config(change("cd", **{field: value}))
    assert field.rpartition("__")[2] in caught.value.what
    assert "resolve" in caught.value.remedy


def test_a_reference_in_a_field_that_is_not_needed_is_no_fault(change: Callable[..., Path]) -> None:
    assert read_config(change("cd", log_directory="${oc.env:HOME}/logs")).kind == "consistency"


def test_a_value_that_omegaconf_calls_missing(change: Callable[..., Path]) -> None:
    with pytest.raises(ExportError, match="OmegaConf's mark"):
        read_config(change("cd", model__num_heads="???"))


@pytest.mark.parametrize("tag", ["!ref <sigma>", "!include x.yaml", "!!python/tuple [1, 2]"])
def test_a_tag_of_another_tool_is_named_with_its_line(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "MODEL.yaml"
    path.write_text(f"a: 1\nb:\n  c: {tag}\n")
    with pytest.raises(ExportError, match=rf"line 3 holds {tag.split()[0]}, a tag of another"):
        read_config(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark(change: Callable[..., Path], encoding: str) -> None:
    path = change("cd")
    path.write_text(path.read_text(), encoding=encoding)
    assert read_config(path).kind == "consistency"


@pytest.mark.parametrize("text", ["a: 2026-13-45\n", "[" * 3_000, "? [a]\n: 1\n", "a: *b\n"])
def test_yaml_that_no_reader_bears(tmp_path: Path, text: str) -> None:
    path = tmp_path / "MODEL.yaml"
    path.write_text(text)
    with pytest.raises(ExportError, match=r"MODEL\.yaml is not YAML"):
        read_config(path)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3068\n", "Git LFS"),
        ("<!DOCTYPE html><html><title>Log in</title></html>", "web page"),
    ],
)
def test_what_was_saved_in_place_of_a_configuration(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "MODEL.yaml"
    path.write_text(text)
    with pytest.raises(ExportError, match=f"is no configuration: it is .*{what}"):
        read_config(path)


@pytest.mark.parametrize("name", ["context", "ready", "Kontrabaß", "lead guitar"])
def test_it_is_told_what_is_wrong_with_a_stem(change: Callable[..., Path], name: str) -> None:
    path = change("cd", audio_samples_logger__stems=[name, "drums", "guitar", "piano"])
    with pytest.raises(ExportError, match=r"is taken: the protocol|is no OSC address") as caught:
        read_config(path)
    assert repr(name) in caught.value.what
    assert "Rename it" in caught.value.remedy


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
        ("cd", "model__num_blocks", float("inf")),
        ("cd", "model__channel_mult", [1, 1.5]),
        ("cd", "model__channel_mult", [True, 2]),
        ("cd", "model__channel_mult", []),
        ("cd", "model__channel_mult", [1, 0]),
        ("cd", "model__channel_mult", [1] * 8),
        ("cd", "model__attn_resolutions", "8"),
        ("cd", "model__img_resolution", 32),
        ("cd", "model__inpaint_mask_ratios", [0.6]),
        ("cd", "model__inpaint_mask_ratios", [-0.1]),
        ("cd", "model__inpaint_mask_ratios", [float("inf")]),
        ("cd", "model__inpaint_mask_ratios", ["nan"]),
        ("cd", "model__inpaint_mask_ratios", [False]),
        ("cd", "diffusion__sigma_max", "infinity"),
        ("cd", "model__pr_win_mul", ...),
        ("cd", "model__channel_mult_noise", ...),
        ("cd", "audio_samples_logger__img_resolution", 32),
        ("cd", "audio_samples_logger__length", 264_600 // 2),
        ("cd", "audio_samples_logger__channels", 2),
        ("cd", "audio_samples_logger__stems", ["bass", "bass", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", "bass"),
        ("cd", "audio_samples_logger__stems", ["../bass", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ["context", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ["error", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ["Kontrabaß", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ["lead guitar", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ["bass*", "drums", "guitar", "piano"]),
        ("cd", "audio_samples_logger__stems", ["", "drums", "guitar", "piano"]),
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
