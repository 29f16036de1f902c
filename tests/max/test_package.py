"""The archives that users unpack: all is in them, and Pure Data plays from what is unpacked."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.max import pd

CHECK = Path(__file__).parents[2] / "max" / "tests" / "check_archives.py"


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


def check(archives: Path, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, str(CHECK), str(archives), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == bool(done.stdout), done.stderr
    return done.stdout


def test_nothing_is_missing(archives: Path, max_tool: Callable[[str], Path]) -> None:
    assert check(archives) == ""
    built = max_tool("all").parent.parent / "pd"
    if sys.platform != "linux" or not list(built.glob("sideman~*")):
        pytest.skip("which externals were built depends on SDK and headers; all else is there")
    assert check(archives, "--all") == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("sideman~[v0.1.0].dek", "deken cannot read the name"),
        ("sideman~[v0.1.0](Linux-amd64-32).dek", "both sizes of floats for Linux"),
        (
            "sideman~[v0.1.0](Darwin-amd64-32)(Darwin-amd64-64).dek",
            "both sizes of floats for Linux",
        ),
        ("sideman~[v0.1.0](Linux-amd64-32)(Linux-amd64-64).dek", None),
    ],
)
def test_a_name_that_deken_would_misread_is_named(
    name: str, fault: str | None, archives: Path, tmp_path: Path
) -> None:
    (archive,) = archives.glob("sideman-pd-*.zip")
    (tmp_path / archive.name).write_bytes(archive.read_bytes())
    (tmp_path / name).write_bytes(archive.read_bytes())
    said = check(tmp_path, "--all", "--system", "Linux")
    assert ("deken" in said or "sizes" in said) == (fault is not None)
    assert fault is None or fault in said


@pytest.mark.skipif(sys.platform != "linux", reason="reads what a library for Linux asks for")
def test_windows_is_told_what_is_used_of_pure_data(max_tool: Callable[[str], Path]) -> None:
    # Elsewhere names are looked up when Pure Data loads the external; Windows wants to know them.
    # Where one is missing from the list, only a build for Windows would notice.
    externals = list((max_tool("all").parent.parent / "pd").glob("sideman~.*"))
    if not externals or shutil.which("nm") is None:
        pytest.skip("Pure Data's header or nm is not installed")
    used: set[str] = set()
    for external in externals:
        command = ["nm", "-D", "--undefined-only", str(external)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        # The C library's names bear a version, and what may be missing is weak.
        used |= set(re.findall(r" U ([^@\s]+)$", lines, re.MULTILINE))
    text = (CHECK.parents[1] / "pd" / "pd.def").read_text()
    assert used == set(re.findall(r"^    (\w+)", text, re.MULTILINE))


def test_what_is_missing_is_named(archives: Path, tmp_path: Path) -> None:
    for archive in archives.glob("*.zip"):
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(tmp_path / archive.name, "w") as new:
            for name in old.namelist():
                if not name.endswith(("icon.png", "-help.pd")):
                    new.writestr(name, old.read(name))
    said = check(tmp_path)
    assert [line.split("/")[-1] for line in said.splitlines()] == ["icon.png", "sideman~-help.pd"]


@pytest.mark.parametrize("name", ["PD_INCLUDE_DIR", "MAX_SDK_DIR"])
def test_a_folder_that_does_not_hold_what_it_is_named_for_is_an_error(
    name: str, max_tool: Callable[[str], Path], tmp_path: Path
) -> None:
    max_tool("all")  # skips where there is no cmake or compiler
    root = Path(__file__).parents[2]
    command = ["cmake", "-S", str(root), "-B", str(tmp_path), "-DBUILD_TESTING=OFF"]
    done = subprocess.run(
        [*command, f"-D{name}=/nonexistent"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert f'{name} is "/nonexistent"' in done.stderr


def test_pure_data_plays_from_its_archive(archives: Path, tmp_path: Path) -> None:
    (archive,) = archives.glob("sideman-pd-*.zip")
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path)
    folder = tmp_path / "sideman~"
    if not list(folder.glob("sideman~.*")):
        pytest.skip("Pure Data's header is not installed, so its external was left out")
    # Debug information, many times as large, is not sent along.
    assert sum(file.stat().st_size for file in folder.glob("sideman~.*")) < 5_000_000
    pd.need_pd()
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
