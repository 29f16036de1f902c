"""The archives that users unpack: all is in them, and Pure Data plays from what is unpacked."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.max import pd
from tests.max.conftest import BUILD, PRESET, alone, run

CHECK = Path(__file__).parents[2] / "max" / "tests" / "check_archives.py"


@pytest.fixture(scope="module")
def archives(max_tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `cpack` has written, after a file was renamed since the last time."""
    build = max_tool("all").parent.parent
    out = tmp_path_factory.mktemp("archives")
    stale = BUILD / "package" / "max" / "sideman" / "patchers" / "renamed.maxpat"
    # Another test process may have the same in mind: the folder is made anew each time.
    with alone():
        stale.parent.mkdir(parents=True, exist_ok=True)
        stale.write_text("{}")
        run("cmake", "--build", "--preset", PRESET, "--target", "all")
        done = subprocess.run(
            ["cpack", "-B", str(out)], cwd=build, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def check(archives: Path, *options: str, path: str = "") -> str:
    done = subprocess.run(
        [sys.executable, str(CHECK), str(archives), *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": path + os.pathsep + os.environ["PATH"]},
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


def test_what_does_not_belong_there_is_named(archives: Path, tmp_path: Path) -> None:
    for archive in archives.glob("*.zip"):
        shutil.copy(archive, tmp_path)
    (for_max,) = tmp_path.glob("sideman-max-*.zip")
    with zipfile.ZipFile(for_max, "a") as file:
        file.writestr("sideman/patchers/old.maxpat", "{}")
    assert check(tmp_path).splitlines() == [
        f"wrong or missing: {for_max.name}: sideman/patchers/old.maxpat is too much"
    ]


FAT = struct.pack(">II", 0xCAFEBABE, 2) + b"".join(
    struct.pack(">IIIII", kind, 0, 0, 0, 0) for kind in (0x01000007, 0x0100000C)
)


@pytest.mark.skipif(sys.platform == "win32", reason="puts a script in codesign's place")
@pytest.mark.parametrize("broken", [None, "one processor", "signature"])
def test_macos_wants_both_processors_and_signatures_that_hold(
    broken: str | None, archives: Path, tmp_path: Path
) -> None:
    library = struct.pack("<I", 0xFEEDFACF) + FAT[:40] if broken == "one processor" else FAT
    mxo = "sideman/externals/sideman~.mxo/Contents"
    added = {
        "max": {f"{mxo}/PkgInfo": b"iLaX????", f"{mxo}/MacOS/sideman~": library},
        "pd": {"sideman~/sideman~.pd_darwin": FAT, "sideman~/sideman~.darwin-fat-64.so": FAT},
    }
    for part, files in added.items():
        (archive,) = archives.glob(f"sideman-{part}-*.zip")
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(tmp_path / archive.name, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
            for name, content in files.items():
                new.writestr(name, content)
    codesign = tmp_path / "bin" / "codesign"
    codesign.parent.mkdir()
    fails = "*.mxo" if broken == "signature" else "nothing"
    codesign.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "--verify --strict" ] || exit 2\ncase "$3" in\n'
        f'{fails}) echo "invalid signature" >&2; exit 1;;\nesac\n'
    )
    codesign.chmod(0o755)
    said = check(tmp_path, "--all", "--system", "Darwin", path=str(codesign.parent))
    said = "\n".join(line for line in said.splitlines() if "sideman~….dek" not in line)
    assert (
        said
        == {
            None: "",
            "one processor": "wrong or missing: sideman~ is not for both processors",
            "signature": "wrong or missing: the signature of sideman~.mxo: invalid signature",
        }[broken]
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a script for bash")
def test_externals_for_macos_are_stripped_before_they_are_signed(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    tools, build = tmp_path / "bin", tmp_path / "build"
    tools.mkdir()
    for name in ("strip", "codesign"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" >> "{tmp_path}/done"\n')
        (tools / name).chmod(0o755)
    externals = ("max/sideman~.mxo/Contents/MacOS/sideman~", "pd/sideman~.pd_darwin")
    # What tests load, and what cpack has left, are not for users.
    for path in (*externals, "pd-fake/sideman~.pd_darwin", "_CPack_Packages/sideman~.pd_darwin"):
        (build / path).parent.mkdir(parents=True, exist_ok=True)
        (build / path).touch()
    environment = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", str(CHECK.parents[1] / "sign.sh"), str(build)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Signed ad hoc and not notarised" in done.stdout
    *stripped, signed = (tmp_path / "done").read_text().splitlines()
    assert sorted(stripped) == [f"strip -S -x {build / path}" for path in externals]
    first, *paths = signed.split(f" {build}/")
    assert first == "codesign --force --sign -"
    assert sorted(paths) == ["max/sideman~.mxo", "pd/sideman~.pd_darwin"]
    shutil.rmtree(build)
    build.mkdir()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There are no externals" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads what CMake says on Linux")
def test_without_wine_tests_for_windows_are_left_out(tmp_path: Path) -> None:
    compiler = "x86_64-w64-mingw32-g++-posix"
    if shutil.which("cmake") is None or shutil.which(compiler) is None:
        pytest.skip(f"there is no cmake or no {compiler}")
    root = Path(__file__).parents[2]
    toolchain = root / "max" / "cmake" / "mingw-w64.cmake"
    command = ["cmake", "-S", str(root), "-B", str(tmp_path), f"-DCMAKE_TOOLCHAIN_FILE={toolchain}"]
    done = subprocess.run([*command, "-DWINE="], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("left out") == 1
    assert not list(tmp_path.rglob("CTestTestfile.cmake"))


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
