"""The manifest of a bundle: plain JSON, checked field by field."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sideman.engine.bundle import bounds
from sideman.engine.bundle.bounds import check_within, too_much
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.json_text import parse_json
from sideman.engine.bundle.stem_names import STEM_NAMES, stem_name_fault
from sideman.engine.errors import BundleError
from sideman.engine.tensors import TensorSpec

#: Version of the manifest's layout. A reader refuses any other.
SCHEMA = 1
#: The stages of every bundle, in the order in which a cycle runs them.
STAGES = ("encode", "step", "decode")
#: What a stage's precision is called in a manifest, and in options, engines and messages.
SHORT_NAMES = {"float16": "fp16", "bfloat16": "bf16", "float32": "fp32", "int8": "int8"}
#: The precision of a stage whose convolutions, or most of them, compute in eight bits.
INT8 = "int8"

Kind = Literal["diffusion", "consistency"]
_RENAME = (
    "Rename it in audio_samples_logger.stems of the model's YAML file, then export the bundle "
    f"again. {STEM_NAMES}"
)
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


def short_name(precision: str) -> str:
    """A manifest's name of a precision as options have it, such as "fp32"; another as it is."""
    return SHORT_NAMES.get(precision, precision)


@dataclass(frozen=True)
class SamplerSpec:
    """The sampler and schedule that a model was trained or distilled for.

    Attributes:
        name: a key of `sideman.runtime.playing.samplers.SAMPLERS`.
        steps: length of the schedule for ancestral DPM2 (n−1 intervals are used), number of
            evaluations for multistep consistency.
        sigma_min: lowest noise level.
        sigma_max: highest noise level, where sampling starts.
        rho: exponent of the Karras schedule (Karras et al. 2022, equation 5).
        midpoint_rho: exponent of ancestral DPM2's midpoint (`diffusion_sampler.rho`).
        resamples: inpainting passes over each interval (`diffusion_sampler.num_resamples`).
    """

    name: str
    steps: int
    sigma_min: float
    sigma_max: float
    rho: float
    midpoint_rho: float = 1.0
    resamples: int = 1


@dataclass(frozen=True)
class StageSpec:
    """One exported graph: its file, its precision and its tensors by name."""

    file: str
    precision: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


