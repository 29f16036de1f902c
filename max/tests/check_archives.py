"""Unpacks the archives of a build folder and tells what is missing from them.

python max/tests/check_archives.py BUILD          what every archive holds
python max/tests/check_archives.py BUILD --all    and the externals that this system can have
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import zipfile
from pathlib import Path

MAX = (
    "README.md",
    "license",
    "package-info.json",
    "icon.png",
    "docs/refpages/sideman~.maxref.xml",
    "extras/sideman.maxpat",
    "help/sideman~.maxhelp",
    "javascript/sideman.cycle.js",
    "javascript/sideman.stems.js",
    "media/sideman.loop.flac",
    "patchers/sideman.input.maxpat",
    "patchers/sideman.status.maxpat",
    "patchers/sideman.strip.maxpat",
)
PD = ("README.md", "license", "sideman~-help.pd")
#: By system: of Max, then of Pure Data, whose names' middle depends on the processor.
EXTERNALS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Linux": ((), ("sideman~.pd_linux", "sideman~.linux-*-64.so")),
    "Darwin": (
        ("externals/sideman~.mxo/Contents/PkgInfo", "externals/sideman~.mxo/Contents/MacOS/*"),
        ("sideman~.pd_darwin", "sideman~.darwin-*-64.so"),
    ),
    "Windows": (("externals/sideman~.mxe64",), ()),
}


def missing(build: Path, *, externals: bool) -> list[str]:
    """What is not in the archives, or is empty.

    Args:
        build: where cpack has written them.
        externals: whether those of this system are asked for, too.
    """
    of_max, of_pd = EXTERNALS[platform.system()] if externals else ((), ())
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
            with zipfile.ZipFile(archives[0]) as archive:
                archive.extractall(folder)
            for pattern in patterns:
                found = list(Path(folder, top).glob(pattern))
                if not found or not all(path.stat().st_size for path in found):
                    faults.append(f"{archives[0].name}: {top}/{pattern}")
        info = Path(folder, "sideman", "externals", "sideman~.mxo", "Contents", "PkgInfo")
        if info.exists() and info.read_bytes() != b"iLaX????":
            faults.append("PkgInfo is not what Max looks for")
    return faults


def main() -> None:
    """Exits with 1 where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    faults = missing(options.build, externals=options.all)
    for fault in faults:
        print(f"missing: {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
