from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.bundle.replacing import in_place_of
from sideman.engine.errors import BundleError


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A bundle that is there already."""
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "old").touch()
    return folder


def write(out: Path, *, replace: bool, error: Exception | None = None) -> None:
    with in_place_of(out, replace=replace) as folder:
        (folder / "new").touch()
        if error is not None:
            raise error


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "b"
    with in_place_of(out, replace=False) as folder:
        (folder / "new").touch()
        assert not out.exists()
    assert names(out) == ["new"]
    assert names(out.parent) == ["b"]


def test_an_old_one_is_replaced_only_when_asked(out: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="Cannot move"):
        write(out, replace=False)
    assert names(out) == ["old"]
    write(out, replace=True)
    assert names(out) == ["new"]
    assert names(tmp_path) == ["b"]


def test_an_error_leaves_what_was_there(out: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write(out, replace=True, error=ZeroDivisionError())
    assert names(out) == ["old"]
    assert names(tmp_path) == ["b"]


@pytest.mark.parametrize(
    ("error", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (PermissionError, BundleError)]
)
def test_a_failed_move_brings_the_old_one_back(
    out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    seen: type[BaseException],
) -> None:
    rename = Path.rename

    def fail_for_the_new(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise error
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail_for_the_new)
        with pytest.raises(seen):
            write(out, replace=True)
    assert names(out) == ["old"]
    assert names(tmp_path) == ["b"]


def test_a_link_is_followed(out: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    try:
        link.symlink_to(out, target_is_directory=True)
    except OSError as error:
        pytest.skip(f"no link can be made here, as on Windows without its right: {error}")
    write(link, replace=True)
    assert link.is_symlink()
    assert names(out) == ["new"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BundleError, match="Cannot write beside"):
        write(file / "b", replace=False)
