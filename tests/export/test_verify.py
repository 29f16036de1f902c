from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sideman.runtime.cli import build_app


def verify(*arguments: object):
    return CliRunner().invoke(build_app(), ["verify", *map(str, arguments), "--threads", "1"])


def test_one_line_for_each_recording(tiny_bundle: Path, golden: Path) -> None:
    files = [golden / "cd-tiny-session0.npz", golden / "codec-tiny.npz"]
    result = verify(tiny_bundle, *files)
    assert result.exit_code == 0, result.output
    first, second, last = result.output.splitlines()
    assert first.startswith("cd-tiny-session0.npz  ok")
    assert "session: context" in first
    assert second.startswith("codec-tiny.npz        ok")
    assert "All 2 recordings within 0.001" in last


def test_beyond_the_tolerance_is_exit_1(tiny_bundle: Path, golden: Path) -> None:
    result = verify(tiny_bundle, golden / "codec-tiny.npz", "--tolerance", "1e-6")
    assert result.exit_code == 1
    assert "FAILED" in result.output


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_an_unreadable_recording_fails_and_the_others_are_still_checked(
    tiny_bundle: Path, golden: Path, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_bytes(content)
    result = verify(tiny_bundle, bad, golden / "codec-tiny.npz")
    assert result.exit_code == 1
    assert "bad.npz" in result.output
    assert "ok" in result.output.splitlines()[1]
    assert "1 of 2 recordings" in result.output
