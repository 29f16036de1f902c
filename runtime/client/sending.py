"""The context on its way to the server: as it is played, and again what was lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sideman.runtime.client.shared import Shared
from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import Resend
from sideman.runtime.streaming.packets import (
    CONTEXT,
    FLOAT32,
    MAX_AMPLITUDE,
    Packet,
    write_packet,
)

#: Packets of context that one turn sends: what a stock socket holds, with room left.
_BURST = 48
#: Packets that one request can have sent again.
_MOST_AGAIN = 32


class ContextSender:
    """Sends what the audio callback has left; network thread.

    Args:
        shared: with the audio callback.
        send: sends a datagram; false where there is no room for it now.
    """

    def __init__(self, shared: Shared, send: Callable[[bytes], bool]) -> None:
        self._shared = shared
        self._write = send
        self._session = self._epoch = 0
        self._origin = self._sent = 0

    def follow(self, session: int, epoch: int, origin: int, *, since: int | None = None) -> None:
        """Send for this epoch from here on.

        Args:
            session: its number.
            epoch: likewise.
            origin: position of the first sample that concerns it.
            since: begin here; None goes on behind what was sent.
        """
        self._session, self._epoch, self._origin = session, epoch, origin
        if since is not None:
            self._sent = since

    def turn(self) -> bool:
        """Send what was played since; tells whether more is left for a later turn."""
        shared, most = self._shared, FLOAT32.most
        self._sent = max(self._sent, shared.taken - shared.history.capacity)
        for _ in range(_BURST):
            end = min(shared.taken, self._sent + most)
            if end <= self._sent:
                return False
            # What was sent before rides along where there is room.
            start = max(end - most, self._origin, shared.history.start)
            # A slower network has no room, and nothing of a window is asked for again.
            if not self._send(min(start, self._sent), end, again=False):
                break
            self._sent = end
        return True

    def again(self, resend: Resend) -> None:
        """Send what of the context was asked for and is still there.

        Raises:
            ProtocolError: nothing that could be asked for.
        """
        history, most = self._shared.history, FLOAT32.most
        left = _MOST_AGAIN
        for wanted in resends.unpack(resend.entries):
            for low, high in wanted.ranges() if wanted.stem == CONTEXT else ():
                start, end = max(low, history.start), min(high, self._sent)
                for at in range(start, end, most):
                    if left == 0:
                        return
                    left -= 1
                    self._send(at, min(end, at + most), again=True)

    def _send(self, start: int, end: int, *, again: bool) -> bool:
        samples = np.zeros(end - start, np.float32)
        self._shared.history.read(start, samples)
        if start < self._shared.history.start:
            return True  # the callback has just let go of it
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -MAX_AMPLITUDE, MAX_AMPLITUDE, out=samples)
        packet = Packet(self._session, self._epoch, start, 0, CONTEXT, samples, FLOAT32, again)
        return self._write(write_packet(packet))
