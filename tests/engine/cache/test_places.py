from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sideman.engine.cache.places import cache_root, temporary_folder, write_atomically
from sideman.engine.errors import BackendError


def test_the_variable_names_the_folder(tmp_path):
    assert cache_root({"SIDEMAN_CACHE": str(tmp_path)}) == tmp_path
    assert cache_root({"SIDEMAN_CACHE": "~/x"}) == Path.home() / "x"


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, Path.home() / ".cache" / "sideman"),
        ("linux", {"XDG_CACHE_HOME": "/xdg"}, Path("/xdg/sideman")),
        ("darwin", {}, Path.home() / "Library" / "Caches" / "sideman"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/sideman/Cache")),
        ("win32", {}, Path.home() / "AppData" / "Local" / "sideman" / "Cache"),
    ],
)
def test_without_it_the_platform_does(monkeypatch, platform, environment, folder):
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_root(environment) == folder
    assert cache_root(environment | {"SIDEMAN_CACHE": ""}) == folder


def test_a_file_is_replaced_in_one_step(tmp_path):
    file = tmp_path / "a" / "b.bin"
    for content in (b"one", b"two"):
        write_atomically(file, lambda stream, content=content: stream.write(content))
        assert file.read_bytes() == content
    assert [path.name for path in file.parent.iterdir()] == ["b.bin"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupted_write_leaves_what_was_there_and_nothing_else(tmp_path, error):
    file = tmp_path / "b.bin"
    file.write_bytes(b"before")

    def write(stream):
        stream.write(b"half")
        raise error

    with pytest.raises(error):
        write_atomically(file, write)
    assert file.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["b.bin"]


def test_a_full_disk_is_said_with_the_way_out(tmp_path):
    def write(stream):
        raise OSError(28, "No space left on device")

    with pytest.raises(BackendError, match=r"No space left(.|\n)*cache prune(.|\n)*SIDEMAN_CACHE"):
        write_atomically(tmp_path / "b.bin", write)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BackendError, match="file"):
        write_atomically(tmp_path / "file" / "x.bin", lambda stream: None)


def test_a_folder_that_cannot_be_made_within_the_cache_is_an_error(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(BackendError, match="SIDEMAN_CACHE"):
        temporary_folder(tmp_path)
