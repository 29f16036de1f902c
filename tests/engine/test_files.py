from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sideman.engine.files import file_in_place_of, write_whole


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


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "half \udc80")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_named_as_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory") as caught:
        write_whole(tmp_path, "text")
    assert caught.value.filename == str(tmp_path)


def test_a_link_leads_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    real, link = tmp_path / "elsewhere" / "a.json", tmp_path / "a.json"
    real.write_text("before")
    link.symlink_to(real)
    write_whole(link, "after")
    assert link.is_symlink()
    assert real.read_text() == "after"


def test_a_link_that_leads_to_itself_is_an_error_of_the_file(tmp_path: Path) -> None:
    link = tmp_path / "a.json"
    link.symlink_to(link)
    with pytest.raises(OSError, match="symbolic links") as caught:
        write_whole(link, "text")
    assert caught.value.filename == str(link)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()), daemon=True)
    reader.start()
    write_whole(pipe, "text")
    reader.join(10)
    assert heard == ["text"]
    assert pipe.is_fifo()


PRINTS = """
import sys
from pathlib import Path
from sideman.engine.files import write_whole
print("before")
write_whole(Path(sys.argv[1]), "text\\n")
print("after")
"""


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no /dev/stdout")
@pytest.mark.parametrize("to", ["pipe", "file"])
def test_standard_output_keeps_its_order(tmp_path: Path, to: str) -> None:
    command = [sys.executable, "-c", PRINTS, "/dev/stdout"]
    if to == "pipe":
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    else:
        file = tmp_path / "out.txt"
        with file.open("w") as stream:
            subprocess.run(command, check=True, stdout=stream)
        said = file.read_text()
    assert said == "before\ntext\nafter\n"
    assert Path("/dev/stdout").is_symlink()
