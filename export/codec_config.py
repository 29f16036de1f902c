"""Sizes of the codec: Music2Latent's published values, and what a JSON file changes of them."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sideman.engine.bundle.grid import BINS, FRAMES_PER_COLUMN, HOP
from sideman.engine.bundle.json_text import parse_json, read_text
from sideman.engine.errors import ExportError

#: Names of `music2latent.hparams` that matter in training only.
_TRAINING_ONLY = {
    "mixed_precision",
    "seed",
    "data_length",
    "data_length_test",
    "sample_rate",
    "fourier_scale",
    "dropout_rate",
    "min_res_dropout",
    "init_as_zero",
    "rho",
}
#: Names whose other values would need a structure that these networks do not implement.
_FIXED: dict[str, object] = {
    "data_channels": 2,
    "hop": HOP,
    "frequency_scaling": True,
    "use_fourier": False,
    "normalization": True,
    "pre_normalize_2d_to_1d": True,
    "pre_normalize_downsampling_encoder": True,
}


@dataclass(frozen=True)
class CodecConfig:
    """Values of `music2latent.hparams` that concern the networks, under their own names.

    The defaults are the published model's (music2latent 0.1.8).
    """

    base_channels: int = 64
    layers_list: tuple[int, ...] = (2, 2, 2, 2, 2)
    multipliers_list: tuple[int, ...] = (1, 2, 4, 4, 4)
    attention_list: tuple[int, ...] = (0, 0, 1, 1, 1)
    freq_downsample_list: tuple[int, ...] = (1, 0, 0, 0)
    layers_list_encoder: tuple[int, ...] = (1, 1, 1, 1, 1)
    attention_list_encoder: tuple[int, ...] = (0, 0, 1, 1, 1)
    bottleneck_base_channels: int = 512
    num_bottleneck_layers: int = 4
    heads: int = 4
    cond_channels: int = 256
    bottleneck_channels: int = 64
    alpha_rescale: float = 0.65
    beta_rescale: float = 0.34
    sigma_data: float = 0.5
    sigma_min: float = 0.002
    sigma_max: float = 80.0

    #: Channels of a spectrum: real and imaginary part.
    data_channels = 2
    #: Frequencies of a spectrum.
    bins = BINS
    #: Latents are divided by this when they leave the encoder (music2latent's sigma_rescale).
    latent_scale = 0.06

    @property
    def levels(self) -> int:
        """Number of resolutions."""
        return len(self.multipliers_list)

    @property
    def lowest_bins(self) -> int:
        """Frequencies at the lowest resolution."""
        halved = self.freq_downsample_list.count(0)
        return self.bins >> (halved + 2 * self.freq_downsample_list.count(1))

    def channels(self, level: int) -> int:
        """Channels at a resolution, 0 being the highest."""
        return self.base_channels * self.multipliers_list[level]

    def frequency_only(self, level: int) -> bool:
        """Whether the downsampling below this resolution halves frequency only, not time."""
        return self.freq_downsample_list[level] == 1

    def heads_at(self, level: int) -> int:
        """Attention heads of the U-Net's blocks at a resolution; 0 for none."""
        return self.heads if self.attention_list[level] else 0

    def encoder_heads(self, level: int) -> int:
        """Attention heads of encoder and decoder at a resolution; 0 for none."""
        return self.heads if self.attention_list_encoder[level] else 0

    @classmethod
    def read(cls, path: Path) -> CodecConfig:
        """Read a JSON object of the values that differ from the published ones.

        Raises:
            ExportError: unreadable, a name that is unknown or stands twice, a wrong type, or an
                unsupported value.
        """
        try:
            data = parse_json(read_text(path))
        except (OSError, ValueError) as error:
            raise ExportError(f"{path}: cannot be read as JSON: {error}") from None
        if not isinstance(data, dict):
            raise ExportError(f"{path}: expected an object of names and values.")
        return cls.from_dict(data, str(path))

    @classmethod
    def from_dict(cls, data: dict[str, Any], where: str) -> CodecConfig:
        """Make a configuration from names and values; `where` stands in errors."""
        fields = {field.name: field for field in dataclasses.fields(cls)}
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name in fields:
                values[name] = _convert(fields[name].default, value, f"{where}: {name}")
            elif name in _FIXED:
                if value != _FIXED[name] or type(value) is not type(_FIXED[name]):
                    raise ExportError(
                        f"{where}: {name} = {value!r} is not supported, only {_FIXED[name]!r}."
                    )
            elif name not in _TRAINING_ONLY:
                raise ExportError(
                    f"{where}: {name} is not a hyper-parameter of music2latent.",
                    f"Known names: {', '.join(sorted({*fields, *_FIXED, *_TRAINING_ONLY}))}.",
                )
        config = cls(**values)
        _check(config, where)
        return config


def _convert(default: object, value: object, where: str) -> Any:
    """The value in the type of its default, or an error that names it."""
    if isinstance(default, tuple):
        if isinstance(value, list) and value and all(type(item) is int for item in value):
            return tuple(value)
        raise ExportError(f"{where} = {value!r} must be a list of integers.")
    if isinstance(default, float) and type(value) in (int, float):
        return float(value)  # type: ignore[arg-type]
    if type(value) is not type(default):
        raise ExportError(f"{where} = {value!r} must be of type {type(default).__name__}.")
    return value


def _check(config: CodecConfig, where: str) -> None:
    """Refuse values of the right types that make no codec."""

    def refuse(what: str) -> ExportError:
        return ExportError(f"{where}: {what}")

    levels = config.levels
    for name, length in {
        "layers_list": levels,
        "attention_list": levels,
        "layers_list_encoder": levels,
        "attention_list_encoder": levels,
        "freq_downsample_list": levels - 1,
    }.items():
        if len(getattr(config, name)) != length:
            raise refuse(f"{name} needs {length} values for {levels} resolutions.")
    for name in ("attention_list", "attention_list_encoder", "freq_downsample_list"):
        if set(getattr(config, name)) - {0, 1}:
            raise refuse(f"{name} holds something other than 0 and 1.")
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        numbers = value if isinstance(value, tuple) else (value,)
        # At the highest resolution, the most expensive by far, there may be no blocks at all.
        first_only = field.name.startswith("layers_list")
        allows_zero = field.name.startswith(("attention", "freq"))
        for index, number in enumerate(numbers):
            may_be_zero = allows_zero or (first_only and index == 0)
            if not 0 <= number < math.inf or (number == 0 and not may_be_zero):
                raise refuse(f"{field.name} = {value!r} must be positive and finite.")
    if 1 << config.freq_downsample_list.count(0) != FRAMES_PER_COLUMN:
        raise refuse(
            f"freq_downsample_list must halve time to {FRAMES_PER_COLUMN} frames a column."
        )
    if config.lowest_bins < 1:
        raise refuse("freq_downsample_list leaves no frequencies.")
    if config.multipliers_list[0] != 1:
        raise refuse("multipliers_list must begin with 1.")
    if config.cond_channels < 4 or config.cond_channels % 2:
        raise refuse(f"cond_channels = {config.cond_channels} must be even and at least 4.")
    widths = [config.channels(level) for level in range(levels)]
    for width in (*widths, config.bottleneck_base_channels):
        if width < 4 or width % min(width // 4, 32):
            raise refuse(f"{width} channels do not split into {min(width // 4, 32)} groups.")
    for level, width in enumerate(widths):
        if (config.attention_list[level] or config.attention_list_encoder[level]) and (
            width % config.heads
        ):
            raise refuse(f"{width} channels do not split into heads = {config.heads}.")
