"""The oracle itself: made-up logs whose faults are known."""

from __future__ import annotations

import pytest

from tests.runtime.native.oracle import Stream, judge

RATE, PACKET = 44_100, 288


def moment(position: int) -> float:
    """Played half a second after it was sent."""
    return position / RATE + 0.5


def sent(lost: int) -> Stream:
    """Packets, each of which arrives after 10 ms, but for one."""
    stream = Stream()
    for i in range(100):
        at = i * PACKET / RATE
        left = None if i == lost else at + 0.01
        stream.sent.append((at, left, i * PACKET, (i + 1) * PACKET, False))
    return stream


def gaps(stream: Stream):
    return judge(stream, moment, 0.04, 0, 100 * PACKET)


def test_what_arrived_is_no_gap() -> None:
    assert gaps(sent(lost=-1)) == []


def test_what_nobody_asked_for_is_a_fault() -> None:
    (gap,) = gaps(sent(lost=50))
    assert (gap.start, gap.end, gap.asked) == (50 * PACKET, 51 * PACKET, 0)
    assert "nobody asked" in gap.fault


@pytest.mark.parametrize(("answered", "fault"), [(True, ""), (False, "not answered")])
def test_what_was_asked_for_again_and_again_in_vain_is_none(answered: bool, fault: str) -> None:
    stream = sent(lost=50)
    span = 50 * PACKET, 51 * PACKET
    at = 50 * PACKET / RATE + 0.03
    while at < moment(span[0]):
        stream.requests.append((at, at + 0.01, *span))
        if answered:
            stream.sent.append((at + 0.012, None, *span, True))
        at += 0.06
    (gap,) = gaps(stream)
    assert fault in gap.fault
    assert bool(gap.fault) == bool(fault)
    assert gap.asked > 5


def test_what_came_on_request_is_no_gap() -> None:
    stream = sent(lost=50)
    span = 50 * PACKET, 51 * PACKET
    stream.sent.append((1.0, moment(span[0]) - 0.001, *span, True))
    assert gaps(stream) == []
