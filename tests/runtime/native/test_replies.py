"""Warnings come, and go when they are over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sideman.runtime.native.replies import NativeReplies
from sideman.runtime.server.counters import Counters
from sideman.runtime.streaming.control import Control, Error, State, Warn, read_control

CLIENT = ("192.0.2.1", 9)


class Port:
    """A socket that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Control] = []

    def sendto(self, data: bytes, to: tuple) -> None:
        assert to == CLIENT
        self.sent.append(read_control(data, len(data)))

    def take(self) -> list[Control]:
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
def port() -> Port:
    return Port()


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def replies(port: Port, now: list[float]) -> Iterator[NativeReplies]:
    made = NativeReplies(port, ("", 0), Counters(), lambda: now[0], lambda: CLIENT)
    yield made
    made.close()


def test_a_warning_is_taken_back_after_eight_good_seconds(replies, port, now) -> None:
    replies.late(3, CLIENT, 0.05)
    text = "Step 3: 50 ms late."
    assert port.take() == [State("degraded", 100.0, text), Warn("late", 1, text)]
    good = [Warn("late", 0, ""), State("ready", 100.0, "")]
    for later, over in ((4.0, []), (7.9, []), (8.0, good), (20.0, [])):
        now[0] = 100 + later
        replies.predicted(CLIENT)
        assert port.take() == over


def test_each_warning_for_itself_and_no_longer_than_its_session(replies, port, now) -> None:
    replies.late(3, CLIENT, 0.05)
    now[0] += 5
    replies.dropped(4, CLIENT)
    port.take()
    now[0] += 4
    replies.predicted(CLIENT)
    assert port.take() == [Warn("late", 0, "")]
    replies.forget()
    now[0] += 9
    replies.predicted(CLIENT)
    assert port.take() == []


def test_what_concerns_who_has_left_is_told_to_nobody(replies, port, now) -> None:
    """A cycle may end when its session has, and another client plays by then."""
    gone = ("192.0.2.7", 9)
    replies.late(3, gone, 0.05)
    replies.dropped(4, gone)
    replies.error("Batch 5: the cycle failed.", gone)
    assert port.take() == []
    # Nor is it what the one who plays was warned of, or that its own is over.
    replies.late(1, CLIENT, 0.05)
    port.take()
    now[0] += 9
    replies.predicted(gone)
    assert port.take() == []
    assert (replies._counters.dropped, replies._counters.errors) == (1, 1)


def test_what_no_client_caused_is_told_to_who_plays(replies, port) -> None:
    replies.error("The model could not be loaded.", replies.announced)
    assert port.take() == [Error("The model could not be loaded.")]


def test_too_many_errors_are_only_counted(replies, port) -> None:
    for _ in range(500):
        replies.error("wrong", CLIENT)
    assert port.take() == [Error("wrong")] * 10
    assert replies._counters.errors == 500
