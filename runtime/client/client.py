"""A client of the native protocol, as a Python program uses it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Self

from sideman.engine.errors import SidemanError
from sideman.runtime.client.network import Network
from sideman.runtime.client.shared import Shared
from sideman.runtime.client.status import Status
from sideman.runtime.client.wish import Wish
from sideman.runtime.streaming.control import MARGINS, bundle_fault
from sideman.runtime.streaming.lane import MOST_COLUMNS
from sideman.runtime.streaming.packets import FLOAT32, INT16, Samples
from sideman.runtime.system.hosts import resolve
from sideman.runtime.system.sockets import enlarge_receive_buffer

#: Bytes of all names of stems, of which a hello holds one list and an answer two.
_LONGEST_NAMES = 500


class Client:
    """Sends what is played and receives what plays along, by position.

    `process` is called from an audio callback, once a block; everything else happens on a thread of
    the client's own. A server that is not there, or goes, is asked again until it is: meanwhile the
    stems are silent.

    Attributes:
        stems: names of the rows of what `process` fills.

    Args:
        server: host and port.
        stems: names, one a row; those that the server plays at first.
        rate: of the sound card, in Hz.
        step: columns of a cycle; 0 leaves it to the server.
        lead: columns between the newest known one and the first generated; 0 follows the server's
            advice from then on.
        margin: "tight", "normal" or "safe": how much earlier than needed stems are to come.
        int16: receive stems in half the bytes.
        bundle: name of the bundle that is to play, where several play behind one address; empty
            for the first or only one.
        clock: seconds that only increase.

    Raises:
        SidemanError: a host or a margin that is not known, a name that no bundle can have, one text
            instead of several stems, a stem that is named twice, names that are too long, or a step
            and lead that do not fit.
    """

    def __init__(
        self,
        server: tuple[str, int],
        stems: Sequence[str],
        *,
        rate: int = 44_100,
        step: int = 0,
        lead: int = 0,
        margin: str = "normal",
        int16: bool = False,
        bundle: str = "",
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.stems = _check_stems(stems)
        if margin not in MARGINS:
            raise SidemanError(f"{margin!r} is no margin.", f"Use one of {', '.join(MARGINS)}.")
        check_columns(step, lead)
        if len(",".join(self.stems).encode()) > _LONGEST_NAMES:
            raise SidemanError(
                f"{len(self.stems)} names of stems take more than {_LONGEST_NAMES} bytes.",
                "Ask for fewer stems.",
            )
        if fault := bundle_fault(bundle):
            raise SidemanError(
                f"{bundle!r} is no name of a bundle: it {fault}.",
                "Name it as the server does, or leave it out for the first one.",
            )
        family, address = resolve(*server, "server")
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        enlarge_receive_buffer(self._socket)
        self._socket.connect(address)
        self._wake, woken = self._pair = socket.socketpair()
        for each in self._pair:
            each.setblocking(False)
        self._shared = Shared(self.stems, rate)
        wish = Wish(self.stems, step, lead, margin, INT16 if int16 else FLOAT32, bundle)
        self._network = Network(self._shared, wish, self._socket, woken, clock)
        self._thread = threading.Thread(target=self._network.run, name="sideman-client")
        self._closed = False

    def start(self) -> None:
        """Begin to ask for the server; once."""
        self._thread.daemon = True
        self._thread.start()

    def process(self, context: Samples, out: Samples) -> None:
        """Hand over what was played and fill in what plays along; audio callback.

        Args:
            context: float32 [n], 1 ≤ n, the newest samples; full scale is 1.
            out: float32 [stems, n], filled.

        Raises:
            ValueError: shapes that do not fit.
        """
        if context.ndim != 1 or out.shape != (len(self.stems), len(context)):
            raise ValueError(f"context {context.shape} and stems {out.shape} do not fit together")
        self._shared.take(context)
        self._notify()  # the context is on its way while the stems are added up
        self._shared.fill(out)

    @property
    def position(self) -> int:
        """Position of the next sample that `process` is given; any thread."""
        return self._shared.position

    @property
    def latency(self) -> int:
        """Samples from a sound's arrival at the input until what is read with it is heard.

        Stems are read so much ahead, so that they sound together with what was played at their
        position. 0 at first. It is part of what the lead has to cover. Any thread; a change is
        heard, so it is best made before the band plays.
        """
        return self._shared.latency

    @latency.setter
    def latency(self, samples: int) -> None:
        self._shared.latency = max(0, samples)

    @property
    def status(self) -> Status:
        """How it goes; any thread."""
        return self._network.status()

    def panic(self) -> None:
        """Silence all stems at once, with a fade of 3 ms, until `unmute`. Any thread."""
        self._shared.player.muted = True

    def unmute(self) -> None:
        """Let the stems be heard again. Any thread."""
        self._shared.player.muted = False

    def begin(self) -> None:
        """Begin anew: the host was reset or has jumped. Any thread."""
        self._network.commands.append("begin")
        self._notify()

    def change(
        self,
        *,
        stems: Sequence[str] | None = None,
        step: int | None = None,
        lead: int | None = None,
    ) -> None:
        """Ask for other stems or another geometry, from the next boundary on; any thread.

        Args:
            stems: those of the client's own that play from then on.
            step: columns; None leaves it.
            lead: columns; None leaves it.

        Raises:
            SidemanError: a stem that is none of the client's own, or numbers that make no window.
        """
        if stems is not None:
            stems = _check_stems(stems)
        unknown = [name for name in stems or () if name not in self.stems]
        if unknown:
            raise SidemanError(
                f"{', '.join(unknown)}: no stem of this client.",
                f"It was made for {', '.join(self.stems)}.",
            )
        check_columns(step or 0, lead or 0)
        self._network.commands.append((stems, step, lead))
        self._notify()

    def close(self) -> None:
        """Say goodbye and end the thread; any number of times."""
        if self._closed:
            return
        self._closed = True
        self._network.ending = True
        self._notify()
        if self._thread.ident is not None:
            self._thread.join()
        for each in (self._socket, *self._pair):
            each.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _notify(self) -> None:
        with suppress(OSError):  # full: it is awake; closed: it has ended
            self._wake.send(b"\0")


def check_columns(step: int, lead: int) -> None:
    """Refuse what no window has room for.

    Args:
        step: columns; 0 where the server chooses.
        lead: likewise.

    Raises:
        SidemanError: it is negative, or too much.
    """
    named = (("step", step), ("lead", lead))
    chosen = " with ".join(f"a {name} of {columns} columns" for name, columns in named if columns)
    if min(step, lead) < 0:
        raise SidemanError(f"There is no {chosen.removeprefix('a ')}.", "Use 1 or more.")
    if 2 * max(1, step) + max(1, lead) > MOST_COLUMNS:
        raise SidemanError(
            f"{chosen.capitalize()} is more than fits.",
            f"Twice the step plus the lead is at most {MOST_COLUMNS} columns. What is not named is "
            "left to the server.",
        )


def _check_stems(stems: Sequence[str]) -> tuple[str, ...]:
    """The names as they were given.

    Raises:
        SidemanError: one name instead of several, or one that stands there twice.
    """
    if isinstance(stems, str):
        raise SidemanError(
            f"The stems are one text, {stems!r}, and have to be several.",
            f'Write ("{stems}",), with the comma.',
        )
    twice = sorted({name for name in stems if list(stems).count(name) > 1})
    if twice:
        names = ", ".join(twice)
        raise SidemanError(f"{names}: more than once among the stems.", "Once is enough.")
    return tuple(stems)