@dataclass(frozen=True)
class FileRecord:
    """Size and SHA-256 of one file of a bundle."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Everything a bundle says of itself.

    Attributes:
        name: a short name for people; never used to find a file.
        kind: what the step stage evaluates.
        trained: False for random weights.
        grid: window and latent sizes.
        stems: names of the stems, in the order of the model's label.
        sampler: default sampler and schedule.
        sigma_data: the denoiser's sigma_data.
        parameters: number of weights, by network.
        stages: the graphs by stage name.
        files: every file of the bundle but the manifest.
        origin: what made it: versions, source files and their hashes. Free-form, for people.
    """

    name: str
    kind: Kind
    trained: bool
    grid: LatentGrid
    stems: tuple[str, ...]
    sampler: SamplerSpec
    sigma_data: float
    parameters: Mapping[str, int]
    stages: Mapping[str, StageSpec]
    files: Mapping[str, FileRecord]
    origin: Mapping[str, Any] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """All fields by name but `files`, as `write_manifest` takes them."""
        names = (each.name for each in dataclasses.fields(self) if each.name != "files")
        return {name: getattr(self, name) for name in names}

    def to_json(self) -> str:
        """The manifest as JSON text, with the schema's version first."""
        return json.dumps({"schema": SCHEMA, **dataclasses.asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> Manifest:
        """Read a manifest.

        Args:
            text: the JSON text.
            where: the file, for error messages.

        Raises:
            BundleError: not JSON, another schema, a field missing, unknown, twice there or of a
                wrong type, or a stem whose name no client could address.
        """
        try:
            data = parse_json(text)
        except ValueError as error:
            raise BundleError(f"{where} is not JSON: {error}", "Export the bundle again.") from None
        if not isinstance(data, dict):
            raise BundleError(f"{where}: a manifest is a JSON object, not {_kind(data)}.")
        schema = data.pop("schema", None)
        if type(schema) is not int or schema != SCHEMA:
            raise BundleError(
                f"{where}: schema {schema!r} is not the one this version reads ({SCHEMA}).",
                "Export the bundle again with this version of sideman, or install the one "
                "that wrote it.",
            )
        manifest: Manifest = _build(cls, data, where)
        _check(manifest, where)
        return manifest


def _check(manifest: Manifest, where: str) -> None:
    """Refuse values that have the right types but make no sense."""
    if manifest.kind not in ("diffusion", "consistency"):
        raise BundleError(f"{where}: kind {manifest.kind!r} is neither diffusion nor consistency.")
    if set(manifest.stages) != set(STAGES):
        raise BundleError(
            f"{where}: stages must be {', '.join(STAGES)}, not {', '.join(manifest.stages)}."
        )
    if not manifest.stems or len(set(manifest.stems)) != len(manifest.stems):
        raise BundleError(f"{where}: stems must be distinct and not empty: {manifest.stems}.")
    try:
        _check_bounds(manifest)
    except BundleError as error:
        raise BundleError(f"{where}: {error.what}", error.remedy) from None
    for stem in manifest.stems:
        if fault := stem_name_fault(stem):
            raise BundleError(f"{where}: stem {stem!r} {fault}.", _RENAME)
    for name in manifest.files:
        if not _FILE_NAME.match(name):
            raise BundleError(f"{where}: file name {name!r} leaves the bundle's folder.")
    for stage, spec in manifest.stages.items():
        if spec.file not in manifest.files:
            raise BundleError(f"{where}: stage {stage} names {spec.file!r}, which files lacks.")


def _check_bounds(manifest: Manifest) -> None:
    """Refuse numbers that no model has (`sideman.engine.bundle.bounds`)."""
    sampler = manifest.sampler
    if len(manifest.stems) > bounds.STEMS:
        raise too_much(f"{len(manifest.stems)} stems, where there may be 1 to {bounds.STEMS}.")
    for name in ("steps", "resamples"):
        check_within(f"sampler: {name}", getattr(sampler, name), 0, bounds.STEPS)
    if sampler.steps * sampler.resamples > bounds.STEPS:
        raise too_much(
            f"sampler: {sampler.steps} steps with {sampler.resamples} resamples each are more than "
            f"{bounds.STEPS:,} evaluations."
        )
    for name in ("sigma_min", "sigma_max"):
        check_within(f"sampler: {name}", getattr(sampler, name), *bounds.SIGMA)
    for name in ("rho", "midpoint_rho"):
        check_within(f"sampler: {name}", getattr(sampler, name), *bounds.RHO)
    check_within("sigma_data", manifest.sigma_data, *bounds.SIGMA)
    for name, count in manifest.parameters.items():
        check_within(f"parameters.{name}", count, 0, bounds.WEIGHTS)
    for name, record in manifest.files.items():
        check_within(f"files.{name}.bytes", record.bytes, 0, bounds.FILE_BYTES)
    for stage, spec in manifest.stages.items():
        for tensor in (*spec.inputs, *spec.outputs):
            _check_tensor(f"stages.{stage}: {tensor.name}", tensor)


def _check_tensor(name: str, tensor: TensorSpec) -> None:
    sizes = [size for size in tensor.shape if isinstance(size, int)]
    for size in sizes:
        check_within(f"{name}: size", size, 1, bounds.WINDOW_SAMPLES)
    if math.prod(sizes) > bounds.TENSOR_VALUES:
        raise too_much(
            f"{name}: {math.prod(sizes):,} values, where there may be up to "
            f"{bounds.TENSOR_VALUES:,}."
        )


def _kind(value: object) -> str:
    return type(value).__name__


def _build(cls: type, data: object, where: str) -> Any:
    """Make a dataclass from a JSON object, with its field types as the schema."""
    if not isinstance(data, dict):
        raise BundleError(f"{where}: expected an object, found {_kind(data)}.")
    fields = {f.name: f for f in dataclasses.fields(cls)}
    unknown = sorted(set(data) - set(fields))
    missing = sorted(
        name
        for name, f in fields.items()
        if name not in data
        and f.default is dataclasses.MISSING
        and f.default_factory is dataclasses.MISSING
    )
    if unknown or missing:
        parts = [f"unknown field {name}" for name in unknown]
        parts += [f"missing field {name}" for name in missing]
        raise BundleError(f"{where}: {', '.join(parts)}.")
    values = {
        name: _convert(_READERS[cls][name], value, f"{where}: {name}")
        for name, value in data.items()
    }
    try:
        return cls(**values)
    except BundleError as error:
        raise BundleError(f"{where}: {error.what}", error.remedy) from None


def _convert(reader: Any, value: object, where: str) -> Any:
    if isinstance(reader, tuple):
        container, inner = reader
        if container is tuple:
            if not isinstance(value, list):
                raise BundleError(f"{where}: expected a list, found {_kind(value)}.")
            return tuple(_convert(inner, item, f"{where}[{i}]") for i, item in enumerate(value))
        if not isinstance(value, dict):
            raise BundleError(f"{where}: expected an object, found {_kind(value)}.")
        return {key: _convert(inner, item, f"{where}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(reader):
        return _build(reader, value, where)  # type: ignore[arg-type]
    if reader is Any:
        return value
    if reader is float and isinstance(value, int | float) and not isinstance(value, bool):
        # Python's JSON reads NaN and Infinity, and integers that no float holds.
        if not abs(value) <= sys.float_info.max:
            raise BundleError(f"{where}: {value!r} is not a finite number.")
        return float(value)
    if reader is _DIMENSION and isinstance(value, int | str) and not isinstance(value, bool):
        return value
    if (
        reader is _DIMENSION
        or not isinstance(value, reader)
        or (reader is int and isinstance(value, bool))
    ):
        raise BundleError(f"{where}: found {value!r}, a {_kind(value)}.")
    return value


_DIMENSION = object()
_READERS: dict[type, dict[str, Any]] = {
    LatentGrid: {
        "sample_rate": int,
        "window_samples": int,
        "channels": int,
        "columns": int,
        "trained_masks": (tuple, int),
    },
    SamplerSpec: {
        "name": str,
        "steps": int,
        "sigma_min": float,
        "sigma_max": float,
        "rho": float,
        "midpoint_rho": float,
        "resamples": int,
    },
    TensorSpec: {"name": str, "shape": (tuple, _DIMENSION), "dtype": str},
    StageSpec: {
        "file": str,
        "precision": str,
        "inputs": (tuple, TensorSpec),
        "outputs": (tuple, TensorSpec),
    },
    FileRecord: {"bytes": int, "sha256": str},
    Manifest: {
        "name": str,
        "kind": str,
        "trained": bool,
        "grid": LatentGrid,
        "stems": (tuple, str),
        "sampler": SamplerSpec,
        "sigma_data": float,
        "parameters": (dict, int),
        "stages": (dict, StageSpec),
        "files": (dict, FileRecord),
        "origin": (dict, Any),
    },
}
