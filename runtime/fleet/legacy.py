"""What a client of `multi_track` is told at a fleet's front door."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from sideman.runtime.multi_track.replies import error
from sideman.runtime.osc.message import Buffer
from sideman.runtime.system.hosts import Address

#: Seconds until the same host is told again.
_AGAIN_SECONDS = 5.0
_HOSTS = 1_024
_TEXT = (
    "This is the front door of a fleet, which speaks sideman's native protocol only: use the "
    "object sideman~ here, or start 'sideman serve BUNDLE' for multi_track."
)


class Legacy:
    """Tells a host once in a while that nobody plays with it here; the director's thread.

    It is told by `/error`, as `sideman serve` tells errors: to the host that spoke, on the port
    where `multi_track` listens. That may be more bytes than came, so it is not said often.

    Args:
        send: sends a datagram.
        port: where `multi_track` listens.
    """

    def __init__(self, send: Callable[[bytes, Address], None], port: int) -> None:
        self.told = 0
        self._send = send
        self._port = port
        self._hosts: OrderedDict[str, float] = OrderedDict()

    def handle(self, data: Buffer, size: int, sender: Address, now: float) -> None:
        """Take a datagram that is none of the native protocol's."""
        if size < 4 or size % 4 or data[0] != 0x2F:
            return  # no OSC message
        host = str(sender[0])
        if now - self._hosts.get(host, float("-inf")) < _AGAIN_SECONDS:
            return
        self._hosts[host] = now
        self._hosts.move_to_end(host)
        if len(self._hosts) > _HOSTS:
            self._hosts.popitem(last=False)
        self.told += 1
        self._send(error(_TEXT), (host, self._port, *sender[2:]))
