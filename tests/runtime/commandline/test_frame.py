"""The command line as a user meets it: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = (
    "bench",
    "checkpoint",
    "diff",
    "doctor",
    "export",
    "inspect",
    "rehearse",
    "serve",
    "verify",
)
#: Nothing of the size of numpy may be loaded to print help.
HEAVY = {
    "matplotlib",
    "numpy",
    "onnx",
    "onnxruntime",
    "openvino",
    "pythonosc",
    "soundfile",
    "torch",
    "yaml",
}


def sideman(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sideman.runtime", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_lists_every_command() -> None:
    result = sideman("--help")
    assert result.returncode == 0
    for command in COMMANDS:
        assert f" {command} " in result.stdout


@pytest.mark.parametrize("arguments", [["--help"], *([c, "--help"] for c in COMMANDS)])
def test_help_loads_nothing_heavy(arguments: list[str], listing_modules: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", listing_modules, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    loaded = set(result.stdout.rpartition("MODULES")[2].split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert sideman("--version").stdout.strip() == f"sideman {version('sideman')}"


def test_an_error_is_one_sentence_with_a_way_out_and_no_trace(tmp_path: Path) -> None:
    result = sideman("inspect", str(tmp_path / "[nowhere]"))
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "[nowhere] is not a bundle" in result.stderr
    assert "sideman export" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_command_whose_extra_is_missing_says_which(tmp_path: Path, listing_modules: str) -> None:
    """As in a lean install: torch cannot be imported."""
    hide = "import sys; sys.modules['torch'] = None\n"
    result = subprocess.run(
        [sys.executable, "-c", hide + listing_modules, "verify", str(tmp_path), "x.npz"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 1
    assert 'pip install ".[export]"' in result.stderr
