"""The director at work: its thread, its socket, its players."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.director import Director
from sideman.runtime.fleet.door import Door, local_host
from sideman.runtime.fleet.figures import figures
from sideman.runtime.fleet.links import Link, said
from sideman.runtime.fleet.loop import Loop
from sideman.runtime.fleet.report import Mark, Order, Report
from sideman.runtime.system.hosts import Address, Guard, parse_address, resolve
from sideman.runtime.system.sockets import enlarge_receive_buffer, open_listener

log = logging.getLogger("sideman.runtime.fleet")

#: Seconds after which a player reports although nothing has changed.
REPORT_SECONDS = 0.5
#: Seconds until a player that could not be reached is asked again.
_AGAIN_SECONDS = 0.25
#: Seconds between two looks at what has waited long enough.
_TURN_SECONDS = 0.25
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Plan:
    """A fleet, as the operator wants it.

    Attributes:
        bundles: folders by name, the usual one first.
        players: bundle's name by player's name.
        listen: host and port of the front door.
        allow: hosts that may speak.
        announce: HOST:PORT at which clients reach the front door, where they do not reach the
            address that it listens on; empty where they do.
        reply_port: where clients of `multi_track` listen.
        verbose: whether the operator is told more than warnings.
    """

    bundles: Mapping[str, str]
    players: Mapping[str, str]
    listen: tuple[str, int]
    allow: tuple[str, ...] = ()
    announce: str = ""
    reply_port: int = 8000
    verbose: bool = False


class Desk:
    """Answers clients and keeps in touch with players, until it is closed.

    Args:
        plan: of the fleet.
        links: to the players, by name.
        clock: seconds that only increase.

    Raises:
        SidemanError: an address that cannot be used, a busy port, or nobody allowed to speak.
    """

    def __init__(
        self, plan: Plan, links: Mapping[str, Link], clock: Callable[[], float] = perf_counter
    ) -> None:
        self._links = dict(links)
        self._clock = clock
        self._begun = clock()
        self._asked: dict[str, float] = dict.fromkeys(links, 0.0)
        self.director = Director(plan.bundles, plan.players)
        family, listen = resolve(*plan.listen, "--listen")
        guard = Guard(listen, plan.allow)
        announced = parse_address(plan.announce, "--announce") if plan.announce else None
        self._listener = open_listener(family, listen)
        enlarge_receive_buffer(self._listener)
        self.address: Address = self._listener.getsockname()

        def here(client: Address) -> Address:
            return announced or (local_host(listen, client, family), self.address[1])

        self.door = Door(self.director, self._send, here, plan.reply_port)
        self.loop = Loop(self._listener, guard, self._handle, self._turn, clock)

    def start(self) -> None:
        """Open the door; once."""
        self.loop.start()

    def close(self) -> None:
        """Close it; players are left as they are."""
        self.loop.close()

    def figures(self) -> dict[str, Any]:
        """How the fleet does; any thread but the director's."""
        return self.ask(self._figures)

    def news(self, since: Mark) -> list[tuple[Mark, str]]:
        """As `Director.news_since`; any thread but the director's."""
        return self.ask(lambda: self.director.news_since(since))

    def tell(self, line: str) -> None:
        """Add to the news; any thread."""
        self.loop.post(lambda: self.director.tell(line))

    def drain(self, player: str) -> None:
        """As `Director.drain`; any thread but the director's."""
        self.ask(lambda: self.director.drain(player))

    def resume(self, player: str) -> None:
        """As `Director.resume`; any thread but the director's."""
        self.ask(lambda: self.director.resume(player))

    def change(self, bundle: str, folder: str) -> None:
        """As `Director.change`; any thread but the director's."""
        self.ask(lambda: self.director.change(bundle, folder))

    def ask(self, question: Callable[[], _Found]) -> _Found:
        """As `Loop.ask`."""
        try:
            return self.loop.ask(question)
        except TimeoutError:
            raise SidemanError(
                "The director does not answer.", "It has too much to do; try again."
            ) from None

    # The director's thread

    def _figures(self) -> dict[str, Any]:
        now = self._clock()
        return figures(
            self.director,
            now,
            uptime=now - self._begun,
            listen=self.address,
            ignored=self.door.ignored + self.loop.foreign,
        )

    def _send(self, datagram: bytes, to: Address) -> None:
        try:
            self._listener.sendto(datagram, to)
        except OSError as error:
            log.debug("Answering: %s", error)  # it counts as lost

    def _handle(self, data: bytes | bytearray, size: int, sender: Address, now: float) -> None:
        self.door.handle(data, size, sender, now)
        self._give(self._take())
        doubts, self.director.doubts = self.director.doubts, []
        for name in doubts:
            # Beside the report that waits for something to tell.
            future = _called(partial(self._links[name].report, 0.0))
            future.add_done_callback(partial(self._post, partial(self._vouched, name)))

    def _turn(self, now: float) -> float:
        self.director.expire(now)
        self.door.expire(now)
        self._give(self._take())
        dues = [now + _TURN_SECONDS]
        for name, due in self._asked.items():
            if now >= due:
                self._ask_player(name)
            else:
                dues.append(due)
        return min(dues)

    def _take(self) -> list[Order]:
        orders, self.director.orders = self.director.orders, []
        return orders

    def _ask_player(self, name: str) -> None:
        self._asked[name] = float("inf")  # until it has answered
        future = _called(partial(self._links[name].report, REPORT_SECONDS))
        future.add_done_callback(partial(self._post, partial(self._reported, name)))

    def _reported(self, name: str, future: Future[Report]) -> None:
        now = self._clock()
        self._asked[name] = now if self._vouched(name, future) else now + _AGAIN_SECONDS

    def _vouched(self, name: str, future: Future[Report]) -> bool:
        """Whether the player has answered; the director knows it either way."""
        error = future.exception()
        if error is None:
            self.director.heard(future.result(), self._clock())
        else:
            self.director.lost(name, said(error), self._clock())
        return error is None

    def _give(self, orders: Iterable[Order]) -> None:
        for order in orders:
            future = _called(partial(self._links[order.player].give, order))
            given = partial(self._given, order)
            future.add_done_callback(partial(self._post, given))

    def _post(self, call: Callable[[Future[_Found]], object], future: Future[_Found]) -> None:
        self.loop.post(partial(call, future))

    def _given(self, order: Order, future: Future[str]) -> None:
        error = future.exception()
        reason = future.result() if error is None else said(error)
        if order.kind == "expect":
            self.door.answered(order, reason)
        elif reason and order.kind not in ("revoke", "end"):
            # Its next report says what it does, and it is told again. A token that was to end has
            # ended where there is no server.
            self.director.tell(f"{order.player} does not take the order '{order.kind}': {reason}")


def _called(call: Callable[[], Future[_Found]]) -> Future[_Found]:
    """What a call of a player returns; one that cannot even be made has failed, too."""
    try:
        return call()
    except Exception as error:
        failed: Future[_Found] = Future()
        failed.set_exception(error)
        return failed
