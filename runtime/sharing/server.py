"""The shared server: one socket, one engine, one cycle thread, and a seat for each session."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Self

from sideman.engine.errors import SidemanError
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.setting import (
    DEFAULT_LEAD,
    DEFAULT_STEP,
    OVERLAP,
)
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.protocol import Access, Clock, Endpoint
from sideman.runtime.server.receiver import Receiver
from sideman.runtime.server.server import DEFAULT_LISTEN, LOAD_PATIENCE, REPLY_PORT
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.dealer import Dealer
from sideman.runtime.sharing.engine import Engine
from sideman.runtime.sharing.figures import Load, SessionFigures
from sideman.runtime.sharing.gate import Gate
from sideman.runtime.sharing.leases import Leases
from sideman.runtime.sharing.overview import Overview
from sideman.runtime.sharing.seat import Common, Seat
from sideman.runtime.sharing.times import Ledger
from sideman.runtime.sharing.turns import Turns
from sideman.runtime.system.hosts import Address, Guard, resolve, shown_address
from sideman.runtime.system.sockets import enlarge_receive_buffer, open_listener, open_sender

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session

log = logging.getLogger("sideman.runtime.server")

_NATIVE_ONLY = (
    "This server lets several clients of the native protocol play, and none of multi_track's: "
    "start one without --sessions for it."
)


class SharedServer:
    """Serves several clients of the native protocol with one engine.

    `start`, `stop` and `wait` belong to the thread that made the server; all else may be called by
    any.

    Attributes:
        counters: of datagrams that belong to no session.
        lost: why the server had to end by itself; empty while it has not.
        left_behind: as `Server.left_behind`.

    Args:
        open_engine: loads what all sessions share; called once, on the cycle thread.
        sessions: how many may play at once, at the most.
        listen: host and port to bind; port 0 lets the system choose.
        allow: hosts that may speak; needed beyond loopback.
        clock: seconds that only increase.
        keep_warm: seconds of waiting after which the device is given a little work; None for
            never.
        loading: `open_engine` tells it how far it is, for clients that wait.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
        leases_only: let nobody in without a token that `expect` has named.
        workers: cycles that run side by side, where the engine lets them.
        batch: most rows of several sessions that run as one batch; 1 for none. With one worker
            only: what cycles side by side gain, a batch would take from them.
    """

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        sessions: int,
        listen: tuple[str, int] = DEFAULT_LISTEN,
        allow: Iterable[str] = (),
        clock: Clock = perf_counter,
        *,
        keep_warm: float | None = None,
        loading: Loading | None = None,
        exact_mask: bool = False,
        leases_only: bool = False,
        workers: int = 1,
        batch: int = 1,
    ) -> None:
        if sessions < 1:
            raise SidemanError(f"{sessions} sessions are none.", "Allow 1 or more.")
        if batch > 1 and workers > 1:
            raise SidemanError(f"{workers} workers share no batches.", "Take one worker.")
        self.counters = Counters()
        self.lost = ""
        self.left_behind = False
        self._open_engine = open_engine
        self._count = sessions
        self._listen = listen
        self._allow = tuple(allow)
        self._clock = clock
        self._keep_warm = keep_warm
        self._loading = Loading() if loading is None else loading
        self._exact_mask = exact_mask
        self._workers = workers
        self._batch = batch
        self._leases_only = leases_only
        self._leases = Leases()
        self._ledger = Ledger()
        self._ending = threading.Event()
        self._changed = threading.Condition()
        self._address: Address | None = None
        self._engine: Engine | None = None
        self._seats: tuple[Seat, ...] = ()
        self._dealer: Dealer | None = None
        self._legacy: Endpoint | None = None
        self._receiver: Receiver | None = None
        self._turns: Turns | None = None
        self._overview = Overview(self.counters, self._loading, clock, workers, self._leases)
        self._gate = Gate(self._overview, clock, workers)

    @property
    def address(self) -> Address:
        """Host and port that are listened on, once started."""
        assert self._address is not None, "start the server first"
        return self._address

    def start(self) -> None:
        """Bind, and begin to load the model; once.

        Raises:
            SidemanError: an address that cannot be used, a busy port, or nobody allowed to speak.
        """
        self._overview.begun = self._clock()
        family, listen = resolve(*self._listen, "--listen")
        guard = Guard(listen, self._allow)
        listener = open_listener(family, listen)
        try:
            sender = open_sender(family, listen)
        except BaseException:
            listener.close()
            raise
        self._address = listener.getsockname()
        self._legacy = legacy = self._others(listener, sender)
        log.debug("The receive buffer is %d bytes.", enlarge_receive_buffer(listener))
        common = Common(
            changed=self._changed,
            listener=listener,
            announced=self._address,
            clock=self._clock,
            loading=self._loading,
            ledger=self._ledger,
            open_session=self._open_session,
            admit=self._gate.admit,
            fits=self._gate.fits,
            delay=self._gate.delay,
            check_buffer=self._check_buffer,
            lose=self._lose,
            exact_mask=self._exact_mask,
            bundle=self._bundle_name,
        )
        self._seats = self._overview.seats = seats = tuple(
            Seat(i, common) for i in range(self._count)
        )
        self._turns = turns = Turns(
            seats,
            self._changed,
            self._ledger,
            self._load,
            self._close_engine,
            self._keep_warm,
            self._workers,
            self._clock,
        )
        self._dealer = self._overview.dealer = dealer = Dealer(
            seats,
            self._leases,
            leases_only=self._leases_only,
            counters=self.counters,
            stranger=legacy.handle,
            nudge=turns.nudge,
            bundle=self._bundle_name,
        )
        first = seats[0].endpoint
        endpoint = Endpoint(
            dealer.handle,
            dealer.expire,
            first.settings,
            first.replies,
            frozenset(),
            lambda samples: 4 * samples * self._count,
        )
        self._receiver = receiver = Receiver(listener, guard, endpoint, self.counters, self._clock)
        log.info(
            "Listening on %s for up to %d sessions.", shown_address(self._address), self._count
        )
        receiver.start()
        turns.start()

    def stop(self, *, drawings: float = 0.0) -> None:
        """End all threads, after the cycle that runs, and close the socket; any number of times.

        A model that is being loaded is waited for briefly, then left behind.

        Args:
            drawings: as `Server.stop` has it; a shared server draws nothing.
        """
        self._ending.set()
        for seat in self._seats:
            seat.queue.close()
        receiver, turns = self._receiver, self._turns
        self._receiver = self._turns = None
        if receiver is not None:
            receiver.stop()
        if turns is not None:
            self.left_behind = not turns.join(LOAD_PATIENCE)
        if receiver is not None:
            for seat in self._seats:
                seat.endpoint.close()
                seat.endpoint.replies.close()
            if self._legacy is not None:
                self._legacy.replies.close()
            log.info("Stopped: %s.", self.total)
            receiver.close()

    def wait(self) -> None:
        """Return when another thread has called `stop`, or the device is lost.

        Signals interrupt it.
        """
        while not self._ending.wait(0.5):  # in slices, as `Server.wait`
            pass

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def expect(self, token: str, until: float) -> None:
        """Let a hello with a token in, because a session was granted elsewhere.

        Args:
            token: that the hello will have.
            until: seconds of the server's clock (`time.perf_counter`, unless it was given another)
                until which it may come. A session that has begun goes on.
        """
        self._leases.expect(token, until)

    def revoke(self, token: str) -> None:
        """Take back what `expect` has said; a session that has begun goes on."""
        self._leases.revoke(token)

    def end(self, token: str) -> None:
        """Take back what `expect` has said, and end the session if it has begun.

        For a front door where its client has asked for another place. Figures leave it out at once.
        """
        self._leases.end(token)

    @property
    def total(self) -> Counters:
        """Counts of all sessions since the start, added up."""
        return self._overview.total

    def sessions(self) -> tuple[SessionFigures, ...]:
        """How each session does."""
        return self._overview.sessions()

    def load(self) -> Load:
        """How much of the server is used."""
        return self._overview.load()

    def state(self) -> tuple[str, str]:
        """As `load` tells it, and why; cheap."""
        return self._overview.state()

    def tokens(self) -> tuple[str, ...]:
        """Of the sessions that play, in the order of `sessions`; cheap."""
        return self._overview.tokens()

    def figures(self) -> Figures:
        """How the server does, all sessions together; see `Overview.figures`."""
        return self._overview.figures()

    def _bundle_name(self) -> str:
        """The only one that a hello may name; empty where it may name any.

        A front door that sends clients here has its own names, and has looked.
        """
        return "" if self._leases_only else self._overview.name

    # The cycle thread

    def _load(self) -> bool:
        """Load the engine, and what is every seat's own."""
        self._loading.note(0.0, "")
        try:
            self._engine = engine = self._open_engine()
            self._foresee(engine)
            for seat in self._seats:
                if seat.queue.closed:
                    return False
                level = logging.INFO if seat is self._seats[0] else logging.DEBUG
                seat.load(level)
            if not any(seat.ready for seat in self._seats):
                self._overview.failed = self._seats[0].trouble
                return False
            for warning in self._overview.warnings():
                log.warning("%s", warning)
            if self._batch > 1 and self._turns is not None:
                batches = Batches(engine.session(), self._batch)
                self._turns.batches = self._overview.batches = batches
        except Exception as error:
            log.debug("Loading failed.", exc_info=True)
            self._overview.failed = f"The model could not be loaded: {error}"
            for seat in self._seats:
                seat.model.close(self._overview.failed, self._overview.failed)
            self.counters.fail(self._overview.failed, self._clock())
            log.error("%s", self._overview.failed)
            return False
        finally:
            self._loading.end()
        return True

    def _foresee(self, engine: Engine) -> None:
        """Let the stages run warm for each number of stems, and note how long a cycle takes."""
        session = engine.session()
        try:
            self._overview.name = session.name
            geometry = Geometry.columnar(
                session.grid, DEFAULT_STEP, DEFAULT_LEAD, OVERLAP, exact_mask=self._exact_mask
            )
            for count in range(1, len(session.stems) + 1):
                if self._ending.is_set():
                    return
                rows = tuple(range(count))
                try:
                    session.check(geometry, rows)
                except SidemanError:
                    continue  # nothing was built for so many
                session.configure(geometry, rows)
                # The first run of all takes several times as long as the others.
                session.warm_up(2 if count == 1 else 1)
                if session.expected_seconds is not None:
                    self._ledger.foresee(geometry, count, session.expected_seconds)
        finally:
            session.close()

    def _open_session(self) -> Session:
        assert self._engine is not None, "the engine is there before its sessions"
        return self._engine.session()

    def _close_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            try:
                engine.close()
            except Exception as error:
                log.debug("Closing the engine failed.", exc_info=True)
                log.warning("Closing the engine failed: %s", error)

    def _lose(self, reason: str) -> None:
        self.lost = reason
        for seat in self._seats:
            seat.queue.close()
        self._ending.set()

    # The receive thread

    def _check_buffer(self, samples: int) -> None:
        receiver = self._receiver
        if receiver is not None:
            receiver.check_buffer(samples)

    def _others(self, listener: socket.socket, sender: socket.socket) -> Endpoint:
        """The protocol of `multi_track`: its clients are told how the server does, and no more."""
        assert self._address is not None, "bound"
        host = "::1" if ":" in self._address[0] else "127.0.0.1"
        return multi_track()(
            Access(
                EventQueue(),
                sender,
                listener,
                (host, REPLY_PORT),
                self.counters,
                self._clock,
                lambda: None,
                lambda: "",
                prints=False,
                taken=lambda: _NATIVE_ONLY,
                figures=self.figures,
            )
        )
