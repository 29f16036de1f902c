from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.files import file_in_place_of


def test_a_file_is_replaced_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    path.write_text("before")
    with file_in_place_of(path) as partial:
        partial.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def half_written(path: Path) -> None:
    with file_in_place_of(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt


def test_what_was_interrupted_is_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    with pytest.raises(KeyboardInterrupt):
        half_written(path)
    assert not path.exists()
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        half_written(path)
    assert path.read_text() == "before"
