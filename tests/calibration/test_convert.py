"""Bundles in another precision."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from sideman.calibration import convert
from sideman.calibration.commands import register
from sideman.calibration.convert import convert_bundle
from sideman.calibration.errors import PrecisionError
from sideman.calibration.precision import REVISION
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import BundleError


@pytest.fixture
def quick(monkeypatch):
    """Copy graphs instead of rewriting them, for tests of what happens around it."""

    def copy(source, folder, precision):
        (folder / source.path.name).write_bytes(source.graph)

    monkeypatch.setattr(convert, "rewrite", copy)


@pytest.mark.parametrize(
    ("precision", "called"), [("fp16", "float16"), ("bf16", "bfloat16"), ("fp32", "float32")]
)
def test_a_converted_bundle_is_whole(small, tmp_path, precision, called):
    stages = []
    convert_bundle(small, tmp_path / "out", precision, report=stages.append)
    assert stages == ["encode", "step", "decode"]
    old, new = Bundle.open(small).manifest, Bundle.open(tmp_path / "out").manifest
    assert {spec.precision for spec in new.stages.values()} == {called}
    for name, spec in new.stages.items():
        assert (spec.inputs, spec.outputs) == (old.stages[name].inputs, old.stages[name].outputs)
    for field in ("name", "kind", "trained", "grid", "stems", "sampler", "parameters"):
        assert getattr(new, field) == getattr(old, field)
    note = new.origin["converted"]
    assert (note["precision"], note["rewriter"]) == (precision, REVISION)
    assert {**new.origin, "converted": None} == {**old.origin, "converted": None}
    assert str(tmp_path) not in json.dumps(new.origin)


def test_a_converted_bundle_is_smaller_and_runs(small, tmp_path, run, feed, relative_error):
    convert_bundle(small, tmp_path / "out", "fp16")
    sizes = [
        sum(f.bytes for f in Bundle.open(b).manifest.files.values())
        for b in (tmp_path / "out", small)
    ]
    assert sizes[0] < 0.75 * sizes[1]
    inputs = feed(tmp_path / "out", "step")
    found, wanted = (run(b / "step.onnx", inputs)["next"] for b in (tmp_path / "out", small))
    assert 0 < relative_error(found, wanted) < 2e-3


def test_only_float32_is_converted(small, tmp_path):
    convert_bundle(small, tmp_path / "half", "fp16")
    with pytest.raises(PrecisionError, match=r"not float32: encode in float16.*\n.*float32 bundle"):
        convert_bundle(tmp_path / "half", tmp_path / "out", "bf16")
    assert not (tmp_path / "out").exists()


def test_a_taken_place_needs_force(small, tmp_path, quick):
    out = tmp_path / "out"
    convert_bundle(small, out, "fp16")
    (out / "old").write_text("")
    with pytest.raises(BundleError, match=r"already there[^$]*--force"):
        convert_bundle(small, out, "bf16")
    assert (out / "old").exists()
    convert_bundle(small, out, "bf16", force=True)
    assert not (out / "old").exists()
    assert Bundle.open(out).manifest.stages["step"].precision == "bfloat16"
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_force_replaces_bundles_only(small, tmp_path, quick):
    (tmp_path / "thesis.txt").write_text("dear")
    with pytest.raises(BundleError, match="not a bundle"):
        convert_bundle(small, tmp_path, "fp16", force=True)
    assert (tmp_path / "thesis.txt").read_text() == "dear"


def test_a_bundle_does_not_replace_itself(copy_of, small):
    bundle = copy_of(small)
    with pytest.raises(PrecisionError, match="replaced by itself"):
        convert_bundle(bundle, bundle, "fp16", force=True)
    assert Bundle.open(bundle).manifest.stages["step"].precision == "float32"


def test_an_interruption_leaves_the_old_bundle(small, tmp_path, quick, monkeypatch):
    out = tmp_path / "out"
    convert_bundle(small, out, "fp16")

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(convert, "write_manifest", stop)
    with pytest.raises(KeyboardInterrupt):
        convert_bundle(small, out, "bf16", force=True)
    assert Bundle.open(out).manifest.stages["step"].precision == "float16"
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_a_damaged_bundle_is_refused(small, copy_of, tmp_path):
    bundle = copy_of(small)
    weights = bundle / "step.onnx.data"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(BundleError, match="SHA-256"):
        convert_bundle(bundle, tmp_path / "out", "fp16")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def app():
    application = typer.Typer()
    application.callback()(lambda: None)
    register(application)
    return application


def test_the_command_tells_what_it_made(app, small, tmp_path, quick):
    # Weights are not copied by `quick`, so only graphs count.
    arguments = ["convert", str(small), "--precision", "bf16", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "consistency model in bf16" in result.stdout


def test_the_command_names_known_precisions(app, small, tmp_path):
    arguments = ["convert", str(small), "--precision", "int4", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, PrecisionError)
    assert "fp16, bf16, fp32" in str(result.exception)
    assert not (tmp_path / "out").exists()
