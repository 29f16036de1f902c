"""What is asked for again covers what is missing, and no message asks for more than it may."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.errors import ProtocolError
from sideman.runtime.streaming import resends

HOLES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 900)), max_size=8).map(
    lambda parts: [
        (sum(sum(p) for p in parts[:i]) + gap, sum(sum(p) for p in parts[: i + 1]))
        for i, (gap, _) in enumerate(parts)
    ]
)


@given(HOLES)
def test_all_that_is_missing_is_asked_for_and_little_more(holes) -> None:
    wanted = resends.want(3, holes)
    asked = {p for each in wanted for a, b in each.ranges() for p in range(a, b)}
    missing = {p for a, b in holes for p in range(a, b)}
    assert missing <= asked
    assert len(asked) <= len(missing) + 2 * resends.UNIT * max(1, len(holes))
    if wanted:
        assert resends.unpack(resends.pack(wanted)) == wanted


def test_the_oldest_come_first_and_no_more_than_a_message_holds() -> None:
    holes = [(i * 5_000, i * 5_000 + 10) for i in range(20)]
    wanted = resends.want(0, holes)
    assert [each.position for each in wanted] == [i * 5_000 for i in range(8)]
    assert resends.want(0, holes, most=0) == []


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        bytes(15),
        bytes(16),
        struct.pack(">qIBxxx", 0, 1, 200),
        struct.pack(">qIBxxx", 2**63 - 1, 1, 0),
        struct.pack(">qIBxxx", 0, 1, 0) * 9,
    ],
)
def test_what_asks_for_nothing_or_too_much_is_refused(blob: bytes) -> None:
    with pytest.raises(ProtocolError, match="resend"):
        resends.unpack(blob)
