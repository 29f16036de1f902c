"""The codec's hyper-parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sideman.engine.errors import ExportError
from sideman.export.codec_config import CodecConfig


def test_defaults_are_those_of_the_package() -> None:
    hparams = pytest.importorskip("music2latent.hparams", reason="music2latent is not installed")
    config = CodecConfig()
    for name in CodecConfig.__dataclass_fields__:
        value = getattr(hparams, name)
        assert getattr(config, name) == (tuple(value) if isinstance(value, list) else value), name
    inference = pytest.importorskip("music2latent.hparams_inference")
    assert config.latent_scale == inference.sigma_rescale


def test_every_name_of_the_package_is_known() -> None:
    hparams = pytest.importorskip("music2latent.hparams", reason="music2latent is not installed")
    values = {name: value for name, value in vars(hparams).items() if not name.startswith("_")}
    assert CodecConfig.from_dict(values, "hparams") == CodecConfig()


def test_recordings(golden: Path) -> None:
    config = CodecConfig.read(golden / "music2latent-tiny.json")
    assert config.base_channels == 8
    assert config.layers_list == (1, 1, 1, 1, 1)
    assert config.lowest_bins == 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("no_such_name", 1),
        ("base_channels", "8"),
        ("base_channels", 8.0),
        ("base_channels", 0),
        ("base_channels", True),
        ("base_channels", 9),
        ("layers_list", [1, 1]),
        ("layers_list", [1, 1, 1, 1, 0]),
        ("layers_list", [1, 1, 1, 1, 1.0]),
        ("attention_list", [0, 0, 2, 1, 1]),
        ("freq_downsample_list", [0, 0, 0, 0]),
        ("multipliers_list", [2, 2, 4, 4, 4]),
        ("heads", 7),
        ("cond_channels", 3),
        ("alpha_rescale", "0.65"),
        ("sigma_max", -1),
        ("sigma_max", float("nan")),
        ("sigma_max", float("inf")),
        ("hop", 256),
        ("data_channels", 1),
        ("use_fourier", True),
        ("use_fourier", 0),
        ("normalization", False),
        ("frequency_scaling", False),
        ("pre_normalize_2d_to_1d", False),
    ],
)
def test_refused_by_name(tmp_path: Path, name: str, value: Any) -> None:
    path = tmp_path / "codec.json"
    path.write_text(json.dumps({name: value}))
    with pytest.raises(ExportError) as caught:
        CodecConfig.read(path)
    assert "codec.json" in caught.value.what
    widths = {"base_channels": "channels", "heads": "heads"}
    assert name in caught.value.what or widths[name] in caught.value.what


@pytest.mark.parametrize("text", ["[1]", "{", "3"])
def test_not_an_object(tmp_path: Path, text: str) -> None:
    path = tmp_path / "codec.json"
    path.write_text(text)
    with pytest.raises(ExportError, match=r"codec\.json"):
        CodecConfig.read(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "codec.json"
    path.write_text('{"base_channels": 8}', encoding=encoding)
    assert CodecConfig.read(path).base_channels == 8


def test_a_value_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "codec.json"
    path.write_text('{\n"heads": 4,\n"base_channels": 8,\n"heads": 8}')
    with pytest.raises(ExportError, match=r"codec\.json.*line 4: 'heads' .*line 2"):
        CodecConfig.read(path)
