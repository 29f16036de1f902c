"""The events that the cycle thread handles, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address

_NO_SENDER: Address = ("", 0)


class Step:
    """The audio of one step, with all that its reply needs to know.

    Attributes:
        audio: [step_samples] float32, allocated once.
        batch_id: as the client numbers it.
        sender: where it came from.
        first: when its first packet arrived, in seconds of the server's clock.
        last: when its last packet arrived.
        setting: what it was meant for when it began.
        wanted: False for a dropped step: its audio enters the window, and no reply goes out.
    """

    __slots__ = ("audio", "batch_id", "first", "last", "sender", "setting", "wanted")

    def __init__(self, samples: int) -> None:
        self.audio: NDArray[np.float32] = np.zeros(samples, np.float32)
        self.batch_id = 0
        self.sender: Address = _NO_SENDER
        self.first = self.last = 0.0
        self.setting: Setting | None = None
        self.wanted = True


@dataclass(frozen=True)
class Configure:
    """Work with this setting from here on."""

    setting: Setting
    sender: Address


@dataclass(frozen=True)
class Reset:
    """Forget all audio and latents."""

    sender: Address


@dataclass(frozen=True)
class Load:
    """A client asks for the model."""

    sender: Address


@dataclass(frozen=True)
class Print:
    """Write what the session holds to the debug folder."""

    sender: Address


@dataclass(frozen=True)
class Idle:
    """Nothing has come for a while."""


Control = Configure | Reset | Load | Print
Event = Step | Control | Idle
