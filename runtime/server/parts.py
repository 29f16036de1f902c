"""What the receive thread and the cycle thread share, and how each of them sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sideman.runtime.server.counters import Counters
from sideman.runtime.server.cycle_time import CycleTime
from sideman.runtime.server.event_queue import CycleEvents, EventQueue
from sideman.runtime.server.model import Model
from sideman.runtime.server.protocol import Endpoint, draw_session_number

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session


class Parts:
    """Makes what the two threads of a server share.

    Everything that one thread changes and the other reads passes through here, and so does every
    random number that a protocol draws. Whoever wants to know in which order the threads met
    (`sideman.runtime.recording`), or to say so (`sideman.runtime.replay`), makes other parts.
    """

    def begin(self) -> None:
        """The server begins; its threads run after this."""

    def end(self, counters: Counters) -> None:
        """The server has ended: no datagram comes any more; its threads ran before this."""

    def model(self, open_session: Callable[[], Session], bundle: Path | None) -> Model:
        """The model."""
        return Model(open_session, bundle)

    def cycle_time(self) -> CycleTime:
        """How long cycles take."""
        return CycleTime()

    def session_number(self) -> int:
        """A number for a session that begins; receive thread."""
        return draw_session_number()

    def for_receiver(self, endpoint: Endpoint) -> Endpoint:
        """The protocol as the receive thread sees it."""
        return endpoint

    def for_cycles(self, endpoint: Endpoint) -> Endpoint:
        """The protocol as the cycle thread sees it."""
        return endpoint

    def events(self, queue: EventQueue) -> CycleEvents:
        """The queue as the cycle thread sees it."""
        return queue
