"""How long a thread that receives waits for one that computes."""

from __future__ import annotations

import sys

#: Seconds after which a thread that computes in Python lets another one in. A cycle asks for it a
#: dozen times beside its stages, because numpy lets go of the lock in every large operation, and
#: each time waits so long. With Python's own 5 ms, a packet's way there and back took up to 7.5 ms
#: in 99 of 100 cases while another thread computed with numpy in small pieces, and 1.1 ms with
#: 0.5 ms (2 cores, Python 3.11). With 0.5 ms, however, a cycle took 5 ms beside its stages while
#: another thread ran a loop of Python: `python -m tests.runtime.measure_overhead`. Large products,
#: which let go of the lock, cost 3 to 4 ms at any of these: there the cores are the limit.
_SWITCH_SECONDS = 0.0001


def let_packets_in() -> None:
    """Let threads that receive and send wait no longer than they must; for the whole process."""
    sys.setswitchinterval(min(_SWITCH_SECONDS, sys.getswitchinterval()))
