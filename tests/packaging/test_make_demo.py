"""When `make demo` installs again; what it need not install again for, `make packages` checks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEP = ".venv/demo/.ready"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A checkout whose demo was installed, as far as make can see."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    (tmp_path / STEP).parent.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, tmp_path / name)
        os.utime(tmp_path / name, (1e9, 1e9))
    (tmp_path / STEP).touch()
    os.utime(tmp_path / STEP, (1.5e9, 1.5e9))
    return tmp_path


def is_current(folder: Path) -> bool:
    # What an outer make passes on, its number of jobs above all, is no concern of this one.
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "-q", STEP], cwd=folder, env=environment, check=False)
    assert done.returncode in (0, 1)
    return done.returncode == 0


def test_new_code_needs_no_new_install(installed: Path) -> None:
    new = installed / "engine" / "a" / "b"
    new.mkdir(parents=True)
    (new / "__init__.py").touch()
    assert is_current(installed)


@pytest.mark.parametrize("name", ["Makefile", "pyproject.toml", "setup.py"])
def test_what_an_install_writes_down_is_installed_again(installed: Path, name: str) -> None:
    (installed / name).touch()
    assert not is_current(installed)
