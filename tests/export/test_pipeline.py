"""From files to a bundle: whole or not at all."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.errors import BundleError, ExportError
from sideman.export import pipeline
from sideman.export.pipeline import PHASES, Request, export_bundle


def test_bundle(tiny_bundle: Path, golden: Path) -> None:
    manifest = Bundle.open(tiny_bundle).manifest
    assert manifest.name == "cd-tiny"
    assert manifest.kind == "consistency"
    assert manifest.trained
    assert manifest.parameters == {"codec": 925_346, "unet": 462_849}
    assert manifest.sampler.name == "consistency"
    assert set(manifest.files) == {f"{s}.onnx{end}" for s in STAGES for end in ("", ".data")}
    files = manifest.origin["files"]
    assert {role: file["name"] for role, file in files.items()} == {
        "config": "cd-tiny.yaml",
        "checkpoint": "cd-tiny.ckpt",
        "codec": "music2latent-tiny.pt",
        "codec_hparams": "music2latent-tiny.json",
    }
    assert all(len(file["sha256"]) == 64 for file in files.values())
    text = (tiny_bundle / "manifest.json").read_text()
    assert str(golden) not in text
    assert list(tiny_bundle.parent.iterdir()) == [tiny_bundle]


def request(files: Path, out: Path, **changes: object) -> Request:
    values = {
        "config": files / "cd-tiny.yaml",
        "checkpoint": files / "cd-tiny.ckpt",
        "codec": files / "music2latent-tiny.pt",
        "codec_hparams": files / "music2latent-tiny.json",
        "out": out,
    }
    return Request(**{**values, **changes})


@pytest.mark.usefixtures("cheap_stages")
def test_phases_and_names(files: Path, tmp_path: Path, cheap_stages: list[str]) -> None:
    phases: list[str] = []
    manifest = export_bundle(request(files, tmp_path / "a" / "b", name="mine"), phases.append)
    assert tuple(phases) == PHASES
    assert sorted(cheap_stages) == sorted(STAGES)
    assert manifest.name == "mine"


@pytest.mark.usefixtures("cheap_stages")
def test_random_weights(files: Path, tmp_path: Path) -> None:
    asked = request(files, tmp_path / "b", checkpoint=None, codec=None, seed=3)
    manifest = export_bundle(asked)
    assert not manifest.trained
    assert manifest.origin["random_weights_seed"] == 3
    again = export_bundle(dataclasses.replace(asked, out=tmp_path / "c", name="b"))
    assert again == manifest


@pytest.mark.usefixtures("cheap_stages")
def test_other_weights_are_named(files: Path, tmp_path: Path) -> None:
    asked = request(files, tmp_path / "b", prefix="target_model.model.unet")
    assert export_bundle(asked).origin["weights"] == "target_model.model.unet"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"codec": None}, "--codec"),
        ({"checkpoint": None}, "--checkpoint"),
        ({"seed": 1}, "--random-weights"),
        ({"codec_hparams": None}, "misshapen"),
        ({"config": "ldm-tiny.yaml"}, "consistency model"),
        ({"codec": "cd-tiny.ckpt"}, "gen_state_dict"),
        ({"checkpoint": "music2latent-tiny.pt"}, "no weights under"),
        ({"prefix": "ema"}, "no weights under ema"),
    ],
)
def test_refused_at_once_and_nothing_is_left(
    files: Path, tmp_path: Path, cheap_stages: list[str], changes: dict[str, object], named: str
) -> None:
    changes = {k: files / v if isinstance(v, str) and "." in v else v for k, v in changes.items()}
    with pytest.raises(ExportError, match=named):
        export_bundle(request(files, tmp_path / "b", **changes))
    assert not list(tmp_path.iterdir())
    assert cheap_stages == []


def test_latent_channels_must_agree(files: Path, tmp_path: Path) -> None:
    hparams = tmp_path / "codec.json"
    values = json.loads((files / "music2latent-tiny.json").read_text())
    hparams.write_text(json.dumps(values | {"bottleneck_channels": 32}))
    with pytest.raises(ExportError, match="32 latent channels"):
        export_bundle(request(files, tmp_path / "b", codec_hparams=hparams))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_interruption_leaves_nothing(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(name, module, inputs, outputs, grid, folder):
        (folder / "half.onnx").write_bytes(b"x")
        raise error

    monkeypatch.setattr(pipeline, "export_stage", fail)
    with pytest.raises(error):
        export_bundle(request(files, tmp_path / "b"))
    assert not list(tmp_path.iterdir())


def test_an_existing_bundle_is_replaced_only_when_asked_and_whole(
    files: Path, tmp_path: Path, cheap_stages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "b"
    export_bundle(request(files, out))
    (out / "mark").touch()
    with pytest.raises(BundleError, match="--force"):
        export_bundle(request(files, out))
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "write_manifest", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            export_bundle(request(files, out, force=True))
    assert (out / "mark").exists()
    export_bundle(request(files, out, force=True))
    assert not (out / "mark").exists()
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("cheap_stages")
def test_force_replaces_bundles_only(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "music"
    out.mkdir()
    (out / "song.wav").touch()
    with pytest.raises(BundleError, match="is not a bundle"):
        export_bundle(request(files, out, force=True))
    assert (out / "song.wav").exists()
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BundleError, match="is not a bundle"):
        export_bundle(request(files, file, force=True))
