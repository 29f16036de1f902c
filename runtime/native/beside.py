"""Two protocols on one port: a datagram's address says which one it speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.native.endpoint import NativeEndpoint
from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.osc.message import Buffer
from sideman.runtime.server.protocol import (
    Access,
    CheckSizes,
    Endpoint,
    OpenEndpoint,
    Replies,
    Settings,
)
from sideman.runtime.server.setting import Setting
from sideman.runtime.streaming.control import PREFIX
from sideman.runtime.system.hosts import Address

#: Seconds after its last datagram for which a client without sessions counts as playing.
_RESTING_SECONDS = 10.0
#: How a request for figures begins, which the other protocol answers at any time.
STATS = b"/stats\0"
_TAKEN = "A client of the native protocol plays; settings are wanted again when it has left."
#: The first part of the native protocol's addresses; no stem may be called so.
_RESERVED = PREFIX.decode().strip("/")


def beside(
    other: OpenEndpoint, *, exact_mask: bool = False, any_bundle: bool = False
) -> OpenEndpoint:
    """The native protocol beside another one.

    One of them plays at a time. A native session begins where the other protocol has been silent
    for ten seconds; while it plays, the other's clients are told so. When it has ended, the setting
    that the other protocol had asked for is in force again from the first word of a client of it,
    and the server announces itself anew to one that played before.

    Args:
        other: the protocol of all datagrams whose address does not begin with `/sideman/`.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
        any_bundle: let a hello name any bundle, as a replay with another one has to.
    """

    def begin(access: Access) -> Endpoint:
        return _Both(access, other, exact_mask, any_bundle).endpoint

    return begin


class _Both:
    """Hands datagrams to the protocol that they speak; receive thread."""

    def __init__(
        self, access: Access, other: OpenEndpoint, exact_mask: bool, any_bundle: bool
    ) -> None:
        self._now = 0.0
        self._heard = float("-inf")
        self._resume = False
        self._native = NativeEndpoint(
            access, self._busy, self._freed, exact_mask=exact_mask, any_bundle=any_bundle
        )
        self._other = other(replace(access, taken=self._taken, spoke=self._spoke))
        self.endpoint = Endpoint(
            self._handle,
            self._expire,
            _BothSettings(self._other.settings, self._native.settings),
            _BothReplies(self._other.replies, self._native),
            self._other.reserved | {_RESERVED},
            self._other.step_bytes,
        )

    def _handle(self, data: Buffer, size: int, sender: Address, now: float) -> None:
        self._now = now
        if data.startswith(PREFIX, 0, size):
            self._native.handle(data, size, sender, now)
        else:
            self._native.forget(sender)
            # Who only asks how the server does wants to play nothing.
            asks = data.startswith(STATS, 0, size)
            if self._resume and not self._native.playing and not asks:
                # Not before: a native client that returns would wait for it in vain.
                self._resume = False
                self._other.settings.resume()
            self._other.handle(data, size, sender, now)

    def _expire(self, now: float) -> float | None:
        dues = [self._native.expire(now), self._other.expire(now)]
        return min((due for due in dues if due is not None), default=None)

    def _busy(self) -> str:
        silent = self._now - self._heard
        return "" if silent >= _RESTING_SECONDS else "A client of multi_track plays."

    def _taken(self) -> str:
        return _TAKEN if self._native.playing else ""

    def _spoke(self) -> None:
        if not self._native.playing:
            self._heard = self._now

    def _freed(self) -> None:
        self._resume = True
        if self._heard > float("-inf"):
            self._other.replies.ready()


class _BothSettings(Settings):
    """Both protocols know the model; until a native session begins, the other one decides."""

    def __init__(self, other: Settings, native: Settings) -> None:
        self._other = other
        self._native = native

    @property
    def hoped(self) -> Setting | None:
        return self._native.hoped

    def adopt_model(
        self,
        grid: LatentGrid,
        stems: tuple[str, ...],
        forget: Callable[[], None],
        check: CheckSizes,
    ) -> tuple[Setting, list[str]]:
        adopted = self._other.adopt_model(grid, stems, forget, check)
        self._native.adopt_model(grid, stems, lambda: None, check)
        return adopted

    def refuse(self, setting: Setting, standing: Setting, reason: str) -> str:
        if isinstance(setting, NativeSetting):
            return self._native.refuse(setting, standing, reason)
        if isinstance(standing, NativeSetting):
            return ""  # nothing of the other protocol has been in force
        return self._other.refuse(setting, standing, reason)

    def drop_model(self) -> None:
        self._other.drop_model()
        self._native.drop_model()

    def resume(self) -> None:
        self._other.resume()


class _BothReplies(Replies):
    """Answers the client that plays in its own protocol; any thread."""

    def __init__(self, other: Replies, native: NativeEndpoint) -> None:
        self.announced = other.announced
        self.load_hint = other.load_hint
        self._other = other
        self._native = native

    def _to(self, to: Address) -> Replies:
        # A cycle may end when its client has left: what is said of it is none of the other's.
        return self._native.replies if self._native.knows(to) else self._other

    def ready(self) -> None:
        self._other.ready()

    def loaded(self, to: Address, name: str) -> None:
        self._to(to).loaded(to, name)

    def dropped(self, batch_id: int, to: Address) -> None:
        self._to(to).dropped(batch_id, to)

    def failed(self, batch_id: int, to: Address) -> None:
        self._to(to).failed(batch_id, to)

    def predicted(self, to: Address) -> None:
        self._to(to).predicted(to)

    def late(self, batch_id: int, to: Address, seconds: float) -> None:
        self._to(to).late(batch_id, to, seconds)

    def error(self, text: str, to: Address, level: int = 30) -> None:
        self._to(to).error(text, to, level)

    def send_stems(
        self, setting: Setting, audio: NDArray[np.float32], batch_id: int, to: Address
    ) -> tuple[float, bool]:
        native = isinstance(setting, NativeSetting)
        replies = self._native.replies if native else self._other
        return replies.send_stems(setting, audio, batch_id, to)

    def close(self) -> None:
        self._native.close()
        self._native.replies.close()
        self._other.close()
