"""Builds sdist and wheel, and plays with the wheel in an empty environment; `make packages`.

It builds from a copy of what git tracks: what earlier builds left in a checkout would hide that a
file is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("engine", "runtime", "export", "calibration")
#: Of the demo, in seconds: enough to fill a window and hear steps that were answered.
PLAYED = "6"
WRITTEN = (
    "mix.wav",
    "bass.wav",
    "latency.json",
    "latency.png",
    "spectrograms.png",
    "waterfall.png",
)


def main() -> None:
    """Raise SystemExit with what is wrong, or print what was done."""
    with tempfile.TemporaryDirectory(prefix="sideman-packages-", ignore_cleanup_errors=True) as top:
        folder = Path(top)
        tracked = _copy_tracked(folder / "source")
        sdist, wheel = _build(folder / "source", folder / "dist")
        shipped = {name for name in tracked if name.startswith(tuple(f"{p}/" for p in PARTS))}
        _check_wheel(wheel, shipped)
        _check_sdist(sdist, shipped, wheel, folder / "from-sdist")
        _say("sdist and wheel hold every file of " + ", ".join(PARTS))
        programs = _install(folder / "environment", wheel)
        _rehearse(programs, folder / "elsewhere")
        _check_editable(programs, folder / "source", folder / "elsewhere")


def _copy_tracked(target: Path) -> list[str]:
    listed = _run("git", "-C", str(ROOT), "ls-files", "-z").split("\0")
    names = [name for name in listed if name]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return names


def _build(source: Path, out: Path) -> tuple[Path, Path]:
    """Sdist and wheel, each straight from the source."""
    _run(sys.executable, "-m", "build", "--sdist", "--wheel", "--outdir", str(out), str(source))
    _say("built sdist and wheel")
    return next(out.glob("*.tar.gz")), next(out.glob("*.whl"))


def _check_wheel(wheel: Path, shipped: set[str]) -> None:
    found = {name for name in _contents(wheel) if ".dist-info/" not in name}
    _compare("the wheel", found, {f"sideman/{name}" for name in shipped})
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in _contents(wheel)):
        raise SystemExit("The licence is not in the wheel.")


def _check_sdist(sdist: Path, shipped: set[str], wheel: Path, out: Path) -> None:
    """The sdist holds the files too, and what is built from it is the same wheel."""
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    _compare("the sdist", {n for n in names if n.partition("/")[0] in PARTS}, shipped)
    for name in ("LICENSE", "README.md"):
        if name not in names:
            raise SystemExit(f"{name} is not in the sdist.")
    _run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(out), str(sdist))
    again = _contents(next(out.glob("*.whl")))
    first = _contents(wheel)
    differing = {name for name in first.keys() & again.keys() if first[name] != again[name]}
    _compare("the wheel from the sdist", set(again) - differing, set(first))
    _say("built the same wheel from the sdist")


def _contents(wheel: Path) -> dict[str, int]:
    """Checksum of each file, without the list of the files themselves."""
    with zipfile.ZipFile(wheel) as archive:
        return {i.filename: i.CRC for i in archive.infolist() if not i.filename.endswith("/RECORD")}


def _compare(what: str, found: set[str], wanted: set[str]) -> None:
    if found != wanted:
        lines = [f"not there, or another: {name}" for name in sorted(wanted - found)]
        lines += [f"not tracked by git: {name}" for name in sorted(found - wanted)]
        raise SystemExit("\n  ".join([f"Wrong in {what} (see package-data in pyproject):", *lines]))


def _install(environment: Path, wheel: Path) -> Path:
    """The folder of programs of a new environment with the wheel and the extra `cpu`."""
    venv.create(environment, with_pip=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = (str(programs / "python"), "-m", "pip")
    # Compiling every module of the libraries takes half of the time, and few are imported.
    _run(*pip, "install", "--quiet", "--no-compile", f"{wheel}[cpu]")
    _run(*pip, "check")
    _say("installed the wheel into an empty environment")
    return programs


def _rehearse(programs: Path, elsewhere: Path) -> None:
    """A few seconds of the demo, from a folder in which nothing can be imported by accident."""
    elsewhere.mkdir()
    program = shutil.which("sideman", path=str(programs))
    if program is None:
        raise SystemExit(f"There is no program sideman in {programs}.")
    print(_run(program, "rehearse", "--seconds", PLAYED, "--out", "out", folder=elsewhere))
    missing = [name for name in WRITTEN if not (elsewhere / "out" / name).is_file()]
    if missing:
        raise SystemExit(f"The rehearsal did not write {', '.join(missing)}.")
    _say("rehearsed with it")


def _check_editable(programs: Path, source: Path, elsewhere: Path) -> None:
    """An editable install, as the demo's, finds what is new without another install.

    Hence `make demo` installs again only when pyproject.toml, setup.py or the Makefile changed.
    """
    python = str(programs / "python")
    _run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--editable", str(source))
    new = source / "engine" / "new" / "deeper"
    new.mkdir(parents=True)
    (new.parent / "__init__.py").touch()
    (new / "__init__.py").touch()
    (new / "module.py").touch()
    script = "import sideman.engine.new.deeper.module as new; print(new.__file__)"
    found = Path(_run(python, "-c", script, folder=elsewhere).strip())
    if not found.samefile(new / "module.py"):
        raise SystemExit(f"The editable install imports {found}.")
    _say("an editable install found a new folder")


def _run(*command: str, folder: Path | None = None) -> str:
    """What the command printed; where it fails, all of that is shown and the check ends."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\n{done.stderr}\nFailed: {' '.join(command)}")
    return done.stdout


def _say(what: str) -> None:
    print(f"{time.perf_counter() - _BEGUN:5.1f} s  {what}", flush=True)


_BEGUN = time.perf_counter()

if __name__ == "__main__":
    main()
