"""Everything that a client is sent."""

from __future__ import annotations

import errno
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track import replies
from sideman.runtime.osc.message import Buffer, shown
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.protocol import Clock, Replies
from sideman.runtime.server.setting import Setting
from sideman.runtime.server.throttle import Throttle
from sideman.runtime.system.hosts import Address, is_loopback

log = logging.getLogger("sideman.runtime.server")

#: A reply leaves in portions of this many bytes, with a pause between them. A client's socket that
#: asked for nothing holds 64 KiB on Windows and nine usual packets on Linux: of a reply sent at
#: once, 353 KB for one stem, all that the client does not read meanwhile would be lost. The first
#: packet never waits, and four stems take 4 % of the step that they fill. (With both cores of a
#: machine kept busy, a rehearsal of four stems lost steps at 0.5 ms and none at 2 ms.)
_PORTION_BYTES = 49_152
_PAUSE_SECONDS = 0.002


class ReplySender(Replies):
    """Sends replies to the host that spoke, on the reply port.

    Only `send_stems` belongs to one thread, the cycle thread; the rest may be called by any.

    Args:
        sender: the socket that replies leave from.
        announced: where `/ready` goes, before anybody has spoken; its port is the reply port.
        counters: of the server.
        clock: seconds, for the throttle.
        package_size: samples in a chunk; asked once a reply, so that a client that places chunks by
            its newest size is right.
        pause: waits so many seconds, between the portions of a reply.
    """

    load_hint = "/load_model tries again."

    def __init__(
        self,
        sender: socket.socket,
        announced: Address,
        counters: Counters,
        clock: Clock,
        package_size: Callable[[], int],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.announced = announced
        self._socket = sender
        self._counters = counters
        self._clock = clock
        self._package_size = package_size
        self._pause = pause
        self._throttle = Throttle()
        self._writer = replies.StemWriter()
        self._logged: set[int | None] = set()
        self._logged_lock = threading.Lock()
        self._predicted = replies.server_predicted()

    def ready(self) -> None:
        """`/ready` to the announced address."""
        self._send(replies.ready(), self.announced)

    def loaded(self, to: Address, name: str) -> None:
        """`/loaded` with the model's name."""
        self._send(replies.loaded(name), self._reply(to))

    def dropped(self, batch_id: int, to: Address) -> None:
        """`/batch_dropped`: this step will not be answered."""
        self._counters.count("dropped")
        # A client that never finishes a batch could fill the log. Its replies are not limited.
        if self._throttle.admits(str(to[0]), "dropped", self._clock())[0]:
            log.warning("Batch %d dropped: incomplete, or overtaken by a newer one.", batch_id)
        self._send(replies.batch_dropped(batch_id), self._reply(to))

    def failed(self, batch_id: int, to: Address) -> None:
        """`/batch_dropped` for a step whose error has been told."""
        self._counters.count("dropped")
        self._send(replies.batch_dropped(batch_id), self._reply(to))

    def refused(self, batch_id: int, reason: str, to: Address) -> None:
        """`/error` and `/batch_dropped`, which clients know, for a step that cannot be answered."""
        self.error(f"Batch {batch_id}: {reason}", to)
        self.failed(batch_id, to)

    def patched(self, batch_id: int, holes: list[tuple[int, int]], to: Address, rate: int) -> None:
        """`/error` for a step that is answered although packets did not come."""
        self._counters.count("patched")
        missing = sum(end - start for start, end in holes)
        self._counters.lose(missing / rate)
        self.error(
            f"Batch {batch_id}: {missing} samples did not come, the first of them at "
            f"{holes[0][0]}; silence takes their place.",
            to,
        )

    def ignored(self, address: bytes, to: Address) -> None:
        """No answer to what only servers send: it could be answered by another answer, for ever."""
        self._counters.count("ignored")
        if self._throttle.admits(str(to[0]), "ignored", self._clock())[0]:
            log.warning("%s sends %s, which only servers send: ignored.", to[0], shown(address))

    def predicted(self, to: Address) -> None:
        """`/server_predicted`: the reply is complete."""
        self._send(self._predicted, self._reply(to))

    def late(self, batch_id: int, to: Address, seconds: float) -> None:
        """`/late`: the reply came so many seconds after its deadline."""
        log.warning("Batch %d was answered %.0f ms late.", batch_id, 1e3 * seconds)
        self._send(replies.late(batch_id, seconds), self._reply(to))

    def echo(self, data: Buffer, tags_at: int, end: int, to: Address) -> None:
        """`/packet_test_response`.

        Raises:
            ProtocolError: it fits no datagram.
        """
        self._send(replies.packet_test_response(data, tags_at, end), self._reply(to))

    def stats(self, figures: Figures, to: Address, size: int, port: int | None = None) -> None:
        """`/stats_response`, ten times a second and host at most.

        Args:
            figures: that are told.
            to: who asked.
            size: bytes of the request. To another machine no more are sent: its sender may be
                false, and nobody is to gain by that.
            port: where the answer goes; None for the reply port.

        Raises:
            ProtocolError: the answer would be longer than the request.
        """
        datagram = replies.stats(figures)
        if not is_loopback(to) and len(datagram) > size:
            raise ProtocolError(
                f"/stats: the answer takes {len(datagram)} bytes, the request has {size}; from "
                "another machine it is to be as long. Add a text as argument."
            )
        if self._throttle.admits(str(to[0]), "stats", self._clock())[0]:
            host = self._reply(to)
            self._send(datagram, host if port is None else (host[0], port, *host[2:]))

    def error(self, text: str, to: Address, level: int = logging.WARNING) -> None:
        """One log line and `/error`; where there are too many, they are only counted."""
        line = " ".join(text.split())
        self._counters.fail(line, self._clock())
        told, suppressed = self._throttle.admits(str(to[0]), line, self._clock())
        if not told:
            return
        more = f" ({suppressed} like it were not reported)" if suppressed else ""
        log.log(level, "%s: %s%s", to[0], line, more)
        self._send(replies.error(line), self._reply(to))

    def close(self) -> None:
        """Close the socket; no other method may be called after it."""
        suppressed = self._throttle.suppressed()
        if suppressed:
            log.warning("%d more errors were not reported one by one.", suppressed)
        self._socket.close()

    def send_stems(
        self, setting: Setting, audio: NDArray[np.float32], batch_id: int, to: Address
    ) -> tuple[float, bool]:
        """Send the chunks of a reply in portions; `predicted` ends it. Cycle thread.

        Args:
            setting: whose stems these are.
            audio: [rows, samples] float32, with at least one row.
            batch_id: of the step.
            to: where the step came from.

        Returns:
            When the first chunk was out, in seconds, and whether all chunks were sent.
        """
        reply = self._reply(to)
        samples = audio.shape[1]
        package = min(self._package_size(), samples)
        total = -(-samples // package)
        first_out: float | None = None
        complete = True
        portion = 0
        for name, stem in zip(setting.generated, audio, strict=True):
            address = f"/{name}".encode()
            for index in range(total):
                chunk = stem[index * package : (index + 1) * package]
                datagram = self._writer.write(address, batch_id, index, total, chunk)
                portion += len(datagram)
                if first_out is not None and portion > _PORTION_BYTES:
                    self._pause(_PAUSE_SECONDS)
                    portion = len(datagram)
                complete &= self._send(datagram, reply)
                if first_out is None:
                    first_out = self._clock()
        assert first_out is not None, "a reply has at least one stem"
        return first_out, complete

    def _reply(self, to: Address) -> Address:
        """The sender's host on the reply port."""
        return (to[0], self.announced[1], *to[2:])

    def _send(self, datagram: bytes | memoryview, to: Address) -> bool:
        try:
            self._socket.sendto(datagram, to)
        except OSError as error:
            self._complain(error, len(datagram), to)
            return False
        return True

    def _complain(self, error: OSError, size: int, to: Address) -> None:
        """Say once what keeps datagrams from leaving."""
        reason = error.strerror or str(error)
        self._counters.fail(f"A datagram was not sent: {reason}.", self._clock())
        with self._logged_lock:
            if error.errno in self._logged:
                return
            self._logged.add(error.errno)
        text = f"A datagram of {size} bytes to {to[0]} was not sent: {reason}."
        if error.errno in (errno.EMSGSIZE, errno.ENOBUFS):
            text += " " + _size_remedy()
        log.error("%s This is said once.", text)
        if size > len(replies.error(text)):
            self._send(replies.error(text), to)


def _size_remedy() -> str:
    remedy = "Choose a smaller package size"
    if sys.platform == "darwin":
        remedy += ", or allow larger datagrams: sudo sysctl -w net.inet.udp.maxdgram=65535"
    return remedy + "."
