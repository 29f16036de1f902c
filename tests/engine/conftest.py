"""A small bundle on disk whose files are not graphs: for everything that only reads bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import write_manifest
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import STAGES, SamplerSpec, StageSpec
from sideman.engine.tensors import TensorSpec

FIELDS = {
    "name": "paper",
    "kind": "consistency",
    "trained": False,
    "grid": LatentGrid(),
    "stems": ("bass", "drums"),
    "sampler": SamplerSpec("consistency", 2, 1e-4, 80.0, 7.0),
    "sigma_data": 1.0,
    "parameters": {"unet": 12, "codec": 34},
    "stages": {
        name: StageSpec(
            f"{name}.onnx",
            "float32",
            (TensorSpec("in", ("batch", 3)),),
            (TensorSpec("out", ("batch", 3)),),
        )
        for name in STAGES
    },
    "origin": {"sideman": "0", "seed": 1},
}


@pytest.fixture
def paper_bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "paper"
    folder.mkdir()
    for name in STAGES:
        (folder / f"{name}.onnx").write_text(f"graph {name}")
    write_manifest(folder, **FIELDS)
    return folder
