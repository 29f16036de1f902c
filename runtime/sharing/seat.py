"""A seat: all that one session has of its own."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sideman.runtime.native.endpoint import NativeEndpoint
from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.cycles import Cycles
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Configure, Step
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.model import Model
from sideman.runtime.server.protocol import Access, Clock, Endpoint
from sideman.runtime.sharing.admission import Demand
from sideman.runtime.sharing.stagger import Cadence
from sideman.runtime.sharing.times import Ledger, SeatTime
from sideman.runtime.system.hosts import Address

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session

log = logging.getLogger("sideman.runtime.server")


class SeatQueue(EventQueue):
    """A queue that knows when its newest step was complete.

    Args:
        changed: the condition that all seats have in common.
        clock: seconds.
    """

    def __init__(self, changed: threading.Condition, clock: Clock) -> None:
        super().__init__(changed)
        self._clock = clock
        #: When the step that waits was put, in seconds.
        self.put_at = 0.0

    def put_step(self, step: Step) -> Step | None:
        """As `EventQueue.put_step`."""
        if step.wanted:
            self.put_at = self._clock()
        return super().put_step(step)


@dataclass(frozen=True)
class Common:
    """What all seats of a server have in common.

    Attributes:
        changed: notified of every event of every seat.
        listener: the socket that is listened on; it does not block.
        announced: an address that nothing is sent to.
        clock: seconds.
        loading: how far the load is.
        ledger: how long cycles take.
        open_session: makes a session for a seat.
        admit: raises `NoRoomError` where a setting does not fit, given a seat's number.
        delay: seconds by which a session begins later than it asked for, likewise.
        check_buffer: called with the samples of each new step.
        lose: called with the reason when the device is lost.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
        bundle: name of the bundle that plays; empty where a hello may name any.
    """

    changed: threading.Condition
    listener: socket.socket
    announced: Address
    clock: Clock
    loading: Loading
    ledger: Ledger
    open_session: Callable[[], Session]
    admit: Callable[[int, NativeSetting], None]
    delay: Callable[[int, NativeSetting], float]
    check_buffer: Callable[[int], None]
    lose: Callable[[str], None]
    exact_mask: bool
    bundle: Callable[[], str]


class Seat:
    """An endpoint, a queue and a session, as a single server has one of each.

    Attributes:
        number: from 0.
        queue: of events, from the receive thread to the cycle thread.
        counters: since the server's start, over all sessions that sat here.
        times: of the session's cycles.
        endpoint: the protocol's state; receive thread.
        cycles: handles events; cycle thread.
        model: the session.
        due: when the endpoint wants to be called again, in seconds; receive thread.
        busy: whether a worker handles an event of it; whoever holds the condition.
        counted: cycles late and steps dropped when the present session began.
        begins: when the first step of the present session is complete, in seconds; receive thread.

    Args:
        number: from 0.
        common: what all seats have in common.
    """

    def __init__(self, number: int, common: Common) -> None:
        self.number = number
        self.queue = SeatQueue(common.changed, common.clock)
        self.counters = Counters()
        self.times = times = SeatTime()
        self.model = Model(common.open_session)
        self.due: float | None = None
        self.busy = False
        self.counted = (0, 0)
        self.begins = 0.0
        self._common = common
        access = Access(
            self.queue,
            common.listener,
            common.listener,
            common.announced,
            self.counters,
            common.clock,
            lambda: None if times.longest is None else times.longest + times.wait,
            self.model.unready,
            prints=False,
            most_cycle_seconds=lambda: None if times.most is None else times.most + times.wait,
            usual_cycle_seconds=lambda: times.usual,
            failed=self.model.failed,
            loading=common.loading,
            bundle=common.bundle,
        )
        self.endpoint = NativeEndpoint(
            access,
            exact_mask=common.exact_mask,
            admit=lambda setting: common.admit(number, setting),
            delay=lambda setting: common.delay(number, setting),
        )
        self.cycles = Cycles(
            self.queue,
            Endpoint(
                self.endpoint.handle,
                self.endpoint.expire,
                self.endpoint.settings,
                self.endpoint.replies,
                frozenset(),
                lambda samples: 4 * samples,
            ),
            self.model,
            self.counters,
            common.clock,
            times,
            common.check_buffer,
            end=common.lose,
            loading=Loading(),
        )

    @property
    def playing(self) -> bool:
        """Whether a session sits here, even one whose client has not been heard again."""
        return self.endpoint.playing

    def demand(self) -> Demand | None:
        """What the session needs; None where there is none, or nobody knows how long it takes."""
        sitting = self.endpoint.sitting()
        return None if sitting is None else self.demand_of(sitting.setting)

    def demand_of(self, setting: NativeSetting) -> Demand | None:
        """What a setting needs; None where nobody knows how long it takes."""
        usual = self._common.ledger.usual(setting)
        if usual is None:
            return None
        step = setting.placement.step_samples / setting.rate
        return Demand(usual, step, setting.placement.ahead / setting.rate)

    def cadence(self) -> Cadence | None:
        """When the session's steps come; None where there is none, or nobody knows its cycle."""
        sitting = self.endpoint.sitting()
        if sitting is None:
            return None
        return self.cadence_of(sitting.setting, max(self.begins, self.queue.put_at))

    def cadence_of(self, setting: NativeSetting, at: float) -> Cadence | None:
        """When the steps of a setting come, of which one is complete then."""
        demand = self.demand_of(setting)
        return None if demand is None else Cadence(at, demand.step, demand.cycle)

    def urgency(self) -> tuple[int, float] | None:
        """How soon its next event has to be handled; the smallest first. None where there is none.

        Whoever holds the condition may ask. A step is due when its stems are to be played. What
        else there is, settings and steps that nobody waits for, comes when no step waits. A setting
        waits until its client has shown that it is no false sender: it takes time that others need.
        """
        queue = self.queue
        event = queue.first
        if event is None:
            return None
        if isinstance(event, Configure) and not self._awaited():
            return None
        step = queue.wanted
        if step is None or step.setting is None:
            return 1, queue.put_at
        return 0, step.last + step.setting.deadline_seconds

    def _awaited(self) -> bool:
        sitting = self.endpoint.sitting()
        return sitting is not None and sitting.confirmed

    def begin(self) -> None:
        """Another session begins; receive thread."""
        self.times.begin()
        self.counted = (self.counters.late, self.counters.dropped)

    def recover(self) -> None:
        """Take a new session where the old one could not be used any more; cycle thread."""
        if self.model.session is None and not self.queue.closed:
            log.warning("Seat %d begins anew.", self.number)
            self.cycles.load(logging.DEBUG)
