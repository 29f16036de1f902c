"""The receive thread."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Callable

from sideman.runtime.server.counters import Counters
from sideman.runtime.server.protocol import Endpoint
from sideman.runtime.system.hosts import Guard, TurnedAway
from sideman.runtime.system.sockets import (
    needed_receive_buffer,
    receive_buffer,
    receive_buffer_remedy,
)

log = logging.getLogger("sideman.runtime.server")

#: Larger than any datagram, so none is cut.
_DATAGRAM_BYTES = 65_536


class Receiver:
    """Reads datagrams into one buffer and hands each to the protocol, on a thread of its own.

    Args:
        listener: bound, not blocking.
        guard: who may speak.
        endpoint: the protocol, which takes them.
        counters: of the server.
        clock: seconds; read once a datagram, as soon as it is there.
    """

    def __init__(
        self,
        listener: socket.socket,
        guard: Guard,
        endpoint: Endpoint,
        counters: Counters,
        clock: Callable[[], float],
    ) -> None:
        self._listener = listener
        # Read once: the cycle thread may ask when the socket is closed already.
        self._buffer_bytes = receive_buffer(listener)
        self._guard = guard
        self._handle = endpoint.handle
        self._expire = endpoint.expire
        self._step_bytes = endpoint.step_bytes
        self._counters = counters
        self._clock = clock
        self._buffer = bytearray(_DATAGRAM_BYTES)
        self._closing = False
        self._turned_away = TurnedAway(log)
        self._logged_need = 0
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="sideman-receive", daemon=True)

    def start(self) -> None:
        """Start the thread; once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; any thread but the receive thread."""
        self._closing = True
        if self._thread.ident is not None:
            self._wake.send(b"\0")
            self._thread.join()

    def close(self) -> None:
        """Close the sockets, after `stop` and when nothing is sent from them any more."""
        for each in (self._wake, self._woken, self._listener):
            each.close()

    def check_buffer(self, step_samples: int) -> None:
        """Log a receive buffer that does not hold two steps of this length; cycle thread."""
        need = needed_receive_buffer(2 * self._step_bytes(step_samples))
        given = self._buffer_bytes
        if given < need and need > self._logged_need:
            self._logged_need = need
            log.warning(
                "The socket's receive buffer is %d bytes; two steps of %d samples take up to %d, "
                "so packets may be lost. Remedy: %s, and start again.",
                given,
                step_samples,
                need,
                receive_buffer_remedy(),
            )

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            due: float | None = None
            while not self._closing:
                selector.select(None if due is None else max(0.0, due - self._clock()))
                due = None
                try:
                    self._drain()
                    due = self._expire(self._clock())
                except Exception:
                    # One datagram must not end the thread: the next one is read.
                    log.exception("The receive thread met an error of its own.")

    def _drain(self) -> None:
        """Read all datagrams that are there; receive thread."""
        while not self._closing:
            try:
                size, sender = self._listener.recvfrom_into(self._buffer)
            except BlockingIOError:
                return
            except OSError as error:
                # Windows reports here that an earlier reply reached a port without a socket.
                log.debug("Receiving: %s", error)
                return
            now = self._clock()
            if self._guard.admits(sender[0]):
                self._handle(self._buffer, size, sender, now)
            else:
                self._counters.count("ignored")
                self._turned_away.note(sender)
