"""A client that behaves as the published Max external `multi_track` does.

What it sends, and where it places what comes back, follow the protocol of that external. Its socket
has the system's default buffers, so packets that a performer would lose are lost here too. The one
addition: it waits for this server's `/loaded`, where the external just goes on.

Two threads: the caller's, which sends, and one that receives. They share the state under one
lock; the receiving thread takes it once a packet.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from pythonosc.osc_message_builder import OscMessageBuilder

from sideman.engine.errors import ProtocolError, SidemanError
from sideman.runtime.multi_track.control import read_control
from sideman.runtime.multi_track.replies import StemWriter
from sideman.runtime.multi_track.reply_sender import ReplySender
from sideman.runtime.multi_track.wire import Samples, messages, read_audio
from sideman.runtime.osc.message import read_address
from sideman.runtime.rehearse.record import StepRecord
from sideman.runtime.rehearse.timeline import Placement, Track

#: Seconds between two messages of the handshake.
PAUSE = 0.03
#: How often a wait looks whether the server still lives, in seconds.
_LOOK = 0.1

Address = tuple[str, int]


@dataclass(frozen=True)
class ClientSettings:
    """What the client tells the server in its handshake.

    Attributes:
        stems: all stems of the model, in the order of its label.
        wanted: those to generate.
        r: step as a fraction of the window.
        w: −1, 0 or 1.
        fade: as a fraction of the sample rate.
        package: samples a chunk, both ways.
        planes: send each stem's plane on its own address rather than their sum as `/context`.
    """

    stems: tuple[str, ...]
    wanted: tuple[str, ...]
    r: float
    w: int
    fade: float
    package: int
    planes: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses that a step's audio is sent to, one for each plane."""
        return tuple(f"/{stem}" for stem in self.stems) if self.planes else ("/context",)


def control(address: str, *arguments: tuple[str, int | float]) -> bytes:
    """A control message of arguments that each come with their type tag."""
    builder = OscMessageBuilder(address)
    for tag, value in arguments:
        builder.add_arg(value, tag)
    return bytes(builder.build().dgram)


