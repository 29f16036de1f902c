"""Clients in processes of their own: what fails there is told here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from tests.runtime.fleet import crowds
from tests.runtime.fleet.crowds import NativeCrowd, native_tool
from tests.runtime.fleet.listeners import Listening


def test_a_program_that_is_not_built_is_named_with_the_command_that_builds_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(crowds, "_ROOT", tmp_path)
    with pytest.raises(SidemanError, match=r"cmake --build --preset .* --target crowd") as raised:
        native_tool()
    assert "--clients python" in raised.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script for a shell")
def test_clients_that_fail_are_an_error_and_not_no_clients(tmp_path: Path) -> None:
    tool = tmp_path / "crowd"
    tool.write_text("#!/bin/sh\nexit 3\n")
    tool.chmod(0o755)
    crowd = NativeCrowd(Listening(("127.0.0.1", 9), 0.0, 1.0), [0], tool)
    try:
        with pytest.raises(RuntimeError, match="ended with 3"):
            crowd.results()
    finally:
        crowd.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script for a shell")
def test_clients_that_tell_of_fewer_than_there_are_are_an_error(tmp_path: Path) -> None:
    tool = tmp_path / "crowd"
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    crowd = NativeCrowd(Listening(("127.0.0.1", 9), 0.0, 1.0), [0, 1], tool)
    try:
        with pytest.raises(RuntimeError, match="0 of 2 clients"):
            crowd.results()
    finally:
        crowd.close()
