"""What the server needs of a protocol, and what a protocol is given by the server.

The server knows steps, settings and hosts. A protocol knows what a datagram means. Each protocol
lives in a folder of its own (`sideman.runtime.multi_track` is one). The server imports none of
them: the command that starts it passes the protocol to `Server`.
"""

from __future__ import annotations

import abc
import logging
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address

#: Seconds that only increase.
Clock = Callable[[], float]


def draw_session_number() -> int:
    """A random number for a session: nobody who was not told it can speak for its client."""
    return secrets.randbelow(2**31 - 1) + 1


#: Takes one datagram: a buffer with it at the start, its bytes, who sent it, when it arrived in
#: seconds. It never raises: what is wrong with a datagram is answered. Receive thread.
HandleDatagram = Callable[[bytes | bytearray, int, Address, float], None]
#: Ends what has waited long enough, given the time in seconds; tells when it wants to be called
#: again, None where nothing waits. Receive thread, after datagrams and at the time it told.
Expire = Callable[[float], float | None]
#: Bytes of the datagrams in which a step of so many samples arrives; any thread.
StepBytes = Callable[[int], int]
#: Raises a SidemanError where the model cannot run so many rows in this geometry; any thread.
CheckSizes = Callable[[Geometry, tuple[int, ...]], None]


class Settings(abc.ABC):
    """What clients asked for, brought together with a model; cycle thread, between cycles."""

    @property
    def hoped(self) -> Setting | None:
        """What a client wants that said so before the model was there; cycle thread."""
        return None

    @abc.abstractmethod
    def adopt_model(
        self,
        grid: LatentGrid,
        stems: tuple[str, ...],
        forget: Callable[[], None],
        check: CheckSizes,
    ) -> tuple[Setting, list[str]]:
        """Bring what was asked for together with a model.

        Args:
            grid: the model's window.
            stems: the model's stems.
            forget: called before anything else can be published, to clear settings that were
                meant for another model.
            check: refuses what the model's engines cannot run.

        Returns:
            The setting in force, and what of the requests could not be met.

        Raises:
            SidemanError: no setting suits this model.
        """

    @abc.abstractmethod
    def refuse(self, setting: Setting, standing: Setting, reason: str) -> str:
        """Put the setting that stands back in force, because the model cannot work with another.

        What a client asked for since then counts as before: its setting is still to come.

        Args:
            setting: that was published and cannot be used.
            standing: that the model works with.
            reason: why, for clients that ask or play on.

        Returns:
            What a client does about it, as a sentence; empty where nothing is to be done.
        """

    @abc.abstractmethod
    def drop_model(self) -> None:
        """Forget the model, and remember what was asked for."""

    def resume(self) -> None:  # noqa: B027 - a protocol that is alone never resumes
        """Put what was asked for back in force after another protocol has played.

        Receive thread.
        """


class Replies(abc.ABC):
    """What a client is told; any thread, but for `send_stems`.

    Attributes:
        announced: where `ready` goes; errors that no client caused go there, too.
        load_hint: tells a client how to have the model loaded again, as one sentence.
    """

    announced: Address
    load_hint: str

    @abc.abstractmethod
    def ready(self) -> None:
        """The server listens."""

    @abc.abstractmethod
    def loaded(self, to: Address, name: str) -> None:
        """The model of this name is loaded and warm."""

    @abc.abstractmethod
    def dropped(self, batch_id: int, to: Address) -> None:
        """This step will not be answered: it is incomplete, or a newer one overtook it."""

    @abc.abstractmethod
    def failed(self, batch_id: int, to: Address) -> None:
        """This step will not be answered, for a reason that `error` has told."""

    @abc.abstractmethod
    def predicted(self, to: Address) -> None:
        """The reply to a step is complete."""

    @abc.abstractmethod
    def late(self, batch_id: int, to: Address, seconds: float) -> None:
        """The reply was complete so many seconds after its deadline."""

    @abc.abstractmethod
    def error(self, text: str, to: Address, level: int = logging.WARNING) -> None:
        """Something is wrong; told to the client and to the log."""

    @abc.abstractmethod
    def send_stems(
        self, setting: Setting, audio: NDArray[np.float32], batch_id: int, to: Address
    ) -> tuple[float, bool]:
        """Send the audio of a reply, without its end (`predicted`); cycle thread.

        Args:
            setting: whose stems these are.
            audio: [rows, samples] float32, with at least one row.
            batch_id: of the step.
            to: where the step came from.

        Returns:
            When the first datagram was out, in seconds, and whether all of them were sent.
        """

    @abc.abstractmethod
    def close(self) -> None:
        """Close the socket; nothing is sent after that."""