class MultiTrackClient:
    """Plays steps of audio into a server and collects the stems that come back.

    Use it in a `with` block: `wait_ready`, `shake_hands`, `send_step` for every step, and
    `wait_answered` at the end.

    Args:
        settings: what the server is told.
        placement: the time line; belongs to the same r, w and fade.
        host: address to bind.
        port: port to bind for the replies; 0 takes any that is free.
    """

    def __init__(
        self,
        settings: ClientSettings,
        placement: Placement,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.settings = settings
        self.placement = placement
        self.tracks = {stem: Track(placement, settings.package) for stem in settings.wanted}
        self.steps = [StepRecord() for _ in range(placement.steps)]
        self.messages: Counter[str] = Counter()
        self.errors: list[str] = []
        self.stale_packets = 0
        self._by_address = {f"/{stem}".encode(): track for stem, track in self.tracks.items()}
        self._seen: set[tuple[int, bytes, int]] = set()
        self._current = -1
        self._changed = threading.Condition()
        self._writer = StemWriter()
        self._closing = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise SidemanError(
                f"{host}:{port} cannot be bound: {error.strerror or error}."
            ) from None
        self._socket.settimeout(_LOOK)
        self._thread = threading.Thread(target=self._receive, name="rehearse-receive", daemon=True)

    @property
    def address(self) -> Address:
        """Host and port that replies are expected on."""
        host, port = self._socket.getsockname()
        return host, port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._thread.join()
        self._socket.close()

    def wait_ready(self, timeout: float, check: Callable[[], None] = lambda: None) -> None:
        """Wait for `/ready`.

        Args:
            timeout: seconds.
            check: called now and then; raises where waiting makes no sense any more.

        Raises:
            SidemanError: it did not come in time.
        """
        if not self._wait(lambda: self.messages["/ready"] > 0, timeout, check):
            raise SidemanError(f"The server did not send /ready within {timeout:g} s.")

    def shake_hands(
        self, server: Address, timeout: float, check: Callable[[], None] = lambda: None
    ) -> None:
        """Send all settings, 30 ms apart, ask for the model, and wait until it is loaded.

        Args:
            server: host and port of the server.
            timeout: seconds for loading.
            check: as in `wait_ready`.

        Raises:
            SidemanError: the server answered with `/error`, or the model was not loaded in time.
        """
        settings = self.settings
        flags = [("i", int(stem in settings.wanted)) for stem in settings.stems]
        faults = len(self.errors)
        for datagram in (
            control("/update_package_size", ("i", settings.package)),
            control("/update_r", ("d", settings.r)),
            control("/w", ("d", settings.w)),
            control("/update_fade", ("d", settings.fade)),
            control("/predict_instruments", *flags),
            control("/verbose", ("i", 0)),
        ):
            self._send(datagram, server)
            time.sleep(PAUSE)
        # Counted now: a server that had loaded before it was asked says so again.
        before = self.messages["/loaded"]
        self._send(control("/load_model"), server)
        loaded = self._wait(
            lambda: self.messages["/loaded"] > before or len(self.errors) > faults, timeout, check
        )
        if len(self.errors) > faults:
            # What it says to players of this protocol is nothing that this one could do.
            said = self.errors[faults].removesuffix(ReplySender.load_hint).strip()
            raise SidemanError(f"The server answered: {said}")
        if not loaded:
            raise SidemanError(f"The server did not load its model within {timeout:g} s.")

    def send_step(self, server: Address, due: float, planes: Samples) -> None:
        """Send one step's audio as a burst, and expect its answer from now on.

        Args:
            server: host and port of the server.
            due: when the step had been played, on the clock of `time.perf_counter`.
            planes: [planes, S] float32, one for every address of the settings.
        """
        package = self.settings.package
        with self._changed:
            self._current += 1
            batch = self._current
            self.steps[batch].due = due
            for track in self.tracks.values():
                track.clear(batch)
        total = len(planes) * -(-self.placement.step // package)
        for address, plane in zip(self.settings.addresses, planes, strict=True):
            for start in range(0, self.placement.step, package):
                chunk = plane[start : start + package]
                self._send(self._writer.write(address.encode(), batch, start, total, chunk), server)
        self.steps[batch].sent = time.perf_counter()

    def wait_answered(self, timeout: float, check: Callable[[], None] = lambda: None) -> bool:
        """Wait until the newest step is answered in full or dropped; False after the timeout."""

        def over() -> bool:
            newest = self.steps[self._current]
            return newest.complete or newest.dropped

        return self._wait(over, timeout, check)

    def _send(self, datagram: bytes | memoryview, server: Address) -> None:
        try:
            self._socket.sendto(datagram, server)
        except ConnectionError:
            # The port was closed when an earlier datagram arrived there. No error here: waiting for
            # an answer checks whether the server is alive.
            pass
        except OSError as error:
            raise SidemanError(
                f"A datagram of {len(datagram):,} bytes cannot be sent: {error.strerror or error}.",
                "`sideman doctor` says what this machine lets through.",
            ) from None

    def _wait(self, done: Callable[[], bool], timeout: float, check: Callable[[], None]) -> bool:
        end = time.perf_counter() + timeout
        while True:
            with self._changed:
                if self._changed.wait_for(done, min(_LOOK, max(0.0, end - time.perf_counter()))):
                    return True
            check()
            if time.perf_counter() >= end:
                return False

    def _receive(self) -> None:
        """Body of the receiving thread."""
        buffer = bytearray(1 << 16)
        while not self._closing:
            try:
                size = self._socket.recv_into(buffer)
            except (TimeoutError, ConnectionError):
                # Windows reports a closed server port on the next receive as a reset connection.
                continue
            now = time.perf_counter()
            with self._changed:
                try:
                    for start, end in messages(buffer, size):
                        self._take(buffer, start, end, now)
                except ProtocolError as error:
                    self.errors.append(f"The server sent what the protocol does not know: {error}")
                self._changed.notify_all()

    def _take(self, buffer: bytearray, start: int, end: int, now: float) -> None:
        address, tags_at = read_address(buffer, start, end)
        if address in self._by_address:
            self._take_audio(buffer, address, tags_at, end, now)
            return
        message = read_control(buffer, address, start, tags_at, end)
        self.messages[message.address] += 1
        if message.address == "/batch_dropped" and message.arguments:
            batch = message.arguments[0]
            if isinstance(batch, int) and 0 <= batch <= self._current:
                self.steps[batch].dropped = True
        elif message.address == "/error":
            self.errors.append(" ".join(map(str, message.arguments)))

    def _take_audio(
        self, buffer: bytearray, address: bytes, tags_at: int, end: int, now: float
    ) -> None:
        chunk = read_audio(buffer, address, tags_at, end)
        if not max(0, self._current - 1) <= chunk.batch_id <= self._current:
            self.stale_packets += 1
            return
        if not 0 <= chunk.place < chunk.total:
            raise ProtocolError(f"chunk {chunk.place} of {chunk.total}")
        # A packet that the network brings twice must not be cross-faded twice.
        key = (chunk.batch_id, address, chunk.place)
        if key in self._seen:
            return
        self._seen.add(key)
        step = self.steps[chunk.batch_id]
        if step.missing is None:
            step.missing = chunk.total * len(self.tracks)
            step.first = now
        step.missing -= 1
        if step.missing == 0:
            step.last = now
        samples = chunk.payload.astype("f4")
        self._by_address[address].write(chunk.batch_id, chunk.place, samples)
