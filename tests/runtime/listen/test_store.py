"""Records of pages, which may come from anybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.store import RECORD, Store, read_record
from tests.runtime.listen.made_page import make_page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    record = make_page(tmp_path, ("bass",))
    (tmp_path / RECORD).write_text(json.dumps(record))
    return tmp_path


def test_a_cell_whose_files_are_gone_is_not_there(page: Path) -> None:
    cells = Store(page).cells
    assert len(cells) == 4
    (page / "sounds" / "bass-1-look-ahead.js").unlink()
    assert cells.keys() - Store(page).cells.keys() == {"bass-1-look-ahead"}


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["cells"][0]["sound"].update(file="../secret.flac"),
        lambda record: record["cells"][0]["sound"].update(file="sounds/../../secret.flac"),
        lambda record: record["cells"][0]["sound"].update(name='x");alert(1);("'),
        lambda record: record["rows"][0]["context"].update(image="sounds/.hidden"),
        lambda record: record["cells"][0]["figures"].update(level="<b>loud</b>"),
        lambda record: record["cells"][0].update(cycles=["long"]),
        lambda record: record["cells"][0].pop("sound"),
        lambda record: record["players"][0].update(bundle=3),
        lambda record: record["cells"][0].pop("setting"),
        lambda record: record.update(format=99),
        lambda record: record.pop("rows"),
    ],
    ids=[
        "out",
        "up",
        "script",
        "hidden",
        "text",
        "cycles",
        "no sound",
        "bundle",
        "setting",
        "format",
        "no rows",
    ],
)
def test_what_is_no_record_is_refused(page: Path, change) -> None:
    record = json.loads((page / RECORD).read_text())
    change(record)
    (page / RECORD).write_text(json.dumps(record))
    with pytest.raises(SidemanError, match=r"listen\.json"):
        read_record(page)


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(SidemanError, match="holds no page"):
        read_record(tmp_path)
