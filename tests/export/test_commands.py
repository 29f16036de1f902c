"""The subcommands of the export, as a user types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sideman.engine.errors import BundleError, MissingExtraError
from sideman.export.commands import register


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    register(app)
    return app


def test_export_names_its_stages_and_its_result(
    app: typer.Typer, files: Path, tmp_path: Path, cheap_stages: list[str]
) -> None:
    out = tmp_path / "b"
    arguments = ["export", "--config", str(files / "cd-tiny.yaml"), "--out", str(out)]
    arguments += ["--codec-hparams", str(files / "music2latent-tiny.json")]
    result = CliRunner().invoke(app, [*arguments, "--random-weights", "5"])
    assert result.exit_code == 0, result.output
    assert "consistency model, untrained" in result.stdout
    assert "done" in result.stderr
    assert (out / "manifest.json").is_file()
    again = CliRunner().invoke(app, [*arguments, "--random-weights", "5"])
    assert isinstance(again.exception, BundleError)


def test_checkpoint_lists(app: typer.Typer, golden: Path) -> None:
    result = CliRunner().invoke(app, ["checkpoint", str(golden / "ldm-tiny.ckpt")])
    assert result.exit_code == 0
    assert "model.diffusion.net." in result.stdout


@pytest.mark.parametrize("library", ["torch", "onnx", "onnx_ir", "onnxscript", "yaml"])
def test_a_missing_library_is_named_with_its_extra(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    arguments = ["export", "--config", "x", "--out", "y", "--random-weights", "1"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, MissingExtraError)
    assert 'pip install ".[export]"' in result.exception.remedy


def test_registering_loads_nothing_heavy() -> None:
    script = (
        "import sys, typer; from sideman.export.commands import register; "
        "register(typer.Typer()); "
        "print([m for m in ('torch', 'numpy', 'onnx', 'yaml') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
