"""Writes the package for Max and the folder for Pure Data, all but the externals themselves.

python -m max.patches          the generated files of this repository, anew
python -m max.patches OUT      OUT/max/sideman and OUT/pd/sideman~, to add externals to
"""

from __future__ import annotations

import argparse
import re
import tomllib
from pathlib import Path

from max.patches import maxpat, pd
from max.patches.check import faults
from max.patches.from_multi_track import from_multi_track
from max.patches.help import tabs
from max.patches.icon import draw_icon, pixels
from max.patches.methods import read_methods
from max.patches.parts import parts
from max.patches.parts.input import LOOP
from max.patches.patch import Patch
from max.patches.pd_help import pd_help
from max.patches.ready import ready
from max.patches.refpage import write_refpage

ROOT = Path(__file__).parents[2]
#: Where generated files are kept in the repository, by the part of the package that they are for.
KEPT = {"max": ROOT / "max" / "package", "pd": ROOT / "max" / "pd"}
#: What the same parts are called in a finished package.
FINISHED = {"max": Path("max", "sideman"), "pd": Path("pd", "sideman~")}
#: What a finished package for Max has a copy of, and where that lies here.
COPIED = {
    f"media/{LOOP}": Path("runtime", "demo", "loop.flac"),
    **{
        f"javascript/{name}": Path("max", "javascript", name)
        for name in ("sideman.cycle.js", "sideman.stems.js")
    },
}


def pictures() -> dict[str, tuple[Patch, bool]]:
    """Every patch by name, and whether its wiring is meant."""
    methods = read_methods()
    pd_window = pd_help(methods)
    windows = {n: b.patch for n, b in pd_window.boxes.items() if b.patch and " " not in n}
    drawn = {f"help {tab.name}": (tab, False) for tab in tabs(methods)}
    return drawn | {
        "ready": (ready(methods), False),
        "ready wiring": (ready(methods), True),
        # What is seen of them stands in the others.
        **{f"{part.name} wiring": (part, True) for part in parts()},
        "multi_track": (from_multi_track(), False),
        "pd help": (pd_window, False),
        **{f"pd {name}": (window, False) for name, window in windows.items()},
    }


def generated() -> dict[tuple[str, str], bytes]:
    """Every generated file by part and path.

    Raises:
        ValueError: a patch has faults.
    """
    methods = read_methods()
    all_tabs = tabs(methods)
    patch = ready(methods)
    patches = [*all_tabs, patch, *parts(), from_multi_track(), pd_help(methods)]
    wrong = [fault for each in patches for fault in faults(each)]
    if wrong:
        raise ValueError("\n".join(wrong))
    texts = {
        ("max", "help/sideman~.maxhelp"): maxpat.write_help("sideman~", all_tabs),
        ("max", "extras/sideman.maxpat"): maxpat.write_patch(patch),
        ("max", "examples/multi_track with sideman.maxpat"): maxpat.write_patch(from_multi_track()),
        **{("max", f"patchers/{part.name}.maxpat"): maxpat.write_patch(part) for part in parts()},
        ("max", "docs/refpages/sideman~.maxref.xml"): write_refpage(methods),
        ("max", "package-info.json"): _package_info(),
        ("pd", "sideman~-help.pd"): pd.write_patch(pd_help(methods)),
    }
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    return files | {("max", "icon.png"): draw_icon()}


def same(path: str, kept: bytes, new: bytes) -> bool:
    """Whether a kept file is what is generated now; a picture may be packed in another way."""
    return pixels(kept) == pixels(new) if path.endswith(".png") else kept == new


def _package_info() -> str:
    template = Path(__file__).with_name("package-info.template.json").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return template.replace("VERSION", project["version"])


def archive_readme() -> str:
    """The README as it stands in an archive, alone: without pictures and ways into the source.

    Raises:
        ValueError: a link is left that leads out of the archive.
    """
    text = (ROOT / "max" / "README.md").read_text("utf-8")
    # For source up to here; and for archives, in a comment, what stands there instead.
    text = re.sub(r"<!-- source -->\n.*?<!-- (?=archive|end)", "<!-- ", text, flags=re.DOTALL)
    text = re.sub(r"<!-- archive\n(.*?)-->\n", r"\1", text, flags=re.DOTALL)
    text = text.replace("<!-- end -->\n", "")
    text = re.sub(r"^!\[.*\]\(.*\)\n\n?", "", text, flags=re.MULTILINE)
    if left := re.findall(r"\[[^\]]+\]\((?!https?:)[^)]*\)|<!--.*", text):
        raise ValueError(f"max/README.md: {left} cannot stand in an archive")
    return text.rstrip() + "\n"


def write(out: Path | None) -> list[Path]:
    """Write the repository's own files, or a finished package into `out`."""
    written = []
    for (part, path), content in generated().items():
        target = (KEPT[part] if out is None else out / FINISHED[part]) / path
        if out is None and target.exists() and same(path, target.read_bytes(), content):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written.append(target)
    if out is not None:
        for path, source in COPIED.items():
            target = out / FINISHED["max"] / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / source).read_bytes())
            written.append(target)
        license_text = (ROOT / "LICENSE").read_bytes()
        for folder in FINISHED.values():
            for name, content in (
                ("license", license_text),
                ("README.md", archive_readme().encode("utf-8")),
            ):
                (out / folder / name).write_bytes(content)
                written.append(out / folder / name)
    return written


def main() -> None:
    """Write, and say what was written."""
    parser = argparse.ArgumentParser(
        prog="python -m max.patches", description="Write the package for Max and Pure Data."
    )
    parser.add_argument("out", nargs="?", type=Path, help="folder for finished packages")
    for path in write(parser.parse_args().out):
        print(path)
