"""Plans for several targets: found for each of them, and after those for one alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.finding import find_engines
from sideman.engine.tensorrt.cache.reason import explain
from sideman.engine.tensorrt.shapes import Shape

BOTH = "sm89,sm120"
TWO = Shape.of({"batch": 2})


@pytest.fixture
def cache(tmp_path):
    return EngineCache(tmp_path)


def test_a_plan_is_found_for_each_of_its_targets_and_no_other(cache, store, identity, shape):
    stored = store(cache, target=BOTH)
    for target in ("sm89", "sm120"):
        wanted = replace(identity, target=target)
        assert cache.look_up(wanted, (shape,)) == (stored, "")
        assert find_engines(cache, wanted)[shape].path == stored.engine
    for changes in ({"target": "sm86"}, {"precision": "int8"}, {"version": "1.8"}):
        assert cache.of(replace(identity, **changes)) == []


def test_a_plan_for_one_target_alone_comes_first_however_old(
    cache, store, identity, shape, monkeypatch
):
    now = iter((10.0, 20.0, 30.0))
    monkeypatch.setattr("sideman.engine.tensorrt.cache.cache.time.time", lambda: next(now))
    alone = store(cache, b"vtrt alone")
    both = store(cache, b"vtrt both", target=BOTH, shapes=[shape, TWO])
    three = store(cache, b"vtrt three", target="sm86,sm89,sm120")
    assert cache.of(identity) == [alone, both, three]
    assert cache.of(replace(identity, target="sm120")) == [both, three]
    found = find_engines(cache, identity)
    assert {one: engine.path for one, engine in found.items()} == {
        shape: alone.engine,
        TWO: both.engine,
    }


def test_a_damaged_plan_is_a_fault_for_each_of_its_targets(cache, store, identity, shape):
    store(cache, target=BOTH).engine.write_bytes(b"vtrt")
    entry, fault = cache.look_up(replace(identity, target="sm120"), (shape,))
    assert entry is None
    assert "truncated" in fault
    (copied,) = cache.of(identity)
    copied.path.parent.rename(cache.engines / "elsewhere")
    entry, fault = cache.look_up(identity, (shape,))
    assert entry is None
    assert "belongs to another engine" in fault


def test_a_sidecar_that_cannot_be_read_is_no_fault_of_other_targets(cache, store, identity):
    store(cache, target=BOTH).path.write_text("{")
    assert cache.of(identity) == []


def test_what_a_plan_for_several_targets_lacks_is_named(cache, store, identity, shape):
    store(cache, target=BOTH)

    def why(target, *shapes):
        return explain(replace(identity, target=target), shapes, "paper", cache.sidecars())

    assert why("sm120", TWO) == "rows 2 was not built yet, only rows 1"
    assert why("sm86", shape) == "target sm86, not sm89,sm120"
    assert why("sm89,sm120,sm121", shape) == "target sm89,sm120,sm121, not sm89,sm120"
