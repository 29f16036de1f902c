"""A player: one engine, its own UDP socket, several sessions; no Ray in it."""

from __future__ import annotations

import itertools
import logging
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.lines import Lines
from sideman.runtime.fleet.report import Order, Report, SessionReport
from sideman.runtime.server.counters import Counters
from sideman.runtime.sharing.figures import Load, SessionFigures
from sideman.runtime.system.hosts import Address

log = logging.getLogger("sideman.runtime.fleet")

#: Seconds between two looks at whether a session has begun or ended.
_LOOK_SECONDS = 0.05
#: Seconds between two tries to listen where a port was busy.
_AGAIN_SECONDS = 1.0
#: Seconds that a player whose device is lost lives on, for a last report: longer than a look.
LAST_SECONDS = 1.0


class Shared(Protocol):
    """What a player needs of `sideman.runtime.sharing.server.SharedServer`."""

    lost: str

    @property
    def address(self) -> Address:
        """Where it listens."""

    def start(self) -> None:
        """Listen, and begin to load."""

    def stop(self) -> None:
        """End, and tell clients that play."""

    def wait(self) -> None:
        """Return when it was stopped, or its device is lost."""

    def expect(self, token: str, until: float) -> None:
        """Let a hello with this token in, until a time of `time.perf_counter`."""

    def revoke(self, token: str) -> None:
        """Take that back; a session that has begun goes on."""

    def end(self, token: str) -> None:
        """Take that back, and end the session if it has begun."""

    def sessions(self) -> Iterable[SessionFigures]:
        """Those that play."""

    def load(self) -> Load:
        """How much of it is used."""

    def state(self) -> tuple[str, str]:
        """As `load` tells it, and why; cheap."""

    def tokens(self) -> tuple[str, ...]:
        """Of those that play; cheap."""

    @property
    def total(self) -> Counters:
        """Counts of all sessions."""


@dataclass(frozen=True)
class PlayerPlan:
    """What a player is made of; it travels to the node where it runs.

    Attributes:
        name: of the player.
        folder: of the bundle that it plays at first.
        seats: sessions at once at the most.
        backend: what runs the stages; its threads are those of a cycle that has all cores.
        host: that clients reach it at, and that it binds; empty for its node's own address.
        ports: first and last port that it may take; (0, 0) lets the system choose.
        allow: hosts that may speak.
        announced: host that clients are told; empty for the one that it binds.
        exact_mask: as of `SharedServer`.
        verbose: whether the operator is told more than warnings.
        cores: of the CPU that it may use.
        batch: most rows of several sessions that run as one batch; 1 for none.
    """

    name: str
    folder: str
    seats: int
    backend: BackendChoice
    host: str
    ports: tuple[int, int] = (0, 0)
    allow: tuple[str, ...] = ()
    announced: str = ""
    exact_mask: bool = False
    verbose: bool = False
    cores: int = 1
    batch: int = 1


#: Makes a server that has not started: of a plan, a folder, and where it listens.
MakeShared = Callable[[PlayerPlan, str, tuple[str, int]], Shared]


def shared_server(plan: PlayerPlan, folder: str, listen: tuple[str, int]) -> Shared:
    """A server of a bundle whose clients all come with leases."""
    from pathlib import Path

    from sideman.engine.bundle.bundle import Bundle
    from sideman.engine.bundle.contexts import check_contexts
    from sideman.runtime.server.loading import Loading
    from sideman.runtime.sharing.engine import BundleEngine, side_by_side
    from sideman.runtime.sharing.server import SharedServer

    backend, workers = side_by_side(replace(plan.backend, threads=None), plan.cores)
    if plan.batch > 1:
        check_contexts(Bundle.open(Path(folder), check=False).manifest)
        workers = 1
    if workers == 1:
        backend = plan.backend  # one cycle after the other has all threads
    loading = Loading()
    return SharedServer(
        lambda: BundleEngine(Path(folder), backend=backend, progress=loading.note),
        plan.seats,
        listen,
        plan.allow,
        loading=loading,
        exact_mask=plan.exact_mask,
        leases_only=True,
        workers=workers,
        batch=plan.batch,
    )


