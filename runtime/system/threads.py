"""How long a thread that receives waits for one that computes."""

from __future__ import annotations

import sys

#: Seconds after which a thread that computes in Python lets another one in. With Python's own 5 ms,
#: a packet's way there and back took up to 7.5 ms in 99 of 100 cases while another thread computed
#: with numpy in small pieces, and 1.1 ms with this (2 cores, Python 3.11; median 2.2 and 0.7 ms).
#: Large products, which let go of the lock, cost 3.9 and 3.3 ms: there the cores are the limit.
_SWITCH_SECONDS = 0.0005


def let_packets_in() -> None:
    """Let threads that receive and send wait no longer than they must; for the whole process."""
    sys.setswitchinterval(min(_SWITCH_SECONDS, sys.getswitchinterval()))
