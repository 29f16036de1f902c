"""The codec against the music2latent package, beyond what the recordings hold.

The package keeps its hyper-parameters as constants that every module imports by star, so all of
its modules are patched; its download is never called.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from sideman.export import stages
from sideman.export.codec_config import CodecConfig
from sideman.export.random_weights import random_weights
from sideman.export.weights import load

package = pytest.importorskip("music2latent", reason="music2latent is not installed: see 'dev'")


@pytest.fixture(scope="module", params=[False, True], ids=["blocks everywhere", "none on top"])
def values(request: pytest.FixtureRequest, models: Path) -> dict[str, Any]:
    """Sizes of the recordings' codec, and the same without blocks at the highest resolution."""
    found: dict[str, Any] = json.loads((models / "music2latent-tiny.json").read_text())
    if request.param:
        for name in ("layers_list", "layers_list_encoder"):
            layers = found.get(name, getattr(CodecConfig, name))
            found[name] = [0, *layers[1:]]
    return found


@pytest.fixture(scope="module")
def codec_config(values: dict[str, Any]) -> CodecConfig:
    return CodecConfig.from_dict(values, "values")


@pytest.fixture
def reference(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> object:
    """The package's modules with these sizes."""
    modules = [
        importlib.import_module(f"music2latent.{name}")
        for name in ("hparams", "utils", "audio", "models", "inference")
    ]
    for module in modules:
        for name, value in values.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)
    return modules[-1]


@pytest.fixture
def both(reference, codec_config, codec_shapes, seed: int):
    """One set of random weights in the package's network and in ours."""
    from sideman.export.networks.codec import Codec

    tensors = random_weights(codec_shapes, seed)
    theirs = reference.UNet()
    theirs.load_state_dict(tensors, strict=True)
    return theirs.eval(), load(lambda: Codec(codec_config), tensors, "random weights")


@pytest.fixture(scope="module")
def codec_shapes(codec_config) -> dict[str, tuple[int, ...]]:
    from sideman.export.networks.codec import Codec
    from sideman.export.weights import expected_shapes

    return expected_shapes(lambda: Codec(codec_config))


@pytest.mark.parametrize("seed", [1, 2])
def test_encoder(reference, both, relative_error: Callable) -> None:
    theirs, ours = both
    audio = torch.randn(1, 263_680, generator=torch.Generator().manual_seed(5)) * 0.1
    wanted = theirs.encoder(reference.to_representation_encoder(audio)) / 0.06
    found = stages.encode_stage(ours)(audio, torch.ones(1, 64))
    assert relative_error(found, wanted) < 1e-4


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize(("batch", "columns"), [(1, 1), (2, 5)])
def test_decoder(reference, both, relative_error: Callable, batch: int, columns: int) -> None:
    theirs, ours = both
    draw = torch.Generator().manual_seed(6)
    latent = torch.randn(batch, 64, 64, generator=draw)
    noise = torch.randn(batch, 2, 1024, columns, 8, generator=draw)
    last = latent[:, :, 64 - columns :] * 0.06
    spectrum = theirs(last, noise.flatten(3) * 80.0, 80.0)
    wanted = reference.to_waveform(spectrum)
    assert 0.001 < wanted.std() < 1
    _, found = stages.decode_stage(ours)(
        latent, latent, torch.zeros(batch, 64), noise, torch.ones(columns * 4096 + 1536)
    )
    assert relative_error(found, wanted) < 1e-5
