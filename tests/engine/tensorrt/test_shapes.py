from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError, BundleError
from sideman.engine.tensorrt.shapes import Shape, free_sizes, plan_shapes
from sideman.engine.tensors import TensorSpec
from tests.fakes.manifest import shared_context


@pytest.fixture(scope="session")
def manifest(small):
    return Bundle.open(small).manifest


@given(
    rows=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    columns=st.lists(st.integers(1, 64), min_size=1, max_size=3),
)
def test_every_stage_gets_each_combination_of_its_own_sizes_once(manifest, rows, columns):
    plan = plan_shapes(manifest, rows, columns)
    assert list(plan) == list(manifest.stages)
    assert plan["encode"] == (Shape.of({"encoded_columns": 64, "encoded_samples": 263_680}),)
    assert str(plan["encode"][0]) == "fixed"
    assert plan["step"] == tuple(
        Shape.of({"batch": row, "contexts": 1}) for row in dict.fromkeys(rows)
    )
    assert len(plan["decode"]) == len(set(rows)) * len(set(columns))
    for stage, shapes in plan.items():
        assert len(set(shapes)) == len(shapes)
        for shape in shapes:
            assert set(shape.as_dict()) == free_sizes(manifest.stages[stage])


def test_the_samples_follow_from_the_columns(manifest):
    (shape,) = plan_shapes(manifest, [2], [17])["decode"]
    assert shape.as_dict()["decoded_samples"] == 4096 * 17 + 1536
    noise = next(t for t in manifest.stages["decode"].inputs if t.name == "noise")
    assert shape.resolve(noise) == (2, 2, 1024, 17, 8)
    assert str(shape) == "rows 2, columns 17"
    assert str(Shape()) == "fixed"


def test_batches_of_several_sessions_are_built_beside_those_of_one(manifest):
    plan = plan_shapes(manifest, [1, 2], [17], batch=6)
    assert plan["encode"] == plan_shapes(manifest, [1], [17])["encode"]
    one, two, *batches = plan["step"]
    assert [str(shape) for shape in (one, two)] == ["rows 1", "rows 2"]
    assert batches == [Shape.of({"batch": n, "contexts": n}) for n in range(2, 7)]
    assert str(batches[0]) == "rows 2, contexts 2"
    # The decoder hears no context: a batch of two is what two stems of one session are.
    assert [shape.as_dict()["batch"] for shape in plan["decode"]] == [1, 2, 3, 4, 5, 6]


def test_a_bundle_whose_rows_share_a_context_gets_no_batch(manifest):
    with pytest.raises(BundleError, match=r"same context.*\n?.*Export the bundle again"):
        plan_shapes(shared_context(manifest), [1], [17], batch=2)


@pytest.mark.parametrize("rows", [[], [0], [5], [1, 9]])
def test_rows_that_the_bundle_has_no_stems_for_are_refused(manifest, rows):
    with pytest.raises(BackendError, match="4 stems"):
        plan_shapes(manifest, rows, [17])


@pytest.mark.parametrize("columns", [[], [0], [65]])
def test_columns_outside_the_window_are_refused(manifest, columns):
    with pytest.raises(BackendError, match="64"):
        plan_shapes(manifest, [1], columns)


def test_a_size_of_unknown_meaning_is_named(manifest):
    spec = StageSpec("step.onnx", "float32", (TensorSpec("x", ("heads", 3)),), ())
    strange = dataclasses.replace(manifest, stages={"step": spec})
    with pytest.raises(BackendError, match="heads"):
        plan_shapes(strange, [1], [17])


def test_a_tensor_with_a_size_that_the_shape_lacks_is_named():
    with pytest.raises(BackendError, match="batch of tensor x"):
        Shape().resolve(TensorSpec("x", ("batch", 3)))
