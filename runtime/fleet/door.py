"""The front door: what clients are told before they play."""

from __future__ import annotations

import logging
import socket
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sideman.engine.errors import ProtocolError
from sideman.runtime.fleet import legacy
from sideman.runtime.fleet.director import Director, Refusal
from sideman.runtime.fleet.leases import Lease, Need
from sideman.runtime.fleet.proof import Proof
from sideman.runtime.fleet.report import Order, Report
from sideman.runtime.osc.message import Buffer
from sideman.runtime.server.throttle import Throttle
from sideman.runtime.streaming.control import (
    PREFIX,
    VERSIONS,
    Accept,
    Hello,
    Position,
    Refuse,
    other_version,
    read_control,
    within,
    write_control,
)
from sideman.runtime.system.hosts import Address, shown_address

log = logging.getLogger("sideman.runtime.fleet")

#: Answers that are remembered, so that the same hello again gets the same one.
_REMEMBERED = 4_096
#: Seconds that an answer is remembered; clients make their hello anew sooner.
_ANSWER_SECONDS = 2.0

#: Sends a datagram to an address.
Send = Callable[[bytes, Address], None]


@dataclass
class _Answered:
    """A hello that was granted a lease.

    Attributes:
        until: remembered so long, in seconds.
        answer: to it; None while the player has not yet said that it takes the token.
    """

    until: float
    answer: Accept | None = None


class Door:
    """Answers hellos; the director's thread.

    What a stranger gets is never longer than what it sent, and nothing is kept for whoever has not
    proved its address.

    Args:
        director: decides.
        send: sends a datagram from the port that is listened on.
        here: the address at which a client reaches this door.
        reply_port: where clients of `multi_track` listen.
        proof: of addresses.
    """

    def __init__(
        self,
        director: Director,
        send: Send,
        here: Callable[[Address], Address],
        reply_port: int,
        proof: Proof | None = None,
    ) -> None:
        self.director = director
        self.ignored = 0
        self._send = send
        self._here = here
        self._proof = Proof() if proof is None else proof
        self._answered: OrderedDict[tuple[str, int, str], _Answered] = OrderedDict()
        # By token: hellos whose player has not said yet that it expects them.
        self._waiting: dict[str, tuple[Lease, Report, Hello, int, Address]] = {}
        self._throttle = Throttle()
        self._legacy = legacy.Legacy(send, reply_port)
        self._now = 0.0

    def handle(self, data: Buffer, size: int, sender: Address, now: float) -> None:
        """Take one datagram; whatever it is, nothing is raised."""
        self._now = now
        try:
            if not data.startswith(PREFIX, 0, size):
                self._legacy.handle(data, size, sender, now)
                return
            message = read_control(data, size)
        except ProtocolError:
            self.ignored += 1  # a stranger is told nothing
            return
        if isinstance(message, Hello):
            self._hello(message, size, sender, now)
        else:
            self.ignored += 1

    def answered(self, order: Order, reason: str) -> None:
        """A player has taken a token, or says why it has not.

        Args:
            order: that it was given.
            reason: empty where it has.
        """
        waiting = self._waiting.pop(order.token, None)
        if waiting is None:
            return
        lease, report, hello, size, sender = waiting
        if not self.director.leases.holds(lease):
            return  # it has ended meanwhile, and whoever had it has another one
        if reason:
            self._refuse(hello, self.director.declined(lease, reason), size, sender)
            return
        accept = _sent_on(hello, (report.host, report.port), lease.token)
        kept = self._answered.get((lease.client, hello.request, hello.token))
        if kept is not None:
            kept.answer = accept
        self._answer(accept, size, sender)

    def expire(self, now: float) -> None:
        """Forget old answers, and hellos whose lease has ended."""
        while self._answered and next(iter(self._answered.values())).until <= now:
            self._answered.popitem(last=False)
        for token in [t for t, each in self._waiting.items() if not self._holds(each[0])]:
            del self._waiting[token]

    def _holds(self, lease: Lease) -> bool:
        return self.director.leases.holds(lease)

    def _hello(self, hello: Hello, size: int, sender: Address, now: float) -> None:
        client = shown_address(sender)
        bundle, need = hello.bundle, _need(hello)
        if refused := other_version(hello):
            self._refuse(hello, Refusal(refused.code, refused.reason, refused.offer), size, sender)
            return
        again = self._answered.get((client, hello.request, hello.token))
        if again is not None and now < again.until:
            if again.answer is not None:
                self._answer(again.answer, size, sender)
            return
        proved = self._proof.holds(hello.token, client, now)
        # Whoever has a lease may return to a full house: its own place becomes free.
        stranger = not proved and self.director.leases.of(client) is None
        if stranger and not self.director.has_room(bundle, now, need):
            self._refuse(hello, self.director.full(bundle, now, need), size, sender)
            return
        if not proved:
            self._answer(
                _sent_on(hello, self._here(sender), self._proof.make(client, now)), size, sender
            )
            return
        found: tuple[Lease, Report] | Refusal | None = self._awaited(hello, client, now)
        if found is None:
            found = self.director.hello(bundle, client, now, need)
        if isinstance(found, Refusal):
            self._refuse(hello, found, size, sender)
            return
        lease, report = found
        key = client, hello.request, hello.token
        self._answered[key] = _Answered(now + _ANSWER_SECONDS)
        self._answered.move_to_end(key)
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)
        self._waiting[lease.token] = lease, report, hello, size, sender

    def _awaited(self, hello: Hello, client: str, now: float) -> tuple[Lease, Report] | None:
        """The lease of a client that makes its hello anew while its player is still being told.

        Clients do so sooner than a slow call of a player is answered. Another lease each time would
        never be answered.
        """
        lease = self.director.leases.of(client)
        waiting = None if lease is None else self._waiting.get(lease.token)
        if lease is None or waiting is None or waiting[2].bundle != hello.bundle:
            return None
        return (lease, waiting[1]) if self.director.heard_of(lease.player, now) else None

    def _refuse(self, hello: Hello, refusal: Refusal, size: int, sender: Address) -> None:
        if self._throttle.admits(str(sender[0]), refusal.code, self._now)[0]:
            log.info("%s is refused: %s", shown_address(sender), refusal.reason)
        self._answer(
            Refuse(hello.request, refusal.code, refusal.reason, refusal.offer), size, sender
        )

    def _answer(self, message: Accept | Refuse, size: int, to: Address) -> None:
        """Answer with no more bytes than came."""
        answer = within(message, size)
        if answer is None:
            self.ignored += 1
        else:
            self._send(write_control(answer), to)


def _need(hello: Hello) -> Need:
    return Need(max(1, len({stem for stem in hello.stems.split(",") if stem})), hello.step)


def _sent_on(hello: Hello, to: Address, token: str) -> Accept:
    return Accept(
        request=hello.request,
        version=min(VERSIONS[1], hello.highest),
        session=0,
        epoch=0,
        step=0,
        lead=0,
        overlap=0,
        model_rate=0,
        wait=0,
        stems="",
        known="",
        origin=Position(0),
        host=str(to[0]),
        port=int(to[1]),
        token=token,
    )


def local_host(listen: Address, to: Address, family: int) -> str:
    """The address of this machine that datagrams to another one leave from.

    Args:
        listen: that is listened on; where it is one of this machine's, that is the answer.
        to: the other one.
        family: of both.
    """
    if str(listen[0]) not in ("0.0.0.0", "::"):  # noqa: S104 - a comparison
        return str(listen[0])
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(to)  # sends nothing
        return str(probe.getsockname()[0])
