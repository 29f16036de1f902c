"""Encodings that lack signs, and places that take no output, end no command with a trace."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sideman.engine.disk import disk_fault

COMMANDS = (
    [],
    *([name] for name in (
        "bench", "build", "cache", "calibrate", "checkpoint", "convert", "diff", "doctor",
        "export", "fleet", "inspect", "jam", "listen", "rehearse", "replay", "serve", "verify",
    )),
    ["cache", "list"],
    ["cache", "prune"],
    *(["fleet", name] for name in ("start", "status", "drain", "resume", "change")),
)  # fmt: skip


def sideman(*arguments: str, encoding: str = "ascii", **options) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0"}
    return subprocess.run(
        [sys.executable, "-m", "sideman.runtime", *arguments],
        **({"capture_output": True} | options),
        env=environment,
        timeout=120,
        check=False,
    )


def test_every_command_is_here() -> None:
    from typer.main import get_command

    from sideman.runtime.commandline.frame import build_app

    found = set(get_command(build_app()).commands)
    assert found == {command[0] for command in COMMANDS if command}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_in_an_encoding_that_lacks_signs(command: list[str]) -> None:
    for encoding in ("ascii", "cp1252"):
        done = sideman(*command, "--help", encoding=encoding)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_names_that_the_encoding_lacks(encoding: str, tmp_path: Path) -> None:
    done = sideman("inspect", str(tmp_path / "♭→×"), encoding=encoding)
    assert done.returncode == 1
    assert b"is not a bundle" in done.stderr
    assert b"Traceback" not in done.stderr
    report = json.loads(sideman("doctor", "--json", encoding=encoding).stdout.decode(encoding))
    assert "findings" in report
    assert b"Traceback" not in sideman("doctor", encoding=encoding).stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_to_a_full_disk_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        done = sideman("doctor", "--json", stdout=full, capture_output=False,
                       stderr=subprocess.PIPE)  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: Writing ended: No space left on device.")
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_every_way_of_being_full_is_a_sentence(number: int) -> None:
    fault = disk_fault(OSError(number, os.strerror(number), "x.bin"))
    assert fault is not None
    assert fault.what.startswith("x.bin cannot be written: ")
    assert fault.remedy


def test_libraries_that_say_it_in_their_own_words_are_understood() -> None:
    assert disk_fault(OSError("100000 requested and 4968 written"))
    assert disk_fault(RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 5"))
    assert disk_fault(RuntimeError("System error."))
    assert disk_fault(RuntimeError("Error opening 'x.wav': System error.")) is None
    assert disk_fault(RuntimeError("anything else")) is None
    assert disk_fault(FileNotFoundError(errno.ENOENT, "no such file", "x")) is None
