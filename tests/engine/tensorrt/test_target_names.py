from __future__ import annotations

import pytest

from sideman.engine.tensorrt.target_names import join_targets, serves, split_targets


def test_a_name_is_the_same_in_whatever_order_its_targets_come() -> None:
    assert join_targets(["sm120", "sm89", "sm121", "sm89"]) == "sm89,sm120,sm121"
    assert join_targets(["sm89"]) == "sm89"
    assert split_targets("sm89,sm120") == ("sm89", "sm120")
    assert split_targets("sm89") == ("sm89",)


@pytest.mark.parametrize(
    ("built_for", "wanted", "answer"),
    [
        ("sm89", "sm89", True),
        ("sm89,sm120", "sm120", True),
        ("sm80,sm89,sm120", "sm80,sm120", True),
        ("sm89", "sm89,sm120", False),
        ("sm89,sm120", "sm12", False),
        ("sm89,sm120", "sm86", False),
    ],
)
def test_an_engine_serves_the_targets_that_it_was_built_for(built_for, wanted, answer) -> None:
    assert serves(built_for, wanted) is answer
