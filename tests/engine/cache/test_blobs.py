from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.cache.blobs import BlobStore

OWNER = {"library": "1.7", "gpu": "one"}


def test_a_blob_comes_back_for_its_owner_only(tmp_path):
    blobs = BlobStore(tmp_path, "runtime")
    assert blobs.load(OWNER) is None
    blobs.save(OWNER, b"compiled")
    blobs.save(OWNER, memoryview(b"compiled again"))
    assert blobs.load(OWNER) == b"compiled again"
    assert blobs.load(OWNER | {"gpu": "two"}) is None
    assert BlobStore(tmp_path, "timing").load(OWNER) is None


@given(st.binary(max_size=40), st.data())
def test_a_damaged_blob_is_dropped_with_a_warning(tmp_path_factory, body, data):
    blobs = BlobStore(tmp_path_factory.mktemp("blobs"), "timing")
    blobs.save(OWNER, body)
    file = blobs.path(OWNER)
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= 1
        file.write_bytes(bytes(content))
    else:
        file.write_bytes(bytes(content[:at]))
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    log = logging.getLogger("sideman.engine.cache.blobs")
    log.addHandler(handler)
    try:
        assert blobs.load(OWNER) is None
    finally:
        log.removeHandler(handler)
    assert [record.levelno for record in records] == [logging.WARNING]
    assert not file.exists()


def test_an_empty_file_is_damaged(tmp_path, caplog):
    blobs = BlobStore(tmp_path, "timing")
    blobs.path(OWNER).parent.mkdir()
    blobs.path(OWNER).touch()
    with caplog.at_level(logging.WARNING):
        assert blobs.load(OWNER) is None
    assert "damaged" in caplog.text


@pytest.mark.parametrize("owners", [({"a": "1"}, {"a": "2"}), ({"a": "1"}, {"b": "1"})])
def test_owners_do_not_meet(tmp_path, owners):
    blobs = BlobStore(tmp_path, "timing")
    assert len({blobs.path(owner) for owner in owners}) == 2
