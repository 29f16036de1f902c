"""A recording's file: what is whole is read, and what is not is named."""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.recording import writer as module
from sideman.runtime.recording.format import LETTERS, MAGIC, Kind, RecordingError, pack_entry
from sideman.runtime.recording.reader import Reader
from sideman.runtime.recording.writer import Writer

PAGE = Path(__file__).parents[3] / "docs" / "recordings.md"
ENTRIES = [(Kind.EXPIRE, struct.pack(">d", n / 8)) for n in range(20)]


def written(folder: Path) -> Path:
    writer = Writer(folder)
    writer.put(Kind.HEADER, json.dumps({"seed": 3}).encode())
    writer.start()
    for kind, payload in ENTRIES:
        writer.put(kind, payload)
    assert writer.close(30)
    assert writer.path is not None
    return writer.path


def read(path: Path) -> list:
    with Reader(path) as recording:
        return [(entry.kind, entry.payload) for entry in recording]


def test_what_was_written_is_read(tmp_path) -> None:
    path = written(tmp_path)
    with Reader(path) as recording:
        assert recording.header == {"seed": 3}
        assert [entry.number for entry in recording] == list(range(2, 22))
        assert not recording.cut
    assert read(path) == ENTRIES
    assert written(tmp_path) != path, "each recording has a file of its own"


def test_the_bytes_are_those_of_the_page(tmp_path) -> None:
    body = b"\x04" + struct.pack(">d", 0.125)
    data = written(tmp_path).read_bytes()
    assert data.startswith(b"sideman recording 1\n")
    assert struct.pack(">II", len(body), zlib.crc32(body)) + body in data
    page = PAGE.read_text("utf-8")
    names = {int(n): name for n, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.MULTILINE)}
    assert names == {kind.value: kind.name for kind in Kind}


def test_digests_are_those_of_little_endian_samples(tmp_path) -> None:
    writer = Writer(tmp_path)
    samples = np.arange(6, dtype=np.float32).reshape(2, 3)
    writer.put(Kind.HEADER, b"{}")
    writer.put(Kind.ANSWER, b"x", samples)
    writer.start()
    assert writer.close(30)
    digest = hashlib.sha256(struct.pack("<6f", *range(6))).digest()
    assert read(writer.path) == [(Kind.ANSWER, b"x" + digest)]


def test_a_file_that_ends_anywhere_is_read_to_the_last_whole_entry(tmp_path) -> None:
    """As after a kill: entries that are whole are there, and nothing is wrong with the rest."""
    data = written(tmp_path).read_bytes()
    cut = tmp_path / "cut"
    head = len(MAGIC) + len(pack_entry(Kind.HEADER, json.dumps({"seed": 3}).encode()))
    size = len(pack_entry(*ENTRIES[0]))
    for end in range(head, len(data)):
        cut.write_bytes(data[:end])
        with Reader(cut) as recording:
            assert len(list(recording)) == (end - head) // size
            assert recording.cut == bool((end - head) % size)
    for end in range(head):
        cut.write_bytes(data[:end])
        with pytest.raises(RecordingError, match="ends before anything was recorded"):
            Reader(cut)


def test_a_changed_byte_is_found_and_what_stands_before_is_read(tmp_path) -> None:
    data = bytearray(written(tmp_path).read_bytes())
    damaged = tmp_path / "damaged"
    size = len(pack_entry(*ENTRIES[0]))
    for at in range(len(data) - 3 * size, len(data) - 2 * size):
        data[at] ^= 0x10
        damaged.write_bytes(data)
        data[at] ^= 0x10
        with Reader(damaged) as recording:
            found = []
            try:
                found.extend(iter(recording))
            except RecordingError as error:
                assert "damaged at entry 19" in error.what
            else:
                # A size that is too large looks as if the end were missing.
                assert recording.cut
        assert len(found) <= 17


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"RIFF\0\0\0\0WAVE" * 9, "is no recording"),
        (b"sideman\n" + MAGIC, "is no recording"),
        (LETTERS + b"2\nwhatever", "version 2; this sideman reads version 1"),
        (b"", "ends before anything"),
        (MAGIC, "ends before anything"),
        (MAGIC + pack_entry(Kind.EXPIRE, bytes(8)), "damaged at entry 1"),
        (MAGIC + pack_entry(Kind.HEADER, b"[1]"), "damaged at entry 1"),
        (MAGIC + pack_entry(Kind.HEADER, b"[" * 50_000), "damaged at entry 1"),
        (MAGIC + struct.pack(">II", 1 << 30, 0), "a size of 1073741824 bytes"),
        (MAGIC + bytes(64), "a size of 0 bytes"),
    ],
)
def test_what_is_no_recording_is_named(tmp_path, data, told) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=told):
        Reader(path)


def test_what_cannot_be_read_is_named(tmp_path) -> None:
    with pytest.raises(SidemanError, match="cannot be read"):
        Reader(tmp_path / "none")
    with pytest.raises(SidemanError, match="cannot be read"):
        Reader(tmp_path)


def stopped(writer: Writer, caplog, told: str) -> None:
    """Recording has stopped, which was said once, and nothing more is kept."""
    for _ in range(3):
        writer.put(Kind.EXPIRE, bytes(8))
    assert not writer.close(30)
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert told in errors[0]
    assert "The music plays on." in errors[0]
    assert not writer._entries


def test_a_folder_that_cannot_be_made_stops_the_recording(tmp_path, caplog) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = Writer(tmp_path / "file" / "folder")
    writer.start()
    writer._thread.join()
    stopped(writer, caplog, "cannot be written")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is full")
def test_a_full_disk_stops_the_recording(tmp_path, caplog, monkeypatch) -> None:
    monkeypatch.setattr(module, "FileIO", lambda path, mode: module.io_open("/dev/full"))
    monkeypatch.setattr(
        module,
        "io_open",
        lambda path: os.fdopen(os.open(path, os.O_WRONLY), "wb", 0),
        raising=False,
    )
    writer = Writer(tmp_path)
    writer.start()
    writer._thread.join()
    stopped(writer, caplog, "No space left")


def test_room_is_left_on_the_disk(tmp_path, caplog) -> None:
    writer = Writer(tmp_path, free=lambda path: (1 << 30) - 1)
    writer.put(Kind.HEADER, b"{}")
    writer.start()
    writer._thread.join()
    stopped(writer, caplog, "less than 1 GB is free")


def test_a_disk_that_takes_nothing_holds_a_limited_backlog(tmp_path, caplog) -> None:
    """Nothing has started to write: that is as slow as a disk can be."""
    writer = Writer(tmp_path)
    block = bytes(60_000)
    while not writer.stopped:
        writer.put(Kind.DATAGRAM, block)
    assert writer._put <= 64 << 20
    stopped(writer, caplog, "64 MB wait for the disk")
