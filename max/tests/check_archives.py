"""Unpacks the archives of a build folder and tells what is missing from them, or too much.

python max/tests/check_archives.py BUILD          what every archive holds
python max/tests/check_archives.py BUILD --all    and the externals that a system can have:
                                                  this one, or the one of --system

Those for macOS have to be for both processors; on a Mac their signatures are checked, too.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from max.patches.build import COPIED, generated

#: What is in both.
BOTH = ("README.md", "license")
MAX = (*BOTH, *COPIED, *(path for part, path in generated() if part == "max"))
PD = (*BOTH, *(path for part, path in generated() if part == "pd"))
#: Where externals lie, which are checked by system.
ANY_EXTERNAL = re.compile(r"sideman/externals/.*|sideman~/sideman~\.[^/]*")
#: By system: of Max, then of Pure Data, whose names' middle depends on the processor.
EXTERNALS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Linux": ((), ("sideman~.pd_linux", "sideman~.linux-*-64.so")),
    "Darwin": (
        ("externals/sideman~.mxo/Contents/PkgInfo", "externals/sideman~.mxo/Contents/MacOS/*"),
        ("sideman~.pd_darwin", "sideman~.darwin-*-64.so"),
    ),
    "Windows": (
        ("externals/sideman~.mxe64",),
        ("sideman~.dll", "sideman~.windows-*-64.dll"),
    ),
}
#: The name that deken knows a package by, with each system, processor and size of floats.
DEK = re.compile(r"sideman~\[v[0-9.]+\]((?:\([A-Z][a-z]+-[a-z0-9]+-(?:32|64)\))+)\.dek")


def wrong_dek(build: Path, archive: Path, system: str) -> list[str]:
    """Why deken would offer nothing, something else, or that to those who cannot load it."""
    packages = list(build.glob("sideman~*.dek"))
    if len(packages) != 1:
        return [f"{len(packages)} archives are called sideman~….dek"]
    name = packages[0].name
    if packages[0].read_bytes() != archive.read_bytes():
        return [f"{name} is not the same as {archive.name}"]
    parts = DEK.fullmatch(name)
    if parts is None:
        return [f"deken cannot read the name {name}"]
    offered = [each.rsplit("-", 1) for each in parts[1][1:-1].split(")(")]
    single, double = ({where for where, bits in offered if bits == size} for size in ("32", "64"))
    if single != double or {where.split("-")[0] for where in single} != {system}:
        return [f"both sizes of floats for {system}, and nothing else, in the name {name}"]
    return []


#: Processors as a library for macOS names them.
PROCESSORS = {0x01000007: "x86_64", 0x0100000C: "arm64"}


def processors(library: bytes) -> set[str]:
    """Those that a library for macOS is for; of one that is for a single processor, none."""
    magic, count = struct.unpack_from(">II", library) if len(library) >= 8 else (0, 0)
    if magic != 0xCAFEBABE or len(library) < 8 + 20 * count:
        return set()
    kinds = (struct.unpack_from(">I", library, 8 + 20 * i)[0] for i in range(count))
    return {PROCESSORS.get(kind, hex(kind)) for kind in kinds}


def wrong_on_macos(folder: Path) -> list[str]:
    """Externals that lack a processor, or whose signature does not hold."""
    faults = []
    bundles = [*folder.glob("sideman/externals/*.mxo")]
    bare = [*folder.glob("sideman~/*.pd_darwin"), *folder.glob("sideman~/*.darwin-*.so")]
    libraries = [*(each for b in bundles for each in b.glob("Contents/MacOS/*")), *bare]
    faults += [
        f"{library.name} is not for both processors"
        for library in libraries
        if processors(library.read_bytes()) != set(PROCESSORS.values())
    ]
    if shutil.which("codesign"):
        for signed in [*bundles, *bare]:
            command = ["codesign", "--verify", "--strict", str(signed)]
            done = subprocess.run(  # noqa: S603 - a fixed command line
                command, capture_output=True, text=True, check=False
            )
            if done.returncode:
                faults.append(f"the signature of {signed.name}: {done.stderr.strip()}")
    return faults


def missing(build: Path, *, externals: str | None) -> list[str]:
    """What is not in the archives, is empty, or does not belong there.

    Args:
        build: where cpack has written them.
        externals: the system whose externals are asked for, too.
    """
    of_max, of_pd = EXTERNALS[externals] if externals else ((), ())
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, top, patterns in (
            ("max", "sideman", MAX + of_max),
            ("pd", "sideman~", PD + of_pd),
        ):
            archives = list(build.glob(f"sideman-{kind}-*.zip"))
            if len(archives) != 1:
                faults.append(f"{len(archives)} archives are called sideman-{kind}-….zip")
                continue
            if kind == "pd" and externals:
                faults += wrong_dek(build, archives[0], externals)
            with zipfile.ZipFile(archives[0]) as archive:
                archive.extractall(folder)
                names = {name for name in archive.namelist() if not name.endswith("/")}
            known = {f"{top}/{path}" for path in (MAX if kind == "max" else PD)}
            faults += [
                f"{archives[0].name}: {name} is too much"
                for name in sorted(names - known)
                if not ANY_EXTERNAL.fullmatch(name)
            ]
            for pattern in patterns:
                found = list(Path(folder, top).glob(pattern))
                if not found or not all(path.stat().st_size for path in found):
                    faults.append(f"{archives[0].name}: {top}/{pattern}")
        info = Path(folder, "sideman", "externals", "sideman~.mxo", "Contents", "PkgInfo")
        if info.exists() and info.read_bytes() != b"iLaX????":
            faults.append("PkgInfo is not what Max looks for")
        if externals == "Darwin":
            faults += wrong_on_macos(Path(folder))
    return faults


def main() -> None:
    """Exits with 1 where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--system", choices=EXTERNALS, default=platform.system())
    options = parser.parse_args()
    faults = missing(options.build, externals=options.system if options.all else None)
    for fault in faults:
        print(f"wrong or missing: {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
