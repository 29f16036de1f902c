"""What other programs print is read, whatever encoding it is in."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sideman.runtime.doctor.network import read_sysctl
from sideman.runtime.doctor.software import ask_nvidia_smi
from sideman.runtime.system.machine import git_revision


@pytest.mark.skipif(sys.platform == "win32", reason="a program is a shell script here")
@pytest.mark.parametrize(
    ("program", "ask"),
    [
        ("sysctl", lambda: read_sysctl("net.core.rmem_max")),
        ("nvidia-smi", ask_nvidia_smi),
        ("git", git_revision),
    ],
)
def test_bytes_that_are_no_text_are_replaced(
    program: str,
    ask: Callable[[], str | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path / program
    place.write_text("#!/bin/sh\nprintf 'caf\\201\\377'\n")
    place.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    said = ask()
    assert said is not None
    assert said.startswith("caf\ufffd\ufffd")
