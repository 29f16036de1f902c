"""Stems on their way to the client: most urgent first, paced, and kept for a second."""

from __future__ import annotations

import heapq
import select
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from sideman.engine.errors import SidemanError
from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.streaming.packets import FLOAT32, INT16, Format, Packet, Samples, write_packet
from sideman.runtime.streaming.resends import Wanted
from sideman.runtime.system.hosts import Address

#: Datagrams that leave at once, and the seconds until the next may. Stock sockets hold about 92 of
#: 1 KB (measured on Linux), so 60 in 5 ms leave room for what comes besides.
_BURST, _PAUSE_SECONDS = 24, 0.002
#: Seconds that a datagram waits for room in the kernel's queue before it counts as lost.
_FULL_SECONDS = 0.05
#: Seconds of stems that are kept to be sent again.
_KEPT_SECONDS = 1.0
#: Packets that one request can have sent again.
_MOST_AGAIN = 32

_Key = tuple[int, int, int, int, int]  # session, epoch, stem, step, position


class StemSender:
    """Sends stems on a thread of its own; `send`, `resend` and `forget` may be called by any.

    Args:
        port: the socket that datagrams leave from.
        failed: called with what keeps datagrams from leaving.
        clock: seconds.
    """

    def __init__(
        self,
        port: socket.socket,
        failed: Callable[[OSError], None],
        clock: Callable[[], float],
    ) -> None:
        self._port = port
        self._failed = failed
        self._clock = clock
        self._changed = threading.Condition()
        # Sorted by position over all stems, then in the order in which they came.
        self._queue: list[tuple[int, int, bytes, Address]] = []
        self._count = 0
        self._kept: OrderedDict[_Key, tuple[float, Packet]] = OrderedDict()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="sideman-send", daemon=True)
        self._thread.start()

    def send(
        self, setting: NativeSetting, step: int, audio: Samples, form: Format, to: Address
    ) -> float:
        """Send a step's stems; returns when the first of them is out, in seconds.

        Args:
            setting: whose stems these are.
            step: its number.
            audio: float32 [rows, samples].
            form: of the samples in packets.
            to: the client.
        """
        begin = setting.placement.start(step)
        # Half of a packet of int16 is room for what the packet before it brought.
        size = FLOAT32.most
        ride = size if form is INT16 else 0
        first: float | None = None
        now = self._clock()
        for at in range(0, audio.shape[1], size):
            for row, stem in zip(setting.rows, audio, strict=True):
                low = max(0, at - ride)
                packet = Packet(
                    setting.session,
                    setting.epoch,
                    begin + low,
                    step,
                    row,
                    stem[low : at + size].copy(),
                    form,
                )
                datagram = write_packet(packet)
                if first is None:
                    self._send(datagram, to)  # at once: it is what the path is measured by
                    first = self._clock()
                else:
                    self._put(begin + at, datagram, to)
                key = setting.session, setting.epoch, row, step, begin + at
                with self._changed:
                    self._kept[key] = now, packet
        assert first is not None, "a reply has at least one stem"
        with self._changed:
            self._changed.notify()
            while self._kept and next(iter(self._kept.values()))[0] < now - _KEPT_SECONDS:
                self._kept.popitem(last=False)
        return first

    def resend(self, session: int, epoch: int, wanted: list[Wanted], to: Address) -> int:
        """Send again what of it is still kept.

        Args:
            session: number of the one that asks. A cycle may end when its session has, and what it
                generated is nobody else's to hear.
            epoch: of the stems.
            wanted: spans of positions.
            to: the client.

        Returns:
            How many packets that are.
        """
        count = 0
        with self._changed:
            kept = [p for key, (_, p) in self._kept.items() if key[:2] == (session, epoch)]
        asked = {(entry.stem, *span) for entry in wanted for span in entry.ranges()}
        for packet in kept:
            first, last = packet.position, packet.position + len(packet.samples)
            if not any(s == packet.stem and a < last and first < b for s, a, b in asked):
                continue
            if count == _MOST_AGAIN:
                break
            count += 1
            self._put(first, write_packet(replace(packet, again=True)), to)
        with self._changed:
            self._changed.notify()
        return count

    def forget(self) -> None:
        """Drop what waits and what is kept: its epoch or its session is over."""
        with self._changed:
            self._queue.clear()
            self._kept.clear()

    def close(self) -> None:
        """End the thread; what waits is not sent."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _put(self, position: int, datagram: bytes, to: Address) -> None:
        with self._changed:
            self._count += 1
            heapq.heappush(self._queue, (position, self._count, datagram, to))

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                burst = [heapq.heappop(self._queue) for _ in range(min(_BURST, len(self._queue)))]
            for _, _, datagram, to in burst:
                self._send(datagram, to)
            time.sleep(_PAUSE_SECONDS)

    def _send(self, datagram: bytes, to: Address) -> None:
        try:
            try:
                self._port.sendto(datagram, to)
            except BlockingIOError:
                # The kernel's queue is full: on loopback, until the client reads.
                select.select([], [self._port], [], _FULL_SECONDS)
                self._port.sendto(datagram, to)
        except OSError as error:
            self._failed(error)


def stem_format(number: int) -> Format:
    """The format that a hello names.

    Raises:
        SidemanError: it is neither 0 nor 1.
    """
    if number not in (0, 1):
        raise SidemanError(f"Format {number} is neither 0 (float32) nor 1 (int16).")
    return (FLOAT32, INT16)[number]
