"""What is remembered of the last cycles."""

from __future__ import annotations

from sideman.runtime.server.cycle_time import CycleTime


def test_the_longest_of_few_and_the_most_of_many() -> None:
    times = CycleTime()
    assert times.longest is None
    assert times.most is None
    assert times.usual is None
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
    assert (times.longest, times.most, times.usual) == (None, None, None)


def test_one_hiccup_is_not_usual() -> None:
    times = CycleTime()
    for seconds in (1.0, 9.0, 2.0, 1.0, 3.0):
        times.note(seconds)
    assert times.usual == 2.0
    for _ in range(16):
        times.note(4.0)
    assert times.usual == 4.0
