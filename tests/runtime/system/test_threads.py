"""The interval at which threads take turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from sideman.runtime.system.threads import let_packets_in


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize(("before", "after"), [(0.005, 0.0001), (0.00005, 0.00005)])
def test_it_is_short_and_never_longer_than_before(before: float, after: float) -> None:
    sys.setswitchinterval(before)
    let_packets_in()
    assert sys.getswitchinterval() == pytest.approx(after, rel=0.03)
