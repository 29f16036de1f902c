"""The director's thread: datagrams, answers of players and questions, one after the other."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from sideman.runtime.osc.message import Buffer
from sideman.runtime.system.hosts import Address, Guard, TurnedAway

log = logging.getLogger("sideman.runtime.fleet")

_DATAGRAM_BYTES = 65_536
#: Datagrams that are read in a row before players and questions have their turn.
_IN_A_ROW = 256
_Found = TypeVar("_Found")


class Loop:
    """Runs everything that touches the director on one thread, so that nothing of it is locked.

    Attributes:
        foreign: datagrams from hosts that may not speak.

    Args:
        listener: bound, not blocking.
        guard: who may speak.
        handle: takes a datagram: buffer, bytes, sender, seconds.
        turn: called after everything that came, and when it is due; tells when it wants to be
            called again, in seconds.
        clock: seconds that only increase.
    """

    def __init__(
        self,
        listener: socket.socket,
        guard: Guard,
        handle: Callable[[Buffer, int, Address, float], None],
        turn: Callable[[float], float],
        clock: Callable[[], float],
    ) -> None:
        self.foreign = 0
        self._listener = listener
        self._guard = guard
        self._handle = handle
        self._turn = turn
        self._clock = clock
        self._calls: deque[Callable[[], object]] = deque()
        self._closing = False
        self._turned_away = TurnedAway(log)
        self._wake, self._woken = socket.socketpair()
        for each in (self._wake, self._woken):
            each.setblocking(False)
        self._buffer = bytearray(_DATAGRAM_BYTES)
        self._thread = threading.Thread(target=self._run, name="sideman-director", daemon=True)

    def start(self) -> None:
        """Start the thread; once."""
        self._thread.start()

    def post(self, call: Callable[[], object]) -> None:
        """Let something run on the thread; any thread."""
        self._calls.append(call)
        with suppress(OSError):  # full: it is awake; closed: it has ended
            self._wake.send(b"\0")

    def ask(self, question: Callable[[], _Found], seconds: float = 5.0) -> _Found:
        """Run something on the thread and wait for what it returns; any other thread.

        Raises:
            Exception: whatever it raised; TimeoutError where it did not come to it.
        """
        answer: Future[_Found] = Future()

        def run() -> None:
            try:
                answer.set_result(question())
            except Exception as error:
                answer.set_exception(error)

        self.post(run)
        return answer.result(seconds)

    def close(self) -> None:
        """End the thread and close the sockets; any other thread, any number of times."""
        self._closing = True
        self.post(lambda: None)
        if self._thread.ident is not None:
            self._thread.join()
        for each in (self._wake, self._woken, self._listener):
            each.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            due = self._clock()
            while not self._closing:
                wait = 0.0 if self._calls else max(0.0, due - self._clock())
                selector.select(wait)
                try:
                    self._read()
                    self._call()
                    due = self._turn(self._clock())
                except Exception:
                    # Nothing that anybody says may close the front door.
                    log.exception("The director met an error of its own.")
                    due = self._clock() + 0.1

    def _call(self) -> None:
        with suppress(OSError):
            while self._woken.recv(4_096):
                pass
        for _ in range(len(self._calls)):
            self._calls.popleft()()

    def _read(self) -> None:
        for _ in range(_IN_A_ROW):
            try:
                size, sender = self._listener.recvfrom_into(self._buffer)
            except OSError:
                # None is there; or Windows reports that an answer reached nobody.
                return
            if self._guard.admits(sender[0]):
                self._handle(self._buffer, size, sender, self._clock())
                continue
            self.foreign += 1
            self._turned_away.note(sender)
