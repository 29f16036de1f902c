"""What a client of the native protocol is told."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.native.resampling import to_client
from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.native.stem_sender import StemSender
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.protocol import Replies
from sideman.runtime.server.setting import Setting
from sideman.runtime.server.throttle import Throttle
from sideman.runtime.streaming.control import Control, Error, State, Warn, write_control
from sideman.runtime.streaming.packets import FLOAT32, Format
from sideman.runtime.system.hosts import Address

log = logging.getLogger("sideman.runtime.server")

#: A warning is taken back after so many seconds without its reason. (DEMON's figure.)
_GOOD_SECONDS = 8.0


class NativeReplies(Replies):
    """Sends to where a datagram came from, from the port that it came to; any thread.

    What a client is told while it plays, it is told only then: whoever follows hears none of it.

    Attributes:
        stems: sends audio.
        format: of stems' samples, as the session asked.

    Args:
        port: the socket that is listened on.
        announced: where the other protocol announces itself; nothing is sent there.
        counters: of the server.
        clock: seconds.
        client: the address of the client that plays now, if any.
    """

    load_hint = "Start the server again, or load the model with /load_model."

    def __init__(
        self,
        port: socket.socket,
        announced: Address,
        counters: Counters,
        clock: Callable[[], float],
        client: Callable[[], Address | None],
    ) -> None:
        self.announced = announced
        self.format: Format = FLOAT32
        self._port = port
        self._counters = counters
        self._client = client
        self._clock = clock
        self._throttle = Throttle()
        self._logged: set[int | None] = set()
        # When each warning was last given that has not been taken back.
        self._warned: dict[str, float] = {}
        self._lock = threading.Lock()
        self.stems = StemSender(port, self._complain, clock)

    def tell(self, message: Control, to: Address) -> None:
        """Send one message."""
        try:
            self._port.sendto(write_control(message), to)
        except OSError as error:
            self._complain(error)

    def ready(self) -> None:
        """Nobody has spoken yet, so nobody is told."""

    def loaded(self, to: Address, name: str) -> None:
        """`State`: ready."""
        self._tell_client(State("ready", 100.0, name), to)

    def dropped(self, batch_id: int, to: Address) -> None:
        """`Warn`: a step was overtaken by the next one."""
        self._counters.count("dropped")
        log.warning("Step %d dropped: the next one was complete before it could begin.", batch_id)
        self.warn("dropped", f"Step {batch_id} is not answered.", to)

    def failed(self, batch_id: int, to: Address) -> None:
        """A step whose error has been told is counted."""
        self._counters.count("dropped")

    def predicted(self, to: Address) -> None:
        """Stems say by their position what they are; a warning that is over is taken back."""
        if self._who_hears(to) is None:
            return
        now = self._clock()
        with self._lock:
            over = [code for code, since in self._warned.items() if now - since >= _GOOD_SECONDS]
            for code in over:
                del self._warned[code]
            good = bool(over) and not self._warned
        for code in over:
            self._tell_client(Warn(code, 0, ""), to)
        if good:
            self._tell_client(State("ready", 100.0, ""), to)

    def late(self, batch_id: int, to: Address, seconds: float) -> None:
        """`Warn`: the stems of a step left after they were due."""
        log.warning("Step %d was answered %.0f ms late.", batch_id, 1e3 * seconds)
        self.warn("late", f"Step {batch_id}: {1e3 * seconds:.0f} ms late.", to)

    def error(self, text: str, to: Address, level: int = logging.WARNING) -> None:
        """One log line, and `Error` for its client while it plays; too many are only counted."""
        line = " ".join(text.split())
        self._counters.fail(line, self._clock())
        if not self._throttle.admits(str(to[0]), line, self._clock())[0]:
            return
        log.log(level, "%s: %s", to[0] or "server", line)
        self._tell_client(Error(line), to)

    def send_stems(
        self, setting: Setting, audio: NDArray[np.float32], batch_id: int, to: Address
    ) -> tuple[float, bool]:
        """Send a step's stems by position; as `Replies.send_stems`."""
        assert isinstance(setting, NativeSetting), "a native step plays with a native setting"
        heard = to_client(audio, setting.placement, batch_id)
        return self.stems.send(setting, batch_id, heard, self.format, to), True

    def close(self) -> None:
        """End the sending thread; the socket is the receiver's."""
        self.stems.close()

    def forget(self) -> None:
        """The session is over: what was to be sent or taken back concerns nobody any more."""
        self.stems.forget()
        with self._lock:
            self._warned.clear()

    def warn(self, code: str, text: str, to: Address | None = None) -> None:
        """Tell what will soon be heard, until its reason has been absent for a while.

        Args:
            code: of the warning.
            text: for people.
            to: whom it concerns; None for whoever plays.
        """
        to = self._client() if to is None else to
        if to is None or self._who_hears(to) is None:
            return
        with self._lock:
            first = not self._warned
            self._warned[code] = self._clock()
        if first:
            self._tell_client(State("degraded", 100.0, text), to)
        self._tell_client(Warn(code, 1, text), to)

    def _who_hears(self, to: Address) -> Address | None:
        """The client that plays, if it is the one that is meant, or nobody in particular is.

        A cycle may end when its session has, and another client sits there then: nothing that
        concerned the first one is for its ears.
        """
        client = self._client()
        return client if to in (client, self.announced) else None

    def _tell_client(self, message: Control, to: Address) -> None:
        client = self._who_hears(to)
        if client is not None:
            self.tell(message, client)

    def _complain(self, error: OSError) -> None:
        """Say once what keeps datagrams from leaving."""
        reason = error.strerror or str(error)
        self._counters.fail(f"A datagram was not sent: {reason}.", self._clock())
        with self._lock:
            if error.errno in self._logged:
                return
            self._logged.add(error.errno)
        log.error("A datagram was not sent: %s. This is said once.", reason)
