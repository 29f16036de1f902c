"""Files and folders that the pages name are there; CHANGELOG alone may name what once was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "runtime", "export", "calibration")
TOPS = ("tests/", "max/", *(f"{package}/" for package in PACKAGES))
PAGES = [
    *(
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "findings/README.md", "max/README.md")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FILES = [
    *ROOT.glob("*.py"),
    *(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")),
    *(ROOT / "max" / "patches").rglob("*.py"),
    *(ROOT / "tests").rglob("test_*.py"),
]
#: Files by their name alone, and with some of their folders.
ENDINGS = {
    file.relative_to(folder).as_posix()
    for file in FILES
    for folder in file.parents
    if folder.is_relative_to(ROOT)
}


def named(text: str) -> set[str]:
    """Paths from the root, and names of Python files, in backticks or as targets of links."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`]+)`|\]\((?!https?:)([^)#]+)", text)
    words = {word for span in spans for word in re.findall(r"[\w./-]+", "".join(span))}
    words = {word.removeprefix("../").rstrip("./") for word in words}
    return {word for word in words if word.endswith(".py") or word.startswith(TOPS)}


def missing(text: str) -> list[str]:
    return sorted(n for n in named(text) if n not in ENDINGS and not (ROOT / n).exists())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_exists(page: Path) -> None:
    assert missing(page.read_text("utf-8")) == []


def test_what_is_not_there_is_found() -> None:
    text = "`engine/none`, `errors.py`, `gone.py`,\n[it](../runtime/none.py)\n```sh\n`a.py`\n```\n"
    assert missing(text) == ["engine/none", "gone.py", "runtime/none.py"]
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert {"assembler.py", "engine/loading", "runtime/server/cycles.py"} <= named(page)
    assert len(named(page)) > 35
