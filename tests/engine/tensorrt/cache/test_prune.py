from __future__ import annotations

import os
import time

import pytest

from sideman.engine.cache.blobs import BlobStore
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.prune import LEFT_OVER, Rule, find_waste, remove_waste

DAY = 86400.0


@pytest.fixture
def cache(tmp_path, store):
    """A sound old engine, a sound new one, a broken one, blobs and leftovers old and new."""
    cache = EngineCache(tmp_path / "cache")
    now = time.time()
    old = store(cache, target="sm75")
    store(cache, target="sm89")
    store(cache, target="sm120").engine.write_bytes(b"vtrt")
    BlobStore(cache.root, "runtime").save({"gpu": "x"}, b"compiled")
    for age, name in ((2 * LEFT_OVER, "dead"), (0, "live")):
        folder = cache.root / f".graphs-{name}"
        folder.mkdir()
        (folder / "step.onnx").write_bytes(b"12345")
        partial = old.path.parent / f".{name}.engine.1-ab.partial"
        orphan = old.path.parent / f"00-{name}.engine"
        for path in (partial, orphan):
            path.write_bytes(b"123")
        for path in (folder, partial, orphan):
            os.utime(path, (now - age, now - age))
    os.utime(old.path, (now - 10 * DAY, now - 10 * DAY))
    (cache.root / "notes.txt").write_text("somebody's own")
    (cache.root / "engines" / "notes.txt").write_text("somebody's own")
    return cache


def waste(cache, **rule):
    found = list(find_waste(cache, Rule(time.time(), **rule)))
    return found, sorted(one.label for one in found)


def test_broken_takes_what_is_damaged_and_old_leftovers(cache):
    found, labels = waste(cache, broken=True)
    assert labels == sorted(
        [
            "paper step sm120 fp16 (rows 1)",
            "00-dead.engine",
            ".dead.engine.1-ab.partial",
            ".graphs-dead",
        ]
    )
    remove_waste(cache, found)
    assert waste(cache, broken=True) == ([], [])
    assert len(list(cache.entries())) == 2
    assert (cache.root / ".graphs-live" / "step.onnx").exists()


@pytest.mark.parametrize(("days", "count"), [(20, 0), (5, 1)])
def test_age_counts_from_the_last_use(cache, days, count):
    found, labels = waste(cache, unused_for=days * DAY)
    assert labels == ["paper step sm75 fp16 (rows 1)"] * count
    assert all("not used for 10 days" in one.why for one in found)


def test_all_takes_everything_but_what_is_somebody_else_s(cache):
    found, _ = waste(cache, everything=True)
    assert sum(one.bytes for one in found) > 0
    remove_waste(cache, found)
    left = sorted(p.relative_to(cache.root).as_posix() for p in cache.root.rglob("*.*"))
    assert left == ["engines/notes.txt", "notes.txt"]
    assert not list(cache.entries())


def test_an_unreadable_sidecar_goes_with_its_engine(cache, store):
    entry = store(cache, target="sm86")
    entry.path.write_text("{")
    found, _ = waste(cache, broken=True)
    remove_waste(cache, found)
    assert not entry.path.parent.exists()


def test_an_empty_cache_has_no_waste(tmp_path):
    cache = EngineCache(tmp_path / "nowhere")
    assert waste(cache, everything=True, broken=True) == ([], [])
    remove_waste(cache, [])


def test_a_blob_that_is_read_is_in_use(cache):
    blobs = BlobStore(cache.root, "runtime")
    file = blobs.path({"gpu": "x"})
    os.utime(file, (time.time() - 40 * DAY,) * 2)
    assert f"runtime cache {file.stem[:8]}" in waste(cache, unused_for=30 * DAY)[1]
    assert blobs.load({"gpu": "x"}) == b"compiled"
    assert f"runtime cache {file.stem[:8]}" not in waste(cache, unused_for=30 * DAY)[1]


def test_what_cannot_be_removed_is_an_error_with_a_way_out(cache, monkeypatch):
    def refuse(self, missing_ok=False):
        raise PermissionError(1, "Operation not permitted")

    found, _ = waste(cache, everything=True)
    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    with pytest.raises(BackendError, match="cannot be removed: Operation not permitted"):
        remove_waste(cache, found)


def test_what_somebody_else_removed_meanwhile_is_no_error(cache):
    found, _ = waste(cache, everything=True)
    remove_waste(cache, found)
    remove_waste(cache, found)
    assert not list(cache.entries())
