"""The archives that users unpack: all is in them, and Pure Data plays from what is unpacked."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.max import pd


@pytest.fixture(scope="module")
def archives(max_tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `cpack` has written."""
    build = max_tool("all").parent.parent
    out = tmp_path_factory.mktemp("archives")
    done = subprocess.run(
        ["cpack", "-B", str(out)], cwd=build, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def unpacked(archives: Path, kind: str, to: Path) -> set[str]:
    (archive,) = archives.glob(f"sideman-{kind}-*.zip")
    with zipfile.ZipFile(archive) as file:
        file.extractall(to)
        return set(file.namelist())


def test_the_package_for_max(archives: Path, tmp_path: Path) -> None:
    names = unpacked(archives, "max", tmp_path)
    for name in (
        "package-info.json",
        "icon.png",
        "license",
        "README.md",
        "help/sideman~.maxhelp",
        "docs/refpages/sideman~.maxref.xml",
        "extras/sideman.maxpat",
    ):
        assert f"sideman/{name}" in names
    external = {
        "darwin": "sideman/externals/sideman~.mxo/Contents/PkgInfo",
        "win32": "sideman/externals/sideman~.mxe64",
    }.get(sys.platform)
    if external is None:
        assert not any("externals" in name for name in names)
        pytest.skip("all but the external is there: Max runs on macOS and Windows")
    if external not in names:
        pytest.skip("all but the external is there: MAX_SDK_DIR names no SDK")
    if sys.platform == "darwin":
        assert (tmp_path / external).read_bytes() == b"iLaX????"


def test_pure_data_plays_from_its_archive(archives: Path, tmp_path: Path) -> None:
    names = unpacked(archives, "pd", tmp_path)
    assert {"sideman~/sideman~-help.pd", "sideman~/license", "sideman~/README.md"} <= names
    if not any(name.startswith("sideman~/sideman~.") for name in names):
        pytest.skip("all but the external is there: Pure Data's header is not installed")
    pd.need_pd()
    folder = tmp_path / "sideman~"
    patch = pd.Patch()
    band, printed = patch.add("sideman~ bass drums"), patch.add("print band")
    patch.cord(band, 2, printed, 0)
    patch.say("status", 0, band)
    load, wait = patch.add("loadbang"), patch.add("del 200")
    end = patch.add("\\; pd quit", "msg")
    patch.cord(load, 0, wait, 0)
    patch.cord(wait, 0, end, 0)
    patch.write(tmp_path / "patch.pd")
    log = pd.run(tmp_path / "patch.pd", folder, 30)
    assert "band: state stopped" in log
    assert "error" not in log
