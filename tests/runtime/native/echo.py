"""A session that gives back what it heard, and a client that drives it block by block."""

from __future__ import annotations

import time

import numpy as np

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.client import Client
from tests.runtime.fakes.session import PATIENCE, FakeSession


class EchoSession(FakeSession):
    """Every stem is the newest context, as long as a reply is, times the stem's number.

    A sample comes back one reply and the placement's `ahead` later than it was played, whatever
    step it lies in: overlapping replies agree.
    """

    expected_seconds = 0.001

    def __init__(self, stems=("bass", "drums", "guitar", "piano"), grid=None) -> None:
        super().__init__(stems, grid or LatentGrid())
        self._heard = np.zeros(self.grid.window_samples * 2, np.float32)

    def step(self, audio: np.ndarray) -> np.ndarray:
        out = super().step(audio)
        for each, row in zip(out, self._rows, strict=True):
            np.multiply(self._heard[-out.shape[1] :], row + 1, out=each)
        return out

    def _take(self, what: str, audio: np.ndarray) -> None:
        super()._take(what, audio)
        self._heard = np.concatenate([self._heard[len(audio) :], audio])

    def reset(self) -> None:
        super().reset()
        self._heard = np.zeros_like(self._heard)


class Host:
    """A sound card that waits for nobody but the test: what it played and heard, by position."""

    def __init__(self, client: Client, block: int = 512) -> None:
        self.client = client
        self.rate = client._shared.rate
        self.block = block
        self.played = np.zeros(0, np.float32)
        self.heard = np.zeros((len(client.stems), 0), np.float32)

    def play(self, sound: np.ndarray) -> None:
        """Play, and wait at every boundary until its stems are there."""
        for at in range(0, len(sound), self.block):
            part = np.ascontiguousarray(sound[at : at + self.block])
            self._process(part)
            self._wait_for_stems()

    def play_slowly(self, sound: np.ndarray, speed: float = 2.0) -> None:
        """Play at a pace at which repairs come in time, without waiting for stems."""
        begun = time.monotonic()
        for at in range(0, len(sound), self.block):
            due = begun + at / (self.rate * speed)
            time.sleep(max(0.0, due - time.monotonic()))
            part = np.ascontiguousarray(sound[at : at + self.block])
            self._process(part)

    def silence(self, samples: int) -> None:
        self.play(np.zeros(samples, np.float32))

    def connect(self) -> None:
        """Wait until a session has begun."""
        end = time.monotonic() + PATIENCE
        while self.client.status.state != "playing":
            assert time.monotonic() < end, self.client.status
            time.sleep(0.002)

    def _process(self, part: np.ndarray) -> None:
        out = np.ones((len(self.client.stems), len(part)), np.float32)
        self.client.process(part, out)
        self.played = np.concatenate([self.played, part])
        self.heard = np.concatenate([self.heard, out], axis=1)

    def _wait_for_stems(self) -> None:
        """Wait for the newest step of each epoch that is still heard.

        Of an epoch that is over, only for a while: the server may have dropped it.
        """
        begun = time.monotonic()
        while self._missing(over=time.monotonic() < begun + PATIENCE / 4):
            assert time.monotonic() < begun + PATIENCE, self.client.status
            time.sleep(0.001)

    def _missing(self, *, over: bool) -> bool:
        """Whether a step has not come whose boundary has; also of epochs that are over."""
        lanes = [playing.lane for playing in self.client._shared.player._lanes]
        for lane, following in zip(lanes, [*lanes[1:], None], strict=bool(lanes)):
            known, rows, place = self.client.position, list(lane.playing), lane.placement
            if following is not None:
                known = min(known, following.placement.origin)
                rows = [row for row in rows if over and lane.newest[row] > place.start(0)]
            step = (known - place.origin) // place.step_samples + 1
            while step >= 0 and place.boundary(step) > known:
                step -= 1
            if step >= 0 and self._plays(lane) and any(lane.missing(row, step) for row in rows):
                return True
        return False

    def _plays(self, lane) -> bool:
        """Whether the server that made this epoch still plays."""
        session = self.client._network._session
        epochs = [
            playing.epoch for playing in self.client._shared.player._lanes if playing.lane is lane
        ]
        return session is not None and epochs[0][0] == session.number
