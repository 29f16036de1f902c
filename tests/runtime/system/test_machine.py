"""What stands beside every figure."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from sideman.runtime.system import machine
from sideman.runtime.system.machine import describe_machine, git_revision

GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="git is not installed")


def git(folder: Path, *arguments: str) -> str:
    options = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    command = [GIT, "-C", str(folder), *options, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a file of the module's own name in it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "machine.py").write_text("one")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "one")
    return folder


def test_machine_and_versions_are_described_in_json() -> None:
    found = describe_machine()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["python"] == platform.python_version()
    assert found["versions"]["numpy"] == np.__version__
    assert found["versions"]["sideman"] == version("sideman")
    assert 1 <= found["cores"] <= os.cpu_count()
    assert found["processor"]
    assert found["memory_bytes"] is None or found["memory_bytes"] > 2**28
    assert "git" in found


@needs_git
def test_the_revision_says_when_files_were_changed(checkout: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")
    assert git_revision(checkout) == head
    (checkout / "untracked").write_text("")
    assert git_revision(checkout) == head
    (checkout / "machine.py").write_text("two")
    assert git_revision(checkout) == f"{head}+changes"


@needs_git
def test_somebody_elses_checkout_is_not_ours(checkout: Path, tmp_path: Path) -> None:
    """A virtual environment inside a repository that knows nothing of its files."""
    inside = checkout / "venv"
    inside.mkdir()
    assert git_revision(inside) is None
    assert git_revision(tmp_path / "nowhere") is None


def test_without_git_there_is_no_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*arguments: object, **options: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(machine.subprocess, "run", missing)
    assert git_revision() is None


def test_what_the_system_does_not_tell_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has neither sysconf nor /proc."""
    monkeypatch.delattr(machine.os, "sysconf", raising=False)
    read_text = Path.read_text

    def without_proc(path: Path, *arguments: object, **options: object) -> str:
        if path.parts[:2] == ("/", "proc"):
            raise FileNotFoundError(path)
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", without_proc)
    found = describe_machine()
    assert found["memory_bytes"] is None
    assert found["processor"]


def test_the_revision_is_found_through_the_links_of_a_strict_install() -> None:
    assert Path(machine.__file__).resolve().parent == machine._HERE
