from __future__ import annotations

import dataclasses

import pytest

from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.reason import explain
from sideman.engine.tensorrt.shapes import Shape


@pytest.fixture
def why(tmp_path, store, identity, shape):
    """Explain an identity that differs so from one that is stored."""
    cache = EngineCache(tmp_path)

    def explained(bundle="paper", shapes=(shape,), stored=({},), **changes):
        for fields in stored:
            store(cache, **fields)
        wanted = dataclasses.replace(identity, **changes)
        return explain(wanted, shapes, bundle, cache.sidecars())

    return explained


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weights": ("ab12" * 16,)}, "weights changed (90bc… → ab12…)"),
        ({"weights": ()}, "weights changed (90bc… → none)"),
        ({"graph": "cd34" * 16}, "graph changed (1f3a… → cd34…)"),
        ({"precision": "bf16"}, "precision bf16, not fp16"),
        ({"precision": "fp32", "rewriter": 0}, "precision fp32, not fp16"),
        ({"target": "sm80"}, "target sm80, not sm89"),
        ({"target": "sm75", "convolve_products": True}, "target sm75, not sm89"),
        ({"convolve_products": True}, "float32 products as convolutions yes, not no"),
        ({"version": "1.8"}, "library version 1.8, not 1.7.1"),
        (
            {"flavour": "tensorrt", "version": "11", "gpu": "X"},
            "backend tensorrt, not tensorrt-rtx",
        ),
        ({"gpu": "B"}, "GPU B, not none"),
        ({"rewriter": 2}, "revision of the precision rewriter 2, not 1"),
        ({"flags": ("A", "B")}, "builder flags A B, not STRONGLY_TYPED"),
        ({"sideman": "0.2.0"}, "sideman 0.2.0, not 0.1.0"),
        ({"exporter": "torch 3"}, "exporter torch 3, not torch 2"),
    ],
)
def test_the_field_that_differs_is_named(why, changes, said):
    assert why(**changes) == said


def test_several_fields_stand_side_by_side(why):
    said = why(precision="bf16", weights=("ab12" * 16,))
    assert said == "weights changed (90bc… → ab12…); precision bf16, not fp16"


def test_the_nearest_engine_is_compared(why):
    stored = ({}, {"target": "sm120", "precision": "fp32"}, {"target": "sm120", "sideman": "9"})
    assert why(stored=stored, target="sm120", precision="bf16") == ("precision bf16, not fp32")


def test_another_shape_of_the_same_is_said_with_those_that_are_there(why):
    said = why(shapes=(Shape.of({"batch": 3}),))
    assert said == "rows 3 was not built yet, only rows 1"


def test_an_empty_cache_and_another_bundle_are_first_builds(why):
    assert why(stored=()) == "first build for this bundle"
    changes = {"graph": "0" * 64, "weights": ("1" * 64,)}
    assert why(bundle="other", **changes) == "first build for this bundle"
    assert "weights changed" in why(**changes)


def test_the_same_graph_in_a_renamed_bundle_is_no_first_build(why):
    assert why(bundle="other", precision="fp32") == "precision fp32, not fp16"


def test_another_stage_tells_nothing(why):
    assert why(stage="decode") == "first build for this bundle"


def test_every_field_of_an_identity_is_compared(why, identity):
    for field in dataclasses.fields(identity):
        if field.name != "stage":
            value = getattr(identity, field.name)
            other = ("x",) if isinstance(value, tuple) else 7 if isinstance(value, int) else "x"
            if isinstance(value, bool):
                other = not value
            assert "not built yet" not in why(**{field.name: other}), field.name
