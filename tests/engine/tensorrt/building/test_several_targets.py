"""Targets that share a plan: what is built, and what is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sideman.engine.tensorrt.building.build import build_bundle

STAGES = ["encode", "step", "decode"]
BOTH = "sm89,sm120"


@pytest.fixture
def build(paper_bundle, spied):
    """Build for targets; returns what was built, what was found, and why, by engine."""

    def build(*targets, **changes):
        request = replace(spied.request, targets=targets, **changes)
        spied.orders.clear()
        outcomes = build_bundle(paper_bundle, request, tools=spied.tools)
        said = [(o.wanted.identity.target, o.reason) for o in outcomes[:: len(STAGES)]]
        assert [o.target for o in spied.orders] == [
            o.wanted.identity.target for o in outcomes if o.reason
        ]
        return said

    return build


def test_one_plan_is_built_and_found_for_all_and_for_each(build):
    assert build("sm120", "sm89") == [(BOTH, "first build for this bundle")]
    assert build("sm89", "sm120") == [(BOTH, "")]
    assert build("sm89") == [("sm89", "")]
    assert build("sm120") == [("sm120", "")]


def test_a_plan_for_one_of_them_is_not_enough(build):
    build("sm89")
    assert [said for said, _ in build("sm89", "sm120")] == ["sm89", "sm120"]
    # Each has one of its own now, and nothing is left to be shared.
    assert build("sm120", "sm89") == [("sm120", ""), ("sm89", "")]


def test_a_plan_of_its_own_is_built_where_it_is_asked_for_with_force(build):
    build("sm89", "sm120")
    assert build("sm120", force=True) == [("sm120", "asked for with --force")]
    assert build("sm89", "sm120") == [("sm89", ""), ("sm120", "")]
    assert build("sm89", "sm120", force=True) == [(BOTH, "asked for with --force")]


def test_other_shapes_are_another_plan_for_the_same_targets(build):
    build("sm89", "sm120")
    assert build("sm89", "sm120", rows=(2,))[0][0] == BOTH


def test_a_damaged_plan_is_built_anew_for_whom_it_is_asked(build, paper_bundle, spied):
    build("sm89", "sm120")
    request = replace(spied.request, targets=("sm89", "sm120"))
    for outcome in build_bundle(paper_bundle, request, tools=spied.tools):
        outcome.entry.engine.write_bytes(b"vtrt")
    ((target, reason),) = build("sm120")
    assert target == "sm120"
    assert "truncated" in reason
    assert [said for said, _ in build("sm89", "sm120")] == ["sm120", "sm89"]
