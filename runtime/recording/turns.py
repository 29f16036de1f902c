"""The turns of the cycle thread: every place at which it meets the receive thread.

The receive thread's turns are whole datagrams and whole looks at the clock; they need no more than
to be one after the other. The cycle thread's turns are listed here. Between two of them it touches
nothing that the other thread can see. So the order of all turns, with the few values that no order
explains, decides everything that is played.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import SidemanError
from sideman.runtime.recording.format import (
    ANSWER,
    FAILED,
    SECONDS,
    STEP,
    YES,
    Kind,
    Samples,
    unpack,
)
from sideman.runtime.server.cycle_time import CycleTime
from sideman.runtime.server.event_queue import CycleEvents, EventQueue
from sideman.runtime.server.events import Configure, Event, Step
from sideman.runtime.server.model import Model
from sideman.runtime.server.parts import Parts
from sideman.runtime.server.protocol import CheckSizes, Endpoint, HandedOn, Replies, Settings
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session


#: What is taken instead of an event when the server ends.
CLOSED = b"Closed\0"


class TurnParts(Parts, abc.ABC):
    """Parts whose cycle thread takes turns with the receive thread."""

    @abc.abstractmethod
    def turn(
        self, kind: Kind, payload: bytes = b"", samples: Samples | None = None
    ) -> AbstractContextManager[bytes]:
        """A turn of the cycle thread: the receive thread has none until the block ends.

        Args:
            kind: which turn.
            payload: what happens in it.
            samples: whose digest belongs to that; they may change after the block.

        Returns:
            A block, which is given the payload that counts.
        """

    @abc.abstractmethod
    def take(self, queue: EventQueue, patience: float | None) -> Event | None:
        """The turn in which an event is taken; as `EventQueue.take`."""

    def model(self, open_session: Callable[[], Session], bundle: Path | None) -> Model:
        """A model that takes turns."""
        return _Model(self, open_session, bundle)

    def cycle_time(self) -> CycleTime:
        """Takes turns, too."""
        return _CycleTime(self)

    def for_cycles(self, endpoint: Endpoint) -> Endpoint:
        """Settings and replies that take turns."""
        return replace(
            endpoint,
            settings=_Settings(self, endpoint.settings),
            replies=_Replies(self, endpoint.replies),
        )

    def events(self, queue: EventQueue) -> CycleEvents:
        """A queue that takes turns."""
        return _Events(self, queue)


def described(event: Event) -> tuple[bytes, Samples | None]:
    """What tells an event that was taken from another: bytes, and samples for a digest."""
    name = type(event).__name__.encode() + b"\0"
    if isinstance(event, Step):
        return name + STEP.pack(event.batch_id, event.wanted), event.audio
    if isinstance(event, Configure):
        return name + f"{event.setting} {event.setting.geometry}".encode(), None
    return name, None


class _Events(CycleEvents):
    def __init__(self, parts: TurnParts, queue: EventQueue) -> None:
        self._parts = parts
        self._queue = queue

    @property
    def closed(self) -> bool:
        return self._queue.closed

    def take(self, patience: float | None = None) -> Event | None:
        return self._parts.take(self._queue, patience)

    def release(self, step: Step) -> None:
        # Whether a buffer is free decides what becomes of the oldest dropped step.
        with self._parts.turn(Kind.RELEASE):
            self._queue.release(step)

    def forget_settings(self) -> tuple[int, Address] | None:
        return self._queue.forget_settings()  # within `adopt_model`

    def close(self) -> None:
        self._queue.close()


class _Model(Model):
    def __init__(
        self, parts: TurnParts, open_session: Callable[[], Session], bundle: Path | None
    ) -> None:
        super().__init__(open_session, bundle)
        self._parts = parts

    def up_to_date(self) -> bool:
        problem: SidemanError | None = None
        try:
            same = super().up_to_date()
        except SidemanError as error:
            same, problem = True, error
        with self._parts.turn(Kind.UP_TO_DATE, YES.pack(same)) as known:
            if problem is not None:
                raise problem
            return bool(unpack(Kind.UP_TO_DATE, known)[0])

    def _load_digest(self) -> str:
        found = super()._load_digest()
        with self._parts.turn(Kind.LOAD, found.encode()):
            return found

    def _say(self, unready: str) -> None:
        with self._parts.turn(Kind.READY, YES.pack(not unready)):
            super()._say(unready)


class _CycleTime(CycleTime):
    def __init__(self, parts: TurnParts) -> None:
        super().__init__()
        self._parts = parts

    def note(self, seconds: float, waited: float | None = None) -> None:
        with self._parts.turn(Kind.CYCLE, SECONDS.pack(seconds)) as known:
            super().note(unpack(Kind.CYCLE, known)[0])

    def forget(self) -> None:
        with self._parts.turn(Kind.FORGET):
            super().forget()


class _Settings(Settings):
    def __init__(self, parts: TurnParts, settings: Settings) -> None:
        self._parts = parts
        self._settings = settings

    @property
    def hoped(self) -> Setting | None:
        return self._settings.hoped  # decided within `adopt_model`

    def adopt_model(
        self,
        grid: LatentGrid,
        stems: tuple[str, ...],
        forget: Callable[[], None],
        check: CheckSizes,
    ) -> tuple[Setting, list[str]]:
        with self._parts.turn(Kind.ADOPT, ",".join(stems).encode()):
            return self._settings.adopt_model(grid, stems, forget, check)

    def refuse(self, setting: Setting, standing: Setting, reason: str) -> str:
        with self._parts.turn(Kind.REFUSE):
            return self._settings.refuse(setting, standing, reason)

    def drop_model(self) -> None:
        with self._parts.turn(Kind.DROP):
            self._settings.drop_model()


class _Replies(HandedOn):
    """Hands everything on; what became of a step is a turn of its own."""

    def __init__(self, parts: TurnParts, replies: Replies) -> None:
        super().__init__(replies)
        self._parts = parts

    def failed(self, batch_id: int, to: Address) -> None:
        with self._parts.turn(Kind.FAILED, FAILED.pack(batch_id)):
            super().failed(batch_id, to)

    def send_stems(
        self, setting: Setting, audio: Samples, batch_id: int, to: Address
    ) -> tuple[float, bool]:
        sent = super().send_stems(setting, audio, batch_id, to)
        # Afterwards: what is recorded must not hold what is heard.
        with self._parts.turn(Kind.ANSWER, ANSWER.pack(batch_id, *audio.shape), audio):
            return sent
