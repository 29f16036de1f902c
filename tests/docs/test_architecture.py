"""docs/architecture.md has every folder of the packages, and its picture none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("engine", "runtime", "export", "calibration")
PAGE = ROOT / "docs" / "architecture.md"


def test_every_folder_with_code_stands_in_the_table_of_rooms() -> None:
    rooms = {
        room
        for cell in re.findall(r"^\| (`[^|]+`) \|", PAGE.read_text("utf-8"), re.MULTILINE)
        for room in re.findall(r"`([\w/]+)`", cell)
    }
    folders = {
        str(init.parent.relative_to(ROOT).as_posix())
        for part in PARTS
        for init in (ROOT / part).rglob("__init__.py")
    }
    folders |= {
        source.parent.relative_to(ROOT).as_posix()
        for core in ("max/core", "max/max", "max/pd", "max/patches", "max/javascript")
        for source in (ROOT / core).glob("**/*")
        if source.suffix in (".cpp", ".py", ".js")
        and source.parent.name not in ("stub", "__pycache__")
    } | {"max/package", "max/tests"}
    assert folders - rooms - {"engine", "runtime"} == set()
    assert rooms - folders == set()


def test_every_room_in_the_picture_exists() -> None:
    text = (ROOT / "docs" / "architecture.svg").read_text("utf-8")
    names = {
        name
        for label in re.findall(r'class="name"[^>]*>([^<]+)<', text)
        for name in re.split(r" · |, ", label)
    }
    known = {
        path.relative_to(ROOT / part).with_suffix("").as_posix()
        for part in PARTS
        for path in (ROOT / part).rglob("*")
        if path.suffix == ".py" or path.is_dir()
    }
    assert len(names) > 15
    assert names - known == set()
