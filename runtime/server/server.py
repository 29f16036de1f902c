"""The server: two threads, two sockets, and one session."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Self

from sideman.engine.errors import SidemanError
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.cycle_log import CycleLog
from sideman.runtime.server.cycle_time import CycleTime
from sideman.runtime.server.cycles import Cycles
from sideman.runtime.server.debug import PLOT_SECONDS, DebugFolder
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.parts import Parts
from sideman.runtime.server.protocol import Access, Clock, OpenEndpoint, Replies
from sideman.runtime.server.receiver import Receiver
from sideman.runtime.system.hosts import Address, Guard, resolve, shown_address
from sideman.runtime.system.sockets import (
    check_directions,
    enlarge_receive_buffer,
    open_listener,
    open_sender,
)

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session

log = logging.getLogger("sideman.runtime.server")

DEFAULT_LISTEN = ("127.0.0.1", 7000)
REPLY_PORT = 8000
#: Seconds that `stop` waits for a load. The Max external kills a server half a second after it has
#: asked it to end.
LOAD_PATIENCE = 0.25


class Server:
    """Serves clients that speak a protocol.

    `start`, `stop` and `wait` belong to the thread that made the server; the attributes may be
    read by any.

    Attributes:
        counters: counts since the start.
        lost: why the server had to end by itself; empty while it has not.
        left_behind: whether `stop` left a load to itself. The process must then end by `os._exit`:
            Python's own end would take the library apart under the thread that still loads.

    Args:
        open_session: opens the model; called on the cycle thread, again after a failure.
        protocol: what clients speak.
        listen: host and port to bind; port 0 lets the system choose.
        reply: where the server announces that it is ready; later replies go to the host that a
            datagram came from, on this port.
        allow: hosts that may speak; needed beyond loopback.
        debug_dir: where `Print` may write.
        clock: seconds that only increase.
        bundle: the model's folder, so that `Load` sees when it has changed.
        cycle_log: notes every cycle.
        keep_warm: seconds of waiting after which the device is given a little work; None for
            never.
        loading: `open_session` tells it how far it is, for clients that wait.
        parts: makes what the threads share; another maker can keep what they do.
    """

    def __init__(
        self,
        open_session: Callable[[], Session],
        protocol: OpenEndpoint,
        listen: tuple[str, int] = DEFAULT_LISTEN,
        reply: tuple[str, int] | None = None,
        allow: Iterable[str] = (),
        debug_dir: Path | None = None,
        clock: Clock = perf_counter,
        *,
        bundle: Path | None = None,
        cycle_log: CycleLog | None = None,
        keep_warm: float | None = None,
        loading: Loading | None = None,
        parts: Parts | None = None,
    ) -> None:
        self.counters = Counters()
        self.lost = ""
        self.left_behind = False
        self._keep_warm = keep_warm
        self._loading = Loading() if loading is None else loading
        self._parts = parts or Parts()
        self._model = self._parts.model(open_session, bundle)
        self._protocol = protocol
        self._listen = listen
        self._reply = reply
        self._allow = tuple(allow)
        self._debug_dir = debug_dir
        self._clock = clock
        self._cycle_log = cycle_log
        self._begun: float | None = None
        self._cycle_time: CycleTime | None = None
        self._debug: DebugFolder | None = None
        self._ending = threading.Event()
        self._address: Address | None = None
        self._queue = EventQueue()
        self._replies: Replies | None = None
        self._receiver: Receiver | None = None
        self._cycles: Cycles | None = None

    @property
    def address(self) -> Address:
        """Host and port that are listened on, once started."""
        assert self._address is not None, "start the server first"
        return self._address

    def start(self) -> None:
        """Bind, announce that the server is ready, and begin to load the model; once.

        Raises:
            SidemanError: an address that cannot be used, a busy port, the same port for both
                directions, nobody allowed to speak, or a debug folder that cannot be made.
        """
        family, listen = resolve(*self._listen, "--listen")
        guard = Guard(listen, self._allow)
        host, port = self._reply or ("::1" if ":" in listen[0] else "127.0.0.1", REPLY_PORT)
        reply_family, announced = resolve(host, port, "--reply")
        if reply_family != family:
            raise SidemanError(
                f"Listening on {shown_address(listen)} and replying to {shown_address(announced)} "
                "mixes IPv4 and IPv6.",
                "Give --listen and --reply of the same kind.",
            )
        check_directions(listen, announced)
        if self._debug_dir is not None:
            self._debug = DebugFolder(self._debug_dir)
        listener = open_listener(family, listen)
        try:
            sender = open_sender(family, listen)
        except BaseException:
            listener.close()
            raise
        self._address = listener.getsockname()
        granted = enlarge_receive_buffer(listener)
        log.debug("The receive buffer is %d bytes.", granted)
        self._compose(listener, sender, guard, announced)

    def stop(self, *, drawings: float = PLOT_SECONDS) -> None:
        """End both threads, after the cycle that runs, and close the sockets; any number of times.

        A model that is being loaded is waited for briefly, then left behind.

        Args:
            drawings: seconds that drawings under way are waited for.
        """
        self._ending.set()
        self._queue.close()
        receiver, cycles, replies = self._receiver, self._cycles, self._replies
        self._receiver = self._cycles = self._replies = None
        if receiver is not None:
            receiver.stop()
        if cycles is not None:
            self.left_behind = not cycles.join(LOAD_PATIENCE)
        if self._debug is not None:
            self._debug.close(drawings)
        if replies is not None:
            replies.close()
            log.info("Stopped: %s.", self.counters)
        if receiver is not None:
            receiver.close()
            self._parts.end(self.counters)

    def wait(self) -> None:
        """Return when another thread has called `stop`, or the device is lost.

        Signals interrupt it.
        """
        # In slices, because Windows does not interrupt an unlimited wait.
        while not self._ending.wait(0.5):
            pass

    def figures(self) -> Figures:
        """How the server does now; any thread, and nothing waits for it."""
        now = self._clock()
        times = self._cycle_time
        state, detail = self._state()
        found = Figures(
            state,
            detail,
            uptime=0.0 if self._begun is None else now - self._begun,
            usual=(times and times.usual) or 0.0,
            most=(times and times.most) or 0.0,
        ).with_counts(self.counters, now)
        cycles = self._cycles
        if cycles is None:
            return found
        found = replace(found, engine=cycles.engine)
        return found.with_turn(self.counters, cycles.answered, now)

    def _state(self) -> tuple[str, str]:
        """As `Figures.state`, and more of it."""
        if reason := self._model.failed():
            return "failed", reason
        percent = self._loading.percent
        if percent is not None:
            return "loading", f"{percent:.0f} % {self._loading.what}".strip()
        if reason := self._model.unready():
            return "loading", reason
        return "ready", self._bundle_name()

    def _bundle_name(self) -> str:
        """Of what plays; empty while nothing does."""
        session = self._model.session
        return "" if session is None else session.name

    def _lose(self, reason: str) -> None:
        self.lost = reason
        self._ending.set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _compose(
        self, listener: socket.socket, sender: socket.socket, guard: Guard, announced: Address
    ) -> None:
        """Put the parts together and start them."""
        parts = self._parts
        parts.begin()
        cycle_time = parts.cycle_time()
        self._begun, self._cycle_time = self._clock(), cycle_time
        endpoint = self._protocol(
            Access(
                self._queue,
                sender,
                listener,
                announced,
                self.counters,
                self._clock,
                lambda: cycle_time.longest,
                self._model.unready,
                prints=self._debug is not None,
                most_cycle_seconds=lambda: cycle_time.most,
                usual_cycle_seconds=lambda: cycle_time.usual,
                failed=self._model.failed,
                loading=self._loading,
                session_number=parts.session_number,
                figures=self.figures,
                bundle=self._bundle_name,
            )
        )
        receiver = Receiver(
            listener, guard, parts.for_receiver(endpoint), self.counters, self._clock
        )
        cycles = Cycles(
            parts.events(self._queue),
            parts.for_cycles(endpoint),
            self._model,
            self.counters,
            self._clock,
            cycle_time,
            receiver.check_buffer,
            self._debug,
            self._cycle_log,
            self._keep_warm,
            self._lose,
            self._loading,
        )
        self._replies, self._receiver, self._cycles = endpoint.replies, receiver, cycles
        log.info("Listening on %s, replying to port %d.", shown_address(self.address), announced[1])
        receiver.start()
        endpoint.replies.ready()
        cycles.start()
