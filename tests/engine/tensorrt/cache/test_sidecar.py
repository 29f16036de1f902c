from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.cache.keys import key_of
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.sidecar import Sidecar
from sideman.engine.tensorrt.shapes import Shape

SIDECAR = Sidecar(
    identity={"stage": "step", "flags": ["A"]},
    shapes=(Shape.of({"batch": 1}), Shape.of({"batch": 2, "decoded_columns": 3})),
    file="a.engine",
    sha256="00",
    bytes=12,
    bundle="paper",
    created=1.5,
    seconds=2.0,
    layers=3,
    peak_bytes=None,
)


def test_a_sidecar_survives_being_written_and_read():
    assert Sidecar.from_json(SIDECAR.to_json()) == SIDECAR
    assert SIDECAR.key == key_of({"flags": ["A"], "stage": "step"})


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"schema"', "{}"])
def test_what_is_no_sidecar_is_refused(text):
    with pytest.raises(BackendError):
        Sidecar.from_json(text)


def test_a_newer_layout_is_refused_by_its_number():
    data = json.loads(SIDECAR.to_json()) | {"schema": 2}
    with pytest.raises(BackendError, match="schema 2, not 1"):
        Sidecar.from_json(json.dumps(data))


@given(st.sampled_from(sorted(json.loads(SIDECAR.to_json()))))
def test_a_missing_field_is_named(name):
    data = json.loads(SIDECAR.to_json())
    del data[name]
    with pytest.raises(BackendError, match=name):
        Sidecar.from_json(json.dumps(data))


@given(
    st.sampled_from(sorted(set(json.loads(SIDECAR.to_json())) - {"schema"})),
    st.sampled_from([True, [1], [{"batch": "1"}], [{"batch": True}], [[1]]]),
)
def test_a_value_of_a_wrong_type_is_refused(name, value):
    with pytest.raises(BackendError, match=r"wrong (value|shape)"):
        Sidecar.from_json(json.dumps(json.loads(SIDECAR.to_json()) | {name: value}))
