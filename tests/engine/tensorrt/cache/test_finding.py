from __future__ import annotations

from dataclasses import replace

import pytest

from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.finding import find_engines, read_engine
from sideman.engine.tensorrt.shapes import Shape

ROWS = [Shape.of({"batch": row}) for row in (1, 2, 3)]


@pytest.fixture
def cache(tmp_path):
    return EngineCache(tmp_path)


def test_every_shape_is_found_with_its_profile(cache, store, identity):
    one = store(cache, b"vtrt one", shapes=ROWS[:1])
    both = store(cache, b"vtrt both", shapes=[ROWS[2], ROWS[1]])
    store(cache, b"vtrt other", target="sm120")
    found = find_engines(cache, identity)
    assert {shape: (f.path, f.profile) for shape, f in found.items()} == {
        ROWS[0]: (one.engine, 0),
        ROWS[2]: (both.engine, 0),
        ROWS[1]: (both.engine, 1),
    }
    assert read_engine(found[ROWS[1]]) == b"vtrt both"
    assert find_engines(cache, replace(identity, version="2")) == {}


def test_the_newest_engine_of_a_shape_is_found(cache, store, identity, monkeypatch):
    now = iter((10.0, 20.0))
    monkeypatch.setattr("sideman.engine.tensorrt.cache.cache.time.time", lambda: next(now))
    store(cache, b"vtrt old", shapes=ROWS[:1])
    new = store(cache, b"vtrt new", shapes=ROWS[:2])
    found = find_engines(cache, identity)
    assert found[ROWS[0]].path == new.engine


def test_what_can_be_seen_to_be_damaged_is_not_found(cache, store, identity):
    store(cache).engine.write_bytes(b"vtrt")
    assert find_engines(cache, identity) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"vtrt enginE", "corrupt"), (b"html engine", "no engine"), (None, "read")],
)
def test_damage_within_is_found_when_it_is_read(cache, store, identity, shape, content, said):
    entry = store(cache)
    found = find_engines(cache, identity)[shape]
    if content is None:
        entry.engine.unlink()
    else:
        entry.engine.write_bytes(content)
    with pytest.raises(BackendError, match=said) as error:
        read_engine(found)
    assert "sideman build" in error.value.remedy
