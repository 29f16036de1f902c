from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.engine.tensorrt.cache import cache as module
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.identity import shapes_key
from sideman.engine.tensorrt.shapes import Shape

TWO = Shape.of({"batch": 2})


@pytest.fixture
def cache(tmp_path):
    return EngineCache(tmp_path / "cache")


def names(cache):
    return sorted(path.suffix for path in cache.root.rglob("*") if path.is_file())


def test_an_engine_is_found_by_identity_and_shape(cache, store, identity, shape):
    stored = store(cache)
    entry, fault = cache.look_up(identity, (shape,))
    assert entry == stored
    assert fault == ""
    assert entry.engine.read_bytes() == b"vtrt engine"
    assert entry.sidecar.identity == identity.as_dict()
    assert cache.look_up(identity, (TWO,)) == (None, "")
    assert cache.look_up(replace(identity, precision="bf16"), (shape,)) == (None, "")
    assert list(cache.entries()) == [stored]


def test_an_engine_that_holds_more_shapes_will_do(cache, store, identity, shape):
    store(cache, shapes=(shape, TWO))
    entry, _ = cache.look_up(identity, (TWO,))
    assert entry is not None
    assert cache.look_up(identity, (TWO, Shape.of({"batch": 3})))[0] is None


def test_being_found_counts_as_use(cache, store, identity, shape):
    entry = store(cache)
    os.utime(entry.path, (1000, 1000))
    assert entry.used == 1000
    cache.look_up(identity, (shape,))
    assert entry.used > 1000


def test_a_newer_engine_replaces_the_older(cache, store, identity, shape):
    old = store(cache, b"vtrt old")
    new = store(cache, b"vtrt new")
    assert not old.engine.exists()
    assert cache.look_up(identity, (shape,))[0].engine == new.engine
    assert names(cache) == [".engine", ".json"]
    store(cache, b"vtrt new")
    assert names(cache) == [".engine", ".json"]


def damage(entry, how):
    engine, path = entry.engine, entry.path
    content = engine.read_bytes()
    data = json.loads(path.read_text())
    if how == "flipped":
        engine.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "truncated":
        engine.write_bytes(content[:-3])
    elif how == "longer":
        engine.write_bytes(content + b"!")
    elif how == "missing engine":
        engine.unlink()
    elif how == "no json":
        path.write_text("{")
    elif how == "no text":
        path.write_bytes(b"\xff\xfe{")
    elif how == "newer":
        path.write_text(json.dumps(data | {"schema": 99}))
    elif how == "foreign":
        identity = data["identity"] | {"target": "sm120"}
        path.write_text(json.dumps(data | {"identity": identity}))
    elif how == "elsewhere":
        path.write_text(json.dumps(data | {"file": "../x.engine"}))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("flipped", "corrupt"),
        ("truncated", "truncated"),
        ("longer", "bytes, not"),
        ("missing engine", "missing"),
        ("no json", "not JSON"),
        ("no text", "cannot be read"),
        ("newer", "schema 99"),
        ("foreign", "another engine"),
        ("elsewhere", "outside"),
    ],
)
def test_what_is_damaged_is_not_found_and_the_fault_is_said(
    cache, store, identity, shape, how, said
):
    damage(store(cache), how)
    entry, fault = cache.look_up(identity, (shape,))
    assert entry is None
    assert said in fault
    (listed,) = cache.entries()
    assert said in listed.fault
    store(cache, b"vtrt anew")
    assert cache.look_up(identity, (shape,))[0].engine.read_bytes() == b"vtrt anew"
    assert all(not listed.fault for listed in cache.entries())


def test_an_engine_without_a_sidecar_is_not_found(cache, store, identity, shape):
    store(cache).path.unlink()
    assert cache.look_up(identity, (shape,)) == (None, "")


def test_bytes_that_are_no_engine_are_not_found_even_if_the_sidecar_agrees(
    cache, store, identity, shape
):
    store(cache, b"<html>not found</html>")
    entry, fault = cache.look_up(identity, (shape,))
    assert entry is None
    assert "no engine of TensorRT for RTX" in fault


def test_the_classic_library_has_other_first_bytes(cache, store, identity, shape):
    store(cache, b"ftrt engine", flavour="tensorrt")
    assert cache.look_up(replace(identity, flavour="tensorrt"), (shape,))[0] is not None
    store(cache, b"ftrt engine")
    assert "no engine" in cache.look_up(identity, (shape,))[1]


def test_a_sidecar_copied_from_another_identity_is_foreign(cache, store, identity, shape):
    entry = store(cache, target="sm120")
    there = cache.folder(identity)
    entry.path.parent.rename(there)
    found, fault = cache.look_up(identity, (shape,))
    assert found is None
    assert "another engine" in fault


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupted_store_leaves_what_was_there(cache, store, identity, shape, monkeypatch, at):
    store(cache, b"vtrt before")
    real, calls = module.write_atomically, []

    def interrupted(file, write):
        calls.append(file)
        if len(calls) == at:
            raise KeyboardInterrupt
        real(file, write)

    monkeypatch.setattr(module, "write_atomically", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store(cache, b"vtrt after")
    monkeypatch.undo()
    entry, fault = cache.look_up(identity, (shape,))
    assert fault == ""
    assert entry.engine.read_bytes() == b"vtrt before"


WRITER = """
import sys
from pathlib import Path
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.identity import EngineIdentity
from sideman.engine.tensorrt.shapes import Shape
import json
fields = json.loads(sys.argv[2])
fields = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
cache, identity = EngineCache(Path(sys.argv[1])), EngineIdentity(**fields)
for number in range(40):
    content = f"vtrt {sys.argv[3]} {number}".encode() * 1000
    cache.store(identity, (Shape.of({"batch": 1}),), memoryview(content), bundle="b",
                seconds=1.0, layers=1, peak_bytes=None)
"""


def test_two_processes_that_build_the_same_never_leave_half_of_one(cache, identity, shape):
    arguments = [sys.executable, "-c", WRITER, str(cache.root), json.dumps(identity.as_dict())]
    writers = [subprocess.Popen([*arguments, name]) for name in ("one", "two")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    (listed,) = cache.entries()
    assert listed.fault == ""
    assert cache.look_up(identity, (shape,))[0] == listed
    assert not list(cache.root.rglob("*.partial"))


def test_names_on_disk_hold_the_keys(cache, store, identity, shape):
    entry = store(cache)
    assert identity.key.startswith(entry.path.parent.name)
    assert shapes_key((shape,)).startswith(entry.path.stem)


def test_the_fault_of_an_engine_that_held_more_is_said(cache, store, identity, shape):
    damage(store(cache, shapes=(shape, Shape.of({"batch": 2}))), "truncated")
    entry, fault = cache.look_up(identity, (shape,))
    assert entry is None
    assert "truncated" in fault


@pytest.mark.parametrize("method", ["open", "stat"])
def test_an_engine_that_cannot_be_read_is_said_to_be_so(cache, store, monkeypatch, method):
    def refuse(self, *arguments, **options):
        if self.suffix == ".engine":
            raise PermissionError(13, "Permission denied")
        return whole(self, *arguments, **options)

    store(cache)
    whole = getattr(Path, method)
    monkeypatch.setattr(Path, method, refuse)
    (entry,) = cache.entries()
    assert "cannot be read: Permission denied" in entry.fault


def test_an_entry_of_another_user_is_found_though_it_cannot_be_marked(
    cache, store, identity, shape, monkeypatch
):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    store(cache)
    monkeypatch.setattr("os.utime", refuse)
    assert cache.look_up(identity, (shape,))[0] is not None
