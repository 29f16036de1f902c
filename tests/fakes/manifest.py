"""What a bundle says of itself, made up: stages with the tensors that real ones have."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from sideman.engine.bundle.bundle import write_manifest
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest, SamplerSpec, StageSpec
from sideman.engine.tensors import TensorSpec

STEMS = ("bass", "drums", "guitar", "piano")
CONSISTENCY = SamplerSpec("consistency", 2, 1e-4, 80.0, 7.0)


def stage_specs(grid: LatentGrid, stems: int) -> dict[str, StageSpec]:
    latent = ("batch", grid.channels, grid.columns)
    mixture = TensorSpec("mixture", ("contexts", grid.channels, grid.columns))
    keep = TensorSpec("keep", ("batch", grid.columns))

    def spec(name: str, inputs: tuple, outputs: tuple) -> StageSpec:
        return StageSpec(f"{name}.onnx", "float32", inputs, outputs)

    latents = [TensorSpec(n, latent) for n in ("x", "anchor", "source", "source_noise", "noise")]
    return {
        "encode": spec(
            "encode",
            (
                TensorSpec("audio", (1, "encoded_samples")),
                TensorSpec("known", (1, "encoded_columns")),
            ),
            (TensorSpec("mixture", (1, grid.channels, "encoded_columns")),),
        ),
        "step": spec(
            "step",
            (
                *latents,
                keep,
                mixture,
                TensorSpec("label", ("batch", stems)),
                TensorSpec("coefficients", (7,)),
            ),
            tuple(TensorSpec(n, latent) for n in ("next", "denoised", "merged")),
        ),
        "decode": spec(
            "decode",
            (
                TensorSpec("sample", latent),
                TensorSpec("source", latent),
                keep,
                TensorSpec("noise", ("batch", 2, 1024, "decoded_columns", 8)),
                TensorSpec("gain", ("decoded_samples",)),
            ),
            (TensorSpec("latent", latent), TensorSpec("audio", ("batch", "decoded_samples"))),
        ),
    }


def shared_context(manifest: Manifest) -> Manifest:
    """What was exported before rows could have a context each."""
    step = manifest.stages["step"]
    inputs = tuple(
        dataclasses.replace(each, shape=(1, *each.shape[1:])) if each.name == "mixture" else each
        for each in step.inputs
    )
    stages = dict(manifest.stages) | {"step": dataclasses.replace(step, inputs=inputs)}
    return dataclasses.replace(manifest, stages=stages)


def manifest_fields(grid: LatentGrid, **other: Any) -> dict[str, Any]:
    """The fields of a manifest, without its files, for a consistency model on a grid."""
    return {
        "name": "fake",
        "kind": "consistency",
        "trained": False,
        "grid": grid,
        "stems": STEMS,
        "sampler": CONSISTENCY,
        "sigma_data": 1.0,
        "parameters": {},
        "stages": stage_specs(grid, len(STEMS)),
    } | other


def write_bundle(folder: Path, grid: LatentGrid | None = None, name: str = "fake") -> Path:
    """Make a bundle whose files are no graphs, or make another one of it."""
    fields = manifest_fields(grid or LatentGrid(), name=name)
    folder.mkdir(exist_ok=True)
    for stage, spec in fields["stages"].items():
        (folder / spec.file).write_text(f"{stage} of {name}, no graph")
    write_manifest(folder, **fields)
    return folder
