from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.tensorrt.cache.identity import EngineIdentity, exporter_of, shapes_key
from sideman.engine.tensorrt.shapes import Shape

KINDS = {"int": st.integers(0, 99), "bool": st.booleans(), "str": st.text(max_size=5)}
KINDS["tuple[str, ...]"] = st.lists(st.text(max_size=5), max_size=3).map(tuple)
FIELDS = {field.name: KINDS[str(field.type)] for field in dataclasses.fields(EngineIdentity)}


@given(st.data(), st.sampled_from(sorted(FIELDS)))
def test_any_other_value_of_any_field_gives_another_key(data, name):
    values = {field: data.draw(kind) for field, kind in FIELDS.items()}
    other = data.draw(FIELDS[name].filter(lambda value: value != values[name]))
    assert EngineIdentity(**values).key != EngineIdentity(**values | {name: other}).key
    assert EngineIdentity(**values).key == EngineIdentity(**values).key


@given(st.lists(st.integers(1, 9), unique=True, max_size=4))
def test_shapes_have_one_key_for_each_order_of_profiles(rows):
    shapes = [Shape.of({"batch": row}) for row in rows]
    assert (shapes_key(shapes) == shapes_key(shapes[::-1])) == (len(rows) < 2)


def test_shapes_do_not_depend_on_the_order_of_sizes():
    one = Shape.of({"batch": 1, "decoded_columns": 2})
    assert one == Shape.of({"decoded_columns": 2, "batch": 1})


def test_versions_of_the_exporter_are_read_where_there_are_any():
    assert exporter_of({"versions": {"torch": "2", "onnx": "1"}}) == "onnx 1, torch 2"
    assert exporter_of({"versions": "2"}) == exporter_of({}) == ""