class HandedOn(Replies):
    """Hands everything on to other replies; who needs it otherwise overrides that.

    Args:
        replies: that it is handed on to.
    """

    def __init__(self, replies: Replies) -> None:
        self.announced = replies.announced
        self.load_hint = replies.load_hint
        self._replies = replies

    def ready(self) -> None:
        """Handed on."""
        self._replies.ready()

    def loaded(self, to: Address, name: str) -> None:
        """Handed on."""
        self._replies.loaded(to, name)

    def dropped(self, batch_id: int, to: Address) -> None:
        """Handed on."""
        self._replies.dropped(batch_id, to)

    def failed(self, batch_id: int, to: Address) -> None:
        """Handed on."""
        self._replies.failed(batch_id, to)

    def predicted(self, to: Address) -> None:
        """Handed on."""
        self._replies.predicted(to)

    def late(self, batch_id: int, to: Address, seconds: float) -> None:
        """Handed on."""
        self._replies.late(batch_id, to, seconds)

    def error(self, text: str, to: Address, level: int = logging.WARNING) -> None:
        """Handed on."""
        self._replies.error(text, to, level)

    def send_stems(
        self, setting: Setting, audio: NDArray[np.float32], batch_id: int, to: Address
    ) -> tuple[float, bool]:
        """Handed on."""
        return self._replies.send_stems(setting, audio, batch_id, to)

    def close(self) -> None:
        """Handed on."""
        self._replies.close()


@dataclass(frozen=True)
class Access:
    """What a protocol is given when the server starts.

    Attributes:
        queue: takes steps and controls.
        sender: a socket for replies to a port of their own; it blocks while it is full.
        listener: the socket that is listened on; it does not block.
        announced: where replies go before a client has spoken; its port is the reply port.
        counters: of the server.
        clock: seconds.
        cycle_seconds: how long the last cycles took at the most, reply included; None before the
            first; any thread.
        most_cycle_seconds: likewise, of many cycles, of which 1 % took longer.
        usual_cycle_seconds: likewise, of which half took longer.
        unready: tells why no audio can be answered, or nothing when it can; any thread.
        failed: why there is no model and none is being loaded; nothing where that is not so.
        prints: whether the operator gave a folder for `Print`.
        taken: tells why a client of this protocol may change nothing now, because one of another
            protocol plays; nothing when it may.
        spoke: called when a message of this protocol was understood; receive thread.
        loading: how far the model's load is.
        figures: how the server does; any thread.
        session_number: draws the number of a session that begins, a random one from 1 on, which a
            positive 32-bit integer holds; receive thread.
        bundle: name of the bundle that plays; empty while none is loaded; any thread.
    """

    queue: EventQueue
    sender: socket.socket
    listener: socket.socket
    announced: Address
    counters: Counters
    clock: Clock
    cycle_seconds: Callable[[], float | None]
    unready: Callable[[], str]
    prints: bool
    failed: Callable[[], str] = lambda: ""
    taken: Callable[[], str] = lambda: ""
    spoke: Callable[[], None] = lambda: None
    most_cycle_seconds: Callable[[], float | None] = lambda: None
    usual_cycle_seconds: Callable[[], float | None] = lambda: None
    loading: Loading = field(default_factory=Loading)
    session_number: Callable[[], int] = draw_session_number
    figures: Callable[[], Figures] = Figures
    bundle: Callable[[], str] = lambda: ""


@dataclass(frozen=True)
class Endpoint:
    """A protocol at work.

    Attributes:
        handle: takes datagrams.
        expire: ends what has waited long enough for a datagram.
        settings: what clients asked for.
        replies: what clients are told.
        reserved: names that no stem may have, because the protocol uses them.
        step_bytes: what a step takes of the receive buffer.
    """

    handle: HandleDatagram
    expire: Expire
    settings: Settings
    replies: Replies
    reserved: frozenset[str]
    step_bytes: StepBytes


#: Puts a protocol to work for one server.
OpenEndpoint = Callable[[Access], Endpoint]
