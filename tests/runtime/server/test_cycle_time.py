"""What is remembered of the last cycles."""

from __future__ import annotations

from sideman.runtime.server.cycle_time import CycleTime


def test_the_longest_of_few_and_the_most_of_many() -> None:
    times = CycleTime()
    assert times.longest is None
    assert times.most is None
    times.note(9.0)
    assert (times.longest, times.most) == (9.0, 9.0)
    for _ in range(16):
        times.note(1.0)
    assert times.longest == 1.0
    assert times.most > 1.0
    for _ in range(48):
        times.note(1.0)
    assert times.most == 1.0
    times.forget()
    assert (times.longest, times.most) == (None, None)
