"""The interval at which threads take turns, and how exactly they wait."""

from __future__ import annotations

import ctypes
import sys
import threading
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
    assert sys.getswitchinterval() == pytest.approx(after, rel=0.05)


def slack(*, wanted: int | None = None) -> int:
    """Of this thread's waits, in nanoseconds: `prctl` of Linux."""
    libc = ctypes.CDLL(None)
    if wanted is not None:
        libc.prctl(29, ctypes.c_ulong(wanted))
    return int(libc.prctl(30))


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has a slack of waits.")
def test_the_threads_that_are_started_then_wait_exactly() -> None:
    seen = []

    def outer() -> None:  # in a thread, so that the one of the tests keeps its own
        slack(wanted=50_000)
        let_packets_in()
        inner = threading.Thread(target=lambda: seen.append(slack()))
        inner.start()
        inner.join()

    thread = threading.Thread(target=outer)
    thread.start()
    thread.join()
    assert seen == [1_000]
