"""Runs both of a server's threads on one, in the order of a recording."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NoReturn

from sideman.runtime.recording.format import (
    ANSWER,
    ARRIVAL,
    Kind,
    RecordingError,
    Samples,
    digest,
    unpack,
)
from sideman.runtime.recording.reader import Entry, finite
from sideman.runtime.recording.turns import CLOSED, TurnParts, described
from sideman.runtime.replay.entries import DOES, address_of, counters_of, told
from sideman.runtime.replay.outcome import Outcome
from sideman.runtime.replay.sounds import Sounds
from sideman.runtime.replay.unsent import Unsent
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Configure, Event, Step
from sideman.runtime.server.protocol import Endpoint
from sideman.runtime.system.hosts import Address

log = logging.getLogger("sideman.runtime.server")

_SHA256 = 32
#: Turns of which the recording knows better: how long something took, what lay on the disk.
_GIVEN = (Kind.CYCLE, Kind.UP_TO_DATE)


class Over(BaseException):
    """Nothing more can be run."""


class Player(TurnParts):
    """Runs the receive thread's turns wherever the cycle thread waits for its own.

    So there is one thread, and the order of the recording is the order of everything.

    Args:
        entries: of the recording, behind its header.
        outcome: is filled in.
        pace: how many times as fast as it was; 0 for as fast as possible.
        sounds: where what is heard and played goes, if anywhere.
        sleep: waits so many seconds.
        clock: seconds, for the pace.
    """

    def __init__(
        self,
        entries: Iterator[Entry],
        outcome: Outcome,
        pace: float = 0.0,
        sounds: Sounds | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._entries = entries
        self._outcome = outcome
        self._pace = pace
        self._sounds = sounds
        self._sleep = sleep
        self._real = clock
        self._begun: tuple[float, float] | None = None
        self._now = 0.0
        self._number = 1
        self._clients: dict[int, Address] = {}
        self._endpoint: Endpoint | None = None
        self._unsent: Unsent | None = None
        self._over = False

    def clock(self) -> float:
        """The recording's time, in seconds."""
        return self._now

    def for_receiver(self, endpoint: Endpoint) -> Endpoint:
        """Keep the protocol, which the receive thread's turns run."""
        self._endpoint = endpoint
        return endpoint

    def for_cycles(self, endpoint: Endpoint) -> Endpoint:
        """Nothing is sent, and what would be is compared."""
        self._unsent = Unsent(endpoint.replies, self.clock, self._sounds)
        return super().for_cycles(replace(endpoint, replies=self._unsent))

    def session_number(self) -> int:
        """The number that was drawn; within a datagram's turn."""
        entry = self._next()
        if entry.kind is not Kind.NUMBER:
            self._part(entry, Kind.NUMBER)
        return int(unpack(Kind.NUMBER, entry.payload)[0])

    @contextmanager
    def turn(
        self, kind: Kind, payload: bytes = b"", samples: Samples | None = None
    ) -> Iterator[bytes]:
        """Run all that came before this turn, and compare what happens in it."""
        entry = self._until_turn()
        if kind is Kind.ADOPT and entry.payload == CLOSED:
            raise Over  # what a server that ends has loaded is not taken into use
        if entry.kind is not kind:
            self._part(entry, kind)
        if kind is Kind.ANSWER and samples is not None:
            self._compare_answer(entry, payload, digest(samples))
        elif kind is Kind.LOAD and entry.payload != payload:
            self._outcome.bundles.append(entry.payload.decode("ascii", "replace"))
        elif kind not in (*_GIVEN, Kind.LOAD) and entry.payload != payload:
            self._part(entry, kind)
        yield entry.payload

    def take(self, queue: EventQueue, patience: float | None) -> Event | None:
        """Take the event that was taken, and compare it."""
        entry = self._until_turn()
        if entry.kind is not Kind.TAKE:
            self._part(entry, Kind.TAKE)
        if entry.payload == CLOSED:
            queue.close()
            return None
        event = queue.pop()
        if event is None:
            self._stop(entry, "an event is taken", "none waits")
        payload, samples = described(event)
        if isinstance(event, Step) and samples is not None:
            self._outcome.heard += 1
            if self._sounds is not None:
                self._sounds.hear(event)
            known, found = entry.payload[:-_SHA256], entry.payload[-_SHA256:]
            if payload == known and found != digest(samples):
                self._outcome.differently_heard += 1
                self._outcome.differ(
                    f"Step {event.batch_id} (entry {entry.number}): its context is another one."
                )
        else:
            known = entry.payload
        if payload != known:
            self._stop(entry, f"{told(known)} is taken", f"{told(payload)} is taken")
        if isinstance(event, Configure) and self._sounds is not None:
            self._sounds.rate = event.setting.grid.sample_rate
        return event

    def finish(self) -> None:
        """Run what came after the cycle thread's end."""
        with suppress(Over):
            entry = self._until_turn()
            self._stop(entry, "the cycle thread goes on", "it has ended")

    def _compare_answer(self, entry: Entry, payload: bytes, found: bytes) -> None:
        outcome, size = self._outcome, ANSWER.size
        outcome.answers += 1
        if entry.payload == payload + found:
            outcome.same += 1
            return
        step, rows, count = ANSWER.unpack(payload)
        where = f"Step {step} (answer {outcome.answers}, entry {entry.number})"
        if entry.payload[:size] != payload:
            outcome.differ(
                f"{where}: another step, or other stems, than {rows} of {count} samples."
            )
        else:
            outcome.differ(f"{where}: its stems are not the same bits.")

    def _until_turn(self) -> Entry:
        """Run the receive thread's turns up to the next one of the cycle thread."""
        assert self._endpoint is not None, "the receive thread's protocol comes first"
        while True:
            entry = self._next()
            match entry.kind:
                case Kind.CLIENT:
                    number, host, here = unpack(Kind.CLIENT, entry.payload)
                    self._clients[number] = address_of(host, number, here=here)
                case Kind.DATAGRAM:
                    self._handle(self._endpoint, entry)
                case Kind.EXPIRE:
                    self._pass_time(unpack(Kind.EXPIRE, entry.payload)[0])
                    try:
                        self._endpoint.expire(self._now)
                    except Exception:
                        log.exception("The receive thread met an error of its own.")
                case Kind.END:
                    self._outcome.ended = True
                    self._outcome.recorded_counters = counters_of(entry.payload)
                    self._end()
                case Kind.NUMBER:
                    self._stop(entry, "a session begins", "none begins")
                case _:
                    return entry

    def _handle(self, endpoint: Endpoint, entry: Entry) -> None:
        now, client = ARRIVAL.unpack_from(entry.payload)
        sender = self._clients.get(client)
        if sender is None:
            self._damage(RecordingError(f"Entry {entry.number} is of a client that never came."))
        self._pass_time(now)
        data = entry.payload[ARRIVAL.size :]
        try:
            endpoint.handle(data, len(data), sender, now)
        except Exception:
            log.exception("The receive thread met an error of its own.")

    def _pass_time(self, now: float) -> None:
        """Let the recording's clock show this time, at the pace that is wanted."""
        try:
            self._now = finite(now)
        except RecordingError as error:
            self._damage(error)
        if self._begun is None:
            self._begun = (self._real(), now)
        begun, first = self._begun
        self._outcome.seconds = now - first
        if self._pace:
            rest = begun + (now - first) / self._pace - self._real()
            if rest > 0:
                self._sleep(rest)

    def _next(self) -> Entry:
        if self._over:
            raise Over
        try:
            entry = next(self._entries, None)
        except RecordingError as error:
            self._damage(error)
        if entry is None:
            self._end()
        return entry

    def _part(self, entry: Entry, kind: Kind) -> NoReturn:
        """Stop where the recording and this run do different things."""
        then, now = DOES.get(entry.kind, entry.kind.name), DOES[kind]
        error = self._unsent.last_error if self._unsent is not None else ""
        more = f" (the last error: {error})" if error and kind is not Kind.ANSWER else ""
        self._stop(entry, then, now + " in another way" * (then == now) + more)

    def _stop(self, entry: Entry, then: str, now: str) -> NoReturn:
        self._outcome.stopped = (
            f"From entry {entry.number} on the server does something else. Recorded: {then}; "
            f"now: {now}."
        )
        self._outcome.differ(self._outcome.stopped)
        self._end()

    def _damage(self, error: RecordingError) -> NoReturn:
        self._outcome.damage = f"{error.what} {error.remedy}".strip()
        self._end()

    def _end(self) -> NoReturn:
        self._over = True
        raise Over
