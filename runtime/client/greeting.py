"""How a client finds a server that plays with it."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Callable

from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.engine.errors import SidemanError
from sideman.runtime.client.shared import Shared
from sideman.runtime.client.wish import Wish
from sideman.runtime.streaming.control import (
    VERSIONS,
    Accept,
    Control,
    Hello,
    Position,
    Refuse,
    padded,
)
from sideman.runtime.system.hosts import Address, resolve, shown_address

_HELLO_SECONDS = 0.25
#: A hello is made anew, with the present position, after so many seconds.
_ANEW_SECONDS = 0.6
#: One that was refused is followed by another after so many seconds, unless the refusal says when;
#: while the model loads, much sooner: on stage, somebody waits for the band.
_AGAIN_SECONDS, _LOADING_SECONDS = 1.0, 0.05
#: Whoever is told when to ask again waits so long at the least and the most, and up to a tenth
#: longer, so that not all who were told the same come at once.
_SHORTEST_SECONDS, _LONGEST_SECONDS, _JITTER = 0.05, 30.0, 0.1
_WHEN = re.compile(r"\bin (\d{1,6}(?:\.\d{1,6})?) s\b")
#: Columns of a step where a client leaves them to a server that it does not know yet.
_USUAL_STEP = 4
#: Whoever was sent on and hears nothing there for so many seconds asks where it began: six hellos.
_AWAY_SECONDS = 1.5
#: Whoever comes back from where it was sent asks at once, because the front door knows of other
#: places; but with a pause if it came back less than so many seconds ago.
_CALM_SECONDS = 3.0
#: So often a client lets itself be sent on before it asks where it began.
_MOST_HOPS = 4
_NAME = "sideman-client 0.1"


class Greeting:
    """Says hello until a session begins, also where it is sent on to; network thread.

    Args:
        shared: with the audio callback.
        wish: what is asked for.
        connection: a UDP socket that is connected to the server.
        tell: sends a message to whom it is connected.
        chance: a random number from 0 to 1.
    """

    def __init__(
        self,
        shared: Shared,
        wish: Wish,
        connection: socket.socket,
        tell: Callable[[Control], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._shared = shared
        self._wish = wish
        self._socket = connection
        self._tell = tell
        self._chance = chance
        self._home: Address = connection.getpeername()
        self._there = self._home
        self._left = float("-inf")
        self._request = 0
        self._hello: Hello | None = None
        self._due = self._over = self._said = 0.0
        self._token = ""
        self._hops = 0
        self._away_until: float | None = None
        self._step_samples = 0

    def next_request(self) -> int:
        """A number that no request had before."""
        self._request += 1
        return self._request

    def forget(self) -> None:
        """Say something else, and soon: the wish has changed, and may be granted."""
        self._hello = None
        self._due = min(self._due, self._said + _HELLO_SECONDS)

    def turn(self, now: float) -> float:
        """Say hello if it is due; tells when to be called again, in seconds."""
        if self._away_until is not None and now >= self._away_until:
            self.go_home(now)
        if now >= self._due:
            if self._hello is None or now >= self._over:
                self._over = now + _ANEW_SECONDS
                self._hello = self._make()
            self._tell(self._hello)
            self._said = now
            self._due = now + _HELLO_SECONDS
        return self._due

    def answers(self, message: Accept | Refuse) -> bool:
        """Whether this is the answer to the newest hello."""
        return self._hello is not None and message.request == self._hello.request

    def accepted(self, step_samples: int, now: float) -> float:
        """A session begins, with steps of so many samples; tells how long the answer took.

        Args:
            step_samples: of the client.
            now: seconds.
        """
        self._step_samples = step_samples
        return now - self._said

    def wait(self, refuse: Refuse, now: float) -> float:
        """It was refused: ask again when it was told to, and from the position that it is then.

        Whoever was sent on to another server asks where it began, which may know of another place.

        Returns:
            When it asks again, in seconds.
        """
        loading = refuse.code == "loading"
        if self.away and self._there != self._home and not loading:
            self.leave(now, pause=True)
            return self._due
        pause = told_to_wait(refuse)
        if pause is None:
            pause = _LOADING_SECONDS if loading else _AGAIN_SECONDS
        else:
            pause *= 1 + _JITTER * self._chance()
        if self.away and self._there == self._home:
            self.go_home(now)
        elif self.away:
            self._away_until = now + pause + _AWAY_SECONDS
        self._due, self._over = now + pause, now
        return self._due

    @property
    def away(self) -> bool:
        """Whether it was sent on."""
        return self._away_until is not None

    def go_home(self, now: float) -> None:
        """Ask the server that the client was made for."""
        if self._token or self._hops:
            self._socket.connect(self._home)
        self._token, self._hops, self._away_until, self._there = "", 0, None, self._home
        self._hello, self._due, self._over = None, now, 0.0

    def leave(self, now: float, *, pause: bool) -> None:
        """The session is over: ask where it began, after a pause if the reason may stay.

        It does not stay where another place may be free, unless that was asked for a moment ago.
        """
        elsewhere = self._there != self._home and now - self._left >= _CALM_SECONDS
        self._left = now
        self.go_home(now)
        self._due = now + _AGAIN_SECONDS * (pause and not elsewhere)

    def send_on(self, accept: Accept, now: float) -> str:
        """Say hello to another server; tells why it cannot be, if it cannot."""
        self._hops += 1
        shown = shown_address((accept.host, accept.port))
        try:
            if self._hops > _MOST_HOPS:
                raise SidemanError(f"Sent on {self._hops} times, at last to {shown}.")
            family, address = resolve(accept.host, accept.port, "redirect")
            if family != self._socket.family:
                raise SidemanError(f"Sent on to {shown}, which mixes IPv4 and IPv6.")
            self._socket.connect(address)
        except (SidemanError, OSError) as error:
            self.leave(now, pause=True)
            return str(error)
        self._token, self._away_until = accept.token, now + _AWAY_SECONDS
        self._there = self._socket.getpeername()
        self._hello, self._due, self._over = None, now, 0.0
        return f"Sent on to {shown}."

    def _origin(self) -> int:
        """A step ago, if that was heard: then the server begins at once, not after a step."""
        shared = self._shared
        step = self._step_samples
        if not step:
            step = (self._wish.step or _USUAL_STEP) * COLUMN_SAMPLES * shared.rate // 44_100
        origin = shared.position - step
        return origin if origin >= max(0, shared.history.start) else shared.position

    def _make(self) -> Hello:
        shared, wish = self._shared, self._wish
        return padded(
            Hello(
                self.next_request(),
                *VERSIONS,
                shared.rate,
                shared.block,
                wish.step,
                wish.lead,
                wish.format.number,
                ",".join(wish.stems),
                wish.margin,
                _NAME,
                self._token,
                Position(self._origin()),
            ),
            wish.bundle,
        )


def told_to_wait(refuse: Refuse) -> float | None:
    """Seconds after which a refusal lets a client ask again, within bounds; None if it tells none.

    The time stands in the sentence for people: "Say hello again in 5 s."
    """
    found = _WHEN.search(refuse.offer)
    if found is None:
        return None
    return min(_LONGEST_SECONDS, max(_SHORTEST_SECONDS, float(found[1])))