class Player:
    """Plays a bundle for whoever the director sends, and says how it does.

    `report` waits and belongs on a thread of its own; all methods may be called by any.

    Args:
        plan: of the player.
        node: where it runs, for people.
        make: makes its servers.
        lost: called, once, when the device is lost: the process has to end. Clients that play and
            whoever waits for a report are told before.
        lines: what its process logs.
    """

    def __init__(
        self,
        plan: PlayerPlan,
        node: str,
        make: MakeShared = shared_server,
        lost: Callable[[str], None] = lambda reason: None,
        lines: Lines | None = None,
    ) -> None:
        self._plan = plan
        self._node = node
        self._make = make
        self._lost = lost
        self._lines = Lines() if lines is None else lines
        self._closed = False
        self._tried = 0.0
        self._life = secrets.token_hex(4)
        self._lock = threading.RLock()
        self._told: object = None
        self._numbers = itertools.count(1)
        self._server: Shared | None = None
        self._folder, self._revision = plan.folder, 0
        self._wanted, self._drained = ("", 0), False
        self._trouble = ""
        self._warnings = _niceness()
        self._serve()

    def report(self, wait: float) -> Report:
        """How it does: as soon as something has changed since the last time.

        Args:
            wait: seconds that are waited for that at the most.
        """
        end = time.monotonic() + wait
        while True:
            self._try_again()
            # Figures take a while to make, so they are made once, when they are told.
            seen = self._glance()
            if seen != self._told or time.monotonic() >= end:
                self._told = seen
                return self._report()
            time.sleep(_LOOK_SECONDS)

    def _glance(self) -> object:
        """What makes a report worth sending."""
        with self._lock:
            server, told = self._server, (self._trouble, self._revision)
        lines = self._lines.kept[-1:]
        if server is None:
            return told, lines
        return told, lines, server.state(), server.lost, server.address, server.tokens()

    def give(self, order: Order) -> str:
        """Carry out an order; tells why it cannot, if it cannot."""
        with self._lock:
            server = self._server
            if order.kind == "become":
                self._become(order)
            elif order.kind == "want":
                self._wanted = order.folder, order.revision
            elif order.kind in ("drain", "resume"):
                self._drained = order.kind == "drain"
            elif server is None:
                return self._trouble or "It has no server."
            elif order.kind == "expect":
                server.expect(order.token, perf_counter() + order.seconds)
            elif order.kind == "revoke":
                server.revoke(order.token)
            elif order.kind == "end":
                server.end(order.token)
            else:
                return f"It knows no order {order.kind!r}."
            return ""

    def stop(self) -> None:
        """End, and tell clients that play."""
        self._closed = True
        self._end_server()

    def _end_server(self) -> None:
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.stop()

    def _become(self, order: Order) -> None:
        if order.revision == self._revision:
            return  # it was told twice
        self._end_server()
        self._folder, self._revision = order.folder, order.revision
        self._serve()

    def _serve(self) -> None:
        """Listen, and begin to load; what goes wrong is told in reports."""
        self._trouble, self._tried = "", time.monotonic()
        first, last = self._plan.ports
        for port in range(first, last + 1):
            try:
                server = self._make(self._plan, self._folder, (self._plan.host, port))
                server.start()
            except SidemanError as error:
                self._trouble = str(error)
            else:
                self._server, self._trouble = server, ""
                threading.Thread(
                    target=self._watch, args=(server,), name="sideman-watch", daemon=True
                ).start()
                return
        log.error("%s", self._trouble)

    def _try_again(self) -> None:
        """Listen after all, where nothing could be listened on: a port may be free by now."""
        with self._lock:
            idle = self._server is None and not self._closed
            if idle and time.monotonic() - self._tried >= _AGAIN_SECONDS:
                self._serve()

    def _watch(self, server: Shared) -> None:
        """Wait until the device is lost; then tell everybody, and let the process end.

        Its receive thread would go on answering, so that clients would stay and hear nothing.
        """
        server.wait()
        if not server.lost:
            return
        with self._lock:
            if self._server is not server:
                return
            self._server, self._trouble, self._closed = None, server.lost, True
        try:
            server.stop()
            time.sleep(LAST_SECONDS)
        finally:
            self._lost(server.lost)

    def _report(self) -> Report:
        number = next(self._numbers)
        with self._lock:
            server, trouble = self._server, self._trouble
            folder, revision = self._folder, self._revision
            (wanted_folder, wanted), drained = self._wanted, self._drained
        report = Report(
            self._plan.name, self._life, self._node, folder, revision, "failed", trouble,
            warnings=self._warnings, number=number, lines=self._lines.kept,
            drained=drained, wanted=wanted, wanted_folder=wanted_folder,
        )  # fmt: skip
        if server is None:
            return report
        load = server.load()
        sessions = tuple(
            SessionReport(
                token=each.token,
                client=each.client,
                step=each.step,
                deadline=each.ahead,
                cycle_p50=each.cycle_p50,
                cycle_p99=each.cycle_p99,
                wait_p50=each.wait_p50,
                wait_p99=each.wait_p99,
                late=each.late,
                dropped=each.dropped,
                quiet=each.quiet,
            )
            for each in server.sessions()
        )
        host, port = server.address[:2]
        return replace(
            report,
            state="failed" if server.lost else load.state,
            detail=server.lost or load.detail,
            host=self._plan.announced or str(host),
            port=int(port),
            used=load.share,
            each=load.rooms[0][1] if load.rooms else 0.0,
            rooms=load.rooms,
            free=load.free,
            worst=load.worst_wait,
            room=load.room,
            sessions=sessions,
            warnings=self._warnings + load.warnings,
            number=number,
            ignored=server.total.ignored,
            refused=load.refused,
        )


def _niceness() -> tuple[str, ...]:
    """What is wrong with this process's priority."""
    if sys.platform == "win32":
        return ()
    nice = os.nice(0)
    if nice <= 0:
        return ()
    return (
        f"Its process runs at niceness {nice}, behind all others of its machine: start Ray "
        "there with RAY_worker_niceness=0 in its environment.",
    )
