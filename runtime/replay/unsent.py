"""Replies that go nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sideman.runtime.recording.format import Samples
from sideman.runtime.replay.sounds import Sounds
from sideman.runtime.server.protocol import HandedOn, Replies
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address


class Nowhere:
    """Stands for a socket; what is sent is gone."""

    def sendto(self, data: bytes, _to: Address) -> int:
        """Take all of it."""
        return len(data)

    def close(self) -> None:
        """Nothing was open."""


class Unsent(HandedOn):
    """What the cycle thread says, without the stems themselves, which are compared elsewhere.

    Attributes:
        last_error: the last error that a client would have been told.

    Args:
        replies: of the protocol; their socket is `Nowhere`.
        clock: seconds of the recording.
        sounds: where stems go, if anywhere.
    """

    def __init__(self, replies: Replies, clock: Callable[[], float], sounds: Sounds | None) -> None:
        super().__init__(replies)
        self.last_error = ""
        self._clock = clock
        self._sounds = sounds

    def late(self, batch_id: int, to: Address, seconds: float) -> None:
        """Left out: how long something took is the recording's to say."""

    def error(self, text: str, to: Address, level: int = logging.WARNING) -> None:
        """Kept, and handed on."""
        self.last_error = " ".join(text.split())
        super().error(text, to, level)

    def send_stems(
        self, setting: Setting, audio: Samples, batch_id: int, to: Address
    ) -> tuple[float, bool]:
        """Keep the sound, if it is wanted."""
        if self._sounds is not None:
            self._sounds.play(setting, audio)
        return self._clock(), True
