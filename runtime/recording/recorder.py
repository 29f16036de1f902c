"""Records a server while it plays."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.recording.format import ARRIVAL, CLIENT, NUMBER, SECONDS, Kind, Samples
from sideman.runtime.recording.header import describe_server
from sideman.runtime.recording.turns import CLOSED, TurnParts, described
from sideman.runtime.recording.writer import Writer, kept
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Event, Idle
from sideman.runtime.server.protocol import Endpoint
from sideman.runtime.system.hosts import Address, is_loopback

#: Seconds that the end of a server waits for a disk that takes nothing.
_PATIENCE = 2.0
#: Clients that get a number of their own: a flood of false senders is not to fill memory.
_MOST_CLIENTS = 1 << 16


def record_server(
    folder: Path,
    bundle: Path,
    choice: BackendChoice,
    seed: int | None,
    *,
    exact_mask: bool,
    prints: bool,
    shortcuts: Shortcuts = OWN,
) -> tuple[GaussianNoise, Recorder]:
    """A recorder, and noise that can be drawn again.

    Args:
        folder: where the recording goes.
        bundle: the model's folder.
        choice: what runs the stages.
        seed: that the operator gave; None draws one, whose noise goes on from session to session
            as noise without a seed does.
        exact_mask: whether exactly the unknown columns are hidden.
        prints: whether the operator gave a folder for `/print`.
        shortcuts: what is left out of every cycle.
    """
    restarts = seed is not None
    drawn = secrets.randbits(63) if seed is None else seed
    header = describe_server(
        bundle,
        choice,
        drawn,
        restarts=restarts,
        exact_mask=exact_mask,
        prints=prints,
        shortcuts=shortcuts,
    )
    return GaussianNoise(drawn, restarts=restarts), Recorder(folder, header)


class Recorder(TurnParts):
    """Keeps every datagram and every turn of both threads, in the order in which they came.

    One lock makes turns of what the threads do: the receive thread holds it for a datagram, the
    cycle thread for what it changes between them, a few microseconds each, and neither while it
    computes or sends stems.

    Args:
        folder: where the recording goes, as a file of its own.
        header: what is to be known before it is run again; JSON.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any]) -> None:
        self._writer = Writer(folder)
        self._writer.put(Kind.HEADER, json.dumps(header).encode())
        self._lock = threading.Lock()
        self._clients: dict[Address, int] = {}
        self._hosts: dict[str, int] = {}

    @property
    def path(self) -> Path | None:
        """The file, once it has been made."""
        return self._writer.path

    def begin(self) -> None:
        """Start the thread that writes."""
        self._writer.start()

    def end(self, counters: Counters) -> None:
        """Write all that waits, and that the server has ended."""
        with self._lock:
            self._writer.put(Kind.END, json.dumps(counters.as_dict()).encode())
            self._writer.close(_PATIENCE)

    def session_number(self) -> int:
        """Draw and keep a number; within a datagram's turn."""
        number = super().session_number()
        self._writer.put(Kind.NUMBER, NUMBER.pack(number))
        return number

    def for_receiver(self, endpoint: Endpoint) -> Endpoint:
        """Datagrams and looks at the clock are turns of the receive thread."""

        def handle(data: bytes | bytearray, size: int, sender: Address, now: float) -> None:
            with self._lock:
                # Copied: the receiver reads the next one into the same buffer.
                arrival = ARRIVAL.pack(now, self._client(sender))
                self._writer.put(Kind.DATAGRAM, arrival + memoryview(data)[:size])
                endpoint.handle(data, size, sender, now)

        def expire(now: float) -> float | None:
            with self._lock:
                self._writer.put(Kind.EXPIRE, SECONDS.pack(now))
                return endpoint.expire(now)

        return replace(endpoint, handle=handle, expire=expire)

    @contextmanager
    def turn(
        self, kind: Kind, payload: bytes = b"", samples: Samples | None = None
    ) -> Iterator[bytes]:
        """Keep a turn of the cycle thread."""
        copy = None if samples is None else kept(samples)
        with self._lock:
            self._writer.put(kind, payload, copy)
            yield payload

    def take(self, queue: EventQueue, patience: float | None) -> Event | None:
        """Take an event, and keep which."""
        while queue.wait(patience):
            with self._lock:
                event = queue.pop()
                if event is not None:
                    payload, samples = described(event)
                    copy = None if samples is None else kept(samples)
                    self._writer.put(Kind.TAKE, payload, copy)
                    return event
                if queue.closed:
                    self._writer.put(Kind.TAKE, CLOSED)
                    return None
        return Idle()

    def _client(self, sender: Address) -> int:
        """A number instead of an address: who played from where is nobody's business."""
        number = self._clients.get(sender)
        if number is None:
            if len(self._clients) >= _MOST_CLIENTS:
                self._writer.stop(f"{_MOST_CLIENTS} clients have spoken.")
                return 0
            number = self._clients[sender] = len(self._clients) + 1
            host = self._hosts.setdefault(str(sender[0]), len(self._hosts) + 1)
            self._writer.put(Kind.CLIENT, CLIENT.pack(number, host, is_loopback(sender)))
        return number
