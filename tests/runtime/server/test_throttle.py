"""Errors in a storm."""

from __future__ import annotations

from sideman.runtime.server.throttle import Throttle


def test_ten_identical_ones_a_second_and_the_rest_is_counted():
    throttle = Throttle()
    told = [throttle.admits("a", "x", 5.5)[0] for _ in range(25)]
    assert told == [True] * 10 + [False] * 15
    assert throttle.admits("a", "x", 6.0) == (True, 15)
    assert throttle.admits("a", "x", 6.0) == (True, 0)


def test_other_errors_and_other_hosts_are_not_held_back():
    throttle = Throttle()
    for _ in range(20):
        throttle.admits("a", "x", 0.0)
    assert throttle.admits("a", "y", 0.0) == (True, 0)
    assert throttle.admits("b", "x", 0.0) == (True, 0)
    assert throttle.suppressed() == 10
    assert throttle.suppressed() == 0


def test_a_host_with_ever_new_errors_is_held_back_and_memory_stays_bounded():
    throttle = Throttle()
    told = sum(throttle.admits("a", str(k), 0.0)[0] for k in range(5_000))
    assert told == 200
    assert len(throttle._entries) <= 1_025
