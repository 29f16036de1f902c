"""How long a thread that receives waits for one that computes."""

from __future__ import annotations

import ctypes
import logging
import os
import sys

#: Seconds after which a thread that computes in Python lets another one in. A cycle asks for it a
#: dozen times beside its stages, because numpy lets go of the lock in every large operation, and
#: each time waits so long. With Python's own 5 ms, a packet's way there and back took up to 7.5 ms
#: in 99 of 100 cases while another thread computed with numpy in small pieces, and 1.1 ms with
#: 0.5 ms (2 cores, Python 3.11). With 0.5 ms, however, a cycle took 5 ms beside its stages while
#: another thread ran a loop of Python, and 1.8 ms with 0.1 ms: `python -m
#: tests.runtime.measure_overhead`, docs/profile.md. With 0.05 ms it were 1.6, but every thread that
#: waits wakes up after each interval, and a fleet of 24 sessions on two cores had more late steps.
#: Large products, which let go of the lock, cost 3 to 4 ms at any of these: there the cores are the
#: limit.
_SWITCH_SECONDS = 0.0001
#: By how much Linux may lengthen a wait, in nanoseconds, so that several can end at once. Its own
#: 50 µs would make half as much again of the switch interval.
_SLACK_NS = 1_000
#: `prctl`'s, of linux/prctl.h.
_PR_SET_TIMERSLACK = 29


def let_packets_in() -> None:
    """Let threads that receive and send wait no longer than they must.

    The switch interval is the whole process's. The slack of waits, on Linux, is that of the thread
    that calls this, and of threads that it starts afterwards.
    """
    sys.setswitchinterval(min(_SWITCH_SECONDS, sys.getswitchinterval()))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_TIMERSLACK, ctypes.c_ulong(_SLACK_NS)) != 0:
            logging.getLogger(__name__).info(
                "Linux keeps its slack of waits (%s): threads wait some 0.05 ms longer for "
                "each other.",
                os.strerror(ctypes.get_errno()),
            )
