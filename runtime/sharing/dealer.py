"""Deals datagrams to seats: by the client's address, and by hello to who has none yet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from sideman.engine.errors import SidemanError
from sideman.runtime.osc.message import Buffer
from sideman.runtime.server.counters import Counters
from sideman.runtime.sharing.admission import RETRY_SECONDS
from sideman.runtime.sharing.leases import Leases
from sideman.runtime.sharing.seat import Seat
from sideman.runtime.streaming.control import PREFIX, Hello, Refuse, other_bundle, read_control
from sideman.runtime.system.hosts import Address

log = logging.getLogger("sideman.runtime.server")

_HELLO = PREFIX + b"hello\0"
#: Seconds between two looks at seats, at the most.
_LOOK_SECONDS = 5.0
_LATER = f"Say hello again in {RETRY_SECONDS} s."
#: The first word of a wish that only a front door fulfils.
_NO_LEASE = "Clients here are sent by a front door; this hello has no token that it gave."

#: Takes what is none of the native protocol: buffer, bytes, sender, seconds.
Stranger = Callable[[Buffer, int, Address, float], None]


class Dealer:
    """Hands datagrams to the seat of their client; receive thread.

    Attributes:
        refused: hellos that found no room, since the start.

    Args:
        seats: of the server.
        leases: tokens that let in.
        leases_only: refuse a hello without such a token.
        counters: of datagrams that belong to no seat.
        stranger: takes datagrams of another protocol.
        nudge: called when a client has shown that it is there.
        bundle: name of the bundle that plays; empty where a hello may name any.
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        leases: Leases,
        *,
        leases_only: bool,
        counters: Counters,
        stranger: Stranger,
        nudge: Callable[[], None],
        bundle: Callable[[], str],
    ) -> None:
        self.refused = 0
        self._seats = seats
        self._leases = leases
        self._leases_only = leases_only
        self._counters = counters
        self._stranger = stranger
        self._nudge = nudge
        self._bundle = bundle
        self._seat_of: dict[Address, Seat] = {}
        self._touched: set[int] = set()

    def handle(self, data: Buffer, size: int, sender: Address, now: float) -> None:
        """Handle one datagram; never raises for what is in it."""
        if not data.startswith(PREFIX, 0, size):
            self._stranger(data, size, sender, now)
            return
        self._end_sessions()
        hello = self._hello(data, size)
        seat = self._seat_of.get(sender)
        if seat is not None and seat.endpoint.client() != sender:
            del self._seat_of[sender]
            seat = None
        if hello is not None and (seat is None or not self._welcome_again(seat, hello, now)):
            self._place(hello, data, size, sender, now)
        elif seat is None:
            self._counters.count("ignored")
        else:
            self._hand(seat, data, size, sender, now)

    def expire(self, now: float) -> float:
        """Look after the seats that heard something, or wait for a moment that has come."""
        self._end_sessions()
        # A seat that cannot be used tells nobody: it is looked at now and then.
        dues = [now + _LOOK_SECONDS]
        for seat in self._seats:
            seat.retry(now)
            if seat.number in self._touched or (seat.due is not None and seat.due <= now):
                seat.due = seat.endpoint.expire(now)
            if seat.due is not None:
                dues.append(seat.due)
        self._touched.clear()
        return min(dues)

    def _end_sessions(self) -> None:
        """End those whose places were given up elsewhere."""
        ending = self._leases.ending
        if not ending:
            return
        for seat in self._seats:
            sitting = seat.endpoint.sitting()
            if sitting is not None and sitting.token in ending:
                # Its client is told nothing: it was the one that asked for another place.
                seat.endpoint.give_up("")
                self._touched.add(seat.number)
        self._leases.ended(ending)

    @staticmethod
    def _hello(data: Buffer, size: int) -> Hello | None:
        """A hello, if it is one that makes sense."""
        if not data.startswith(_HELLO, 0, size):
            return None
        try:
            message = read_control(data, size)
        except SidemanError:
            return None  # whoever it is handed to tells what is wrong, or counts it
        return message if isinstance(message, Hello) else None

    def _hand(self, seat: Seat, data: Buffer, size: int, sender: Address, now: float) -> None:
        before = seat.endpoint.sitting()
        seat.endpoint.handle(data, size, sender, now)
        after = seat.endpoint.sitting()
        self._touched.add(seat.number)
        if after is None:
            return
        if before is None or before.begun != after.begun or before.client != after.client:
            if before is not None and before.client != after.client:
                self._seat_of.pop(before.client, None)
            self._seat_of[after.client] = seat
            seat.begin()
        if after.confirmed and (before is None or not before.confirmed):
            self._nudge()

    def _welcome_again(self, seat: Seat, hello: Hello, now: float) -> bool:
        """Whether a hello of a client that has a seat is for that seat."""
        sitting = seat.endpoint.sitting()
        same = sitting is not None and sitting.token == hello.token
        return same or not self._leases_only or self._leases.admits(hello.token, now)

    def _place(self, hello: Hello, data: Buffer, size: int, sender: Address, now: float) -> None:
        """Find a seat for a client that has none, or tell it why there is none."""
        if self._leases_only and not self._leases.admits(hello.token, now):
            self._refuse(hello, _NO_LEASE, "Say hello at the front door.", size, sender, now)
            return
        playing = self._bundle()
        if playing and (refused := other_bundle(hello, (playing,))):
            # Before a seat is looked for: who waits for one shall not wait in vain.
            self._seats[0].endpoint.refuse(refused, size, sender, now)
            return
        seat = self._seat_for(hello, now)
        if seat is None:
            count = sum(each.ready for each in self._seats)
            usable = "" if count == len(self._seats) else " that can be used"
            reason = f"All {count} seats{usable} are taken."
            if count <= 1:
                reason = "Another client plays."
            self._refuse(hello, reason, _LATER, size, sender, now)
            return
        self._hand(seat, data, size, sender, now)

    def _seat_for(self, hello: Hello, now: float) -> Seat | None:
        """A seat that nobody has; else that of who has left without a word, or is nobody.

        One where nobody can play is given to nobody, unless it is the same everywhere, or it is
        still loading: it tells why, and when to ask again.
        """
        ready = [seat for seat in self._seats if seat.ready] or self._seats
        free: list[Seat] = []
        gone: list[tuple[float, int, Seat]] = []
        for seat in ready:
            sitting = seat.endpoint.sitting()
            if sitting is None:
                free.append(seat)
                continue
            silent = seat.silence(now)
            if hello.token and sitting.token == hello.token:
                # A lease is for one seat: its owner comes from another address now.
                return seat if silent is not None or not sitting.confirmed else None
            if silent is not None:
                gone.append((silent, seat.number, seat))
        if free:
            return free[0]
        if gone:
            return max(gone)[2]
        return next((s for s in self._seats if not s.ready and not s.trouble), None)

    def _refuse(
        self, hello: Hello, reason: str, offer: str, size: int, sender: Address, now: float
    ) -> None:
        self.refused += 1
        refused = Refuse(hello.request, "busy", reason, offer)
        self._seats[0].endpoint.refuse(refused, size, sender, now)
