"""A bad network on loopback: a proxy that loses, repeats, delays and reorders datagrams."""

from __future__ import annotations

import heapq
import selectors
import socket
import threading
import time
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Impairment:
    """What happens to datagrams, each way.

    Attributes:
        loss: share that is lost.
        duplication: share that arrives twice.
        reordering: share that is held back for `held` seconds, so that later ones overtake it.
        held: seconds.
        jitter: every datagram is delayed by 0 to so many seconds.
        delay: and by so many.
        rate: bytes that pass in a second, one datagram after the other; 0 for any number.
    """

    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0
    held: float = 0.004
    jitter: float = 0.0
    delay: float = 0.0
    rate: float = 0.0


@dataclass(slots=True)
class Passage:
    """What became of a datagram.

    Attributes:
        inward: whether it went to the server.
        came: when it came to the proxy, on `time.monotonic`.
        data: its bytes.
        left: when it went on; None while it has not, and where it was lost.
    """

    inward: bool
    came: float
    data: bytes
    left: float | None = None


class Proxy:
    """Stands between one client and a server, on a thread of its own.

    Attributes:
        address: where the client finds it.
        lost: datagrams that were lost, to the server and back.
        passed: datagrams that were not.
        log: every datagram, if they are kept.
    """

    def __init__(
        self, server: tuple, impairment: Impairment, seed: int = 0, *, keep: bool = False
    ) -> None:
        self.log: list[Passage] | None = [] if keep else None
        self.lost, self.passed = [0, 0], [0, 0]
        self._impairment = impairment
        self._random = np.random.default_rng(seed)
        self._outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._outside.bind(("127.0.0.1", 0))
        self._inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._inside.connect(server)
        for each in (self._outside, self._inside):
            each.setblocking(False)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.address = self._outside.getsockname()
        self._client: tuple | None = None
        self._waiting: list[tuple[float, int, Passage]] = []
        self._count = 0
        self._free = [0.0, 0.0]
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        self._outside.close()
        self._inside.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._outside, selectors.EVENT_READ)
            selector.register(self._inside, selectors.EVENT_READ)
            while not self._closing:
                due = self._waiting[0][0] if self._waiting else time.monotonic() + 0.05
                selector.select(max(0.0, min(0.05, due - time.monotonic())))
                self._take(self._outside, inward=True)
                self._take(self._inside, inward=False)
                while self._waiting and self._waiting[0][0] <= time.monotonic():
                    self._pass(heapq.heappop(self._waiting)[2])

    def _take(self, source: socket.socket, *, inward: bool) -> None:
        while True:
            try:
                data, sender = source.recvfrom(65_536)
            except OSError:
                return
            if inward:
                self._client = sender
            self._impair(inward, data)

    def _impair(self, inward: bool, data: bytes) -> None:
        how, draw = self._impairment, self._random.uniform(size=4)
        passage = Passage(inward, time.monotonic(), data)
        if self.log is not None:
            self.log.append(passage)
        if draw[0] < how.loss:
            self.lost[0 if inward else 1] += 1
            return
        self.passed[0 if inward else 1] += 1
        # The line is free again when what came before has passed.
        way = 0 if inward else 1
        self._free[way] = max(self._free[way], passage.came)
        if how.rate:
            self._free[way] += len(data) / how.rate
        due = self._free[way] + how.delay + draw[1] * how.jitter
        if draw[2] < how.reordering:
            due += how.held
        for _ in range(2 if draw[3] < how.duplication else 1):
            self._count += 1
            heapq.heappush(self._waiting, (due, self._count, passage))

    def _pass(self, passage: Passage) -> None:
        if passage.left is None:
            passage.left = time.monotonic()
        try:
            if passage.inward:
                self._inside.send(passage.data)
            elif self._client is not None:
                self._outside.sendto(passage.data, self._client)
        except OSError:
            pass  # as on a network: nobody is told
