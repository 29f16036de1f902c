"""Seconds that threads were ready to run and did not."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from sideman.runtime.system.waiting import Work, seconds_waited


def test_all_threads_are_added_up_and_one_that_ends_is_left_out(tmp_path: Path) -> None:
    for task, text in (("1", "7 1500000000 3\n"), ("2", "7 250000000 3\n"), ("3", "")):
        (tmp_path / task).mkdir()
        (tmp_path / task / "schedstat").write_text(text)
    (tmp_path / "4").mkdir()
    assert seconds_waited(tmp_path) == pytest.approx(1.75)


def test_a_system_that_does_not_tell(tmp_path: Path) -> None:
    assert seconds_waited(tmp_path / "none") is None
    (tmp_path / "1").mkdir()
    assert seconds_waited(tmp_path) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_who_shares_one_core_waits() -> None:
    if seconds_waited() is None:
        pytest.skip("this kernel keeps no schedstat")
    cores = os.sched_getaffinity(0)
    child = None
    try:
        os.sched_setaffinity(0, {min(cores)})
        child = os.fork()
        if child == 0:
            until = time.monotonic() + 1
            while time.monotonic() < until:
                pass
            os._exit(0)
        before, until, work = seconds_waited(), time.monotonic() + 0.8, Work()
        while time.monotonic() < until:
            pass
        # Both want the core all the time, so each waits for about half of it.
        assert seconds_waited() - before > 0.1
        worked, waited = work.so_far()
        assert worked > 0.1
        assert waited > 0.1
    finally:
        if child:
            os.waitpid(child, 0)
        os.sched_setaffinity(0, cores)
