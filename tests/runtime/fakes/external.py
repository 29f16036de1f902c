"""The Max external `multi_track` as its facts in the protocol say it behaves, without its code.

Each instrument has a thread and a socket of its own, and sends every plane from it. Chunks of a
reply are written at their number times the package size, into a zone that was zeroed before the
step was sent. `/batch_dropped` is understood, `/error` ignored, as are ids but the last two.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from tests.fakes.manifest import STEMS
from tests.runtime.fakes.client import Client, control, read


class Link:
    """A network that loses packets and delays them, each for itself.

    Args:
        loss: probability for each packet.
        jitter: packets are late by up to so many seconds, and overtake one another.
        seed: of both.
    """

    def __init__(self, loss: float = 0.0, jitter: float = 0.0, seed: int = 0) -> None:
        self._loss, self._jitter = loss, jitter
        self._random = random.Random(seed)
        self.lost = 0

    def loses(self) -> bool:
        """Whether the next packet is lost."""
        return self._random.random() < self._loss

    def carry(self, packets: Sequence[bytes], send: Callable[[bytes], object]) -> None:
        """Send what is not lost; returns when the last one is on its way."""
        begun = time.perf_counter()
        arriving = sorted((self._random.random() * self._jitter, p) for p in packets)
        for late, packet in arriving:
            if self.loses():
                self.lost += 1
                continue
            rest = begun + late - time.perf_counter()
            if rest > 0:
                time.sleep(rest)
            send(packet)


class External:
    """Plays one step at a time.

    Attributes:
        zones: by instrument, what it plays of the newest step, [samples] float32.
        placed: by instrument, numbers of the chunks in its zone.
        messages: how often each address was heard.

    Args:
        server: host and port.
        replies: a bound socket, the reply port.
        targets: instruments that are generated.
        separate: sends the planes that are no targets; else their sum, as `/context`.
        package: samples in a packet, both ways.
        step: samples of a step.
        fade: samples of the fade, which a reply holds in addition.
        link: what lies between client and server.
        way_back: what lies between server and client; only its loss counts.
    """

    def __init__(
        self,
        server: tuple,
        replies: socket.socket,
        targets: Sequence[str],
        *,
        separate: bool = False,
        package: int = 4_410,
        step: int = 66_150,
        fade: int = 882,
        link: Link | None = None,
        way_back: Link | None = None,
    ) -> None:
        self._server, self._replies = server, replies
        self.targets, self._separate = tuple(targets), separate
        self.package, self._step, self._length = package, step, step + fade
        self._link, self._way_back = link or Link(), way_back or Link()
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in targets]
        self._ids: list[int] = []
        self.zones: dict[str, np.ndarray] = {}
        self.placed: dict[str, set[int]] = {}
        self.messages: Counter[str] = Counter()

    def start(self, r: float = 0.25, w: float = 1.0, fade: float = 0.02) -> None:
        """The settings, in its order and types, and `/load_model`."""
        for message in (
            control("/update_package_size", "i", self.package),
            control("/update_r", "d", r),
            control("/w", "d", w),
            control("/update_fade", "d", fade),
            control("/predict_instruments", "iiii", *(int(s in self.targets) for s in STEMS)),
            control("/verbose", "i", 0),
            control("/load_model"),
        ):
            self._sockets[0].sendto(message, self._server)
            time.sleep(0.003)

    def send(self, batch_id: int, planes: dict[str, np.ndarray]) -> None:
        """Zero the zones, and send a step: every plane once for each target, from its socket.

        Args:
            batch_id: of the step.
            planes: audio of each stem, [samples] float32; those of targets are not sent.
        """
        self._ids = [*self._ids[-1:], batch_id]
        self.zones = {stem: np.zeros(self._length, np.float32) for stem in self.targets}
        self.placed = {stem: set() for stem in self.targets}
        others = {stem: audio for stem, audio in planes.items() if stem not in self.targets}
        chunks = -(-self._step // self.package)
        total = len(self.targets) * chunks
        if self._separate:
            total *= len(STEMS) - 1
        else:
            others = {"context": sum(others.values(), np.zeros(self._step, np.float32))}
        packets = [
            Client.chunk(f"/{name}", batch_id, start, total, audio[start : start + self.package])
            for name, audio in others.items()
            for start in range(0, self._step, self.package)
        ]
        threads = [
            threading.Thread(
                target=self._link.carry, args=(packets, lambda p, s=s: s.sendto(p, self._server))
            )
            for s in self._sockets
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def hear(self, until: float) -> bool:
        """Place what comes until the reply is complete or dropped; whether it is complete.

        Args:
            until: when to give up, by `time.perf_counter`.
        """
        while (left := until - time.perf_counter()) > 0:
            self._replies.settimeout(left)
            try:
                data = self._replies.recv(65_536)
            except TimeoutError:
                break
            if self._way_back.loses():
                continue
            address, values = read(data)
            self.messages[address[1:]] += 1
            if address[1:] in STEMS:
                self._place(address[1:], *values)
            elif address == "/server_predicted":
                return True
            elif address == "/batch_dropped" and values[0] == self._ids[-1]:
                return False
        return False

    def _place(self, stem: str, batch_id: int, number: int, _: int, samples: np.ndarray) -> None:
        if batch_id not in self._ids or stem not in self.zones:
            return
        place = self.zones[stem][number * self.package :][: len(samples)]
        np.copyto(place, samples[: len(place)])
        self.placed[stem].add(number)

    def close(self) -> None:
        for each in self._sockets:
            each.close()
