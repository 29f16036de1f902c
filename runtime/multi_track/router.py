"""Dispatches each datagram by its address."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from sideman.engine.errors import ProtocolError, SidemanError
from sideman.runtime.multi_track.assembler import Assembler
from sideman.runtime.multi_track.batch import CONTEXT
from sideman.runtime.multi_track.control import Argument, read_control
from sideman.runtime.multi_track.parameters import PUBLISHED_STEMS, Controls
from sideman.runtime.multi_track.reply_sender import ReplySender
from sideman.runtime.multi_track.wire import (
    AudioChunk,
    SampleReader,
    check_packet_test,
    messages,
    read_audio,
)
from sideman.runtime.osc.message import Buffer, read_address, shown
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Configure, Control, Load, Print, Reset
from sideman.runtime.server.figures import Figures
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address, is_loopback

log = logging.getLogger("sideman.runtime.server")

#: Addresses that set one field of `Parameters`.
_SETTINGS = {
    b"/update_package_size": "package_size",
    b"/update_r": "r",
    b"/w": "w",
    b"/update_fade": "fade",
    b"/predict_instruments": "flags",
    b"/verbose": "verbose",
}
_REQUESTS = (b"/reset", b"/load_model", b"/print", b"/predict", b"/packet_test")
#: What only servers send. It arrives where two servers, or a server and itself, are each other's
#: clients.
_REPLIES = frozenset(
    (
        b"/ready",
        b"/loaded",
        b"/server_predicted",
        b"/batch_dropped",
        b"/late",
        b"/error",
        b"/packet_test_response",
        b"/stats_response",
    )
)
_STATS = b"/stats"
_REPEAT_SECONDS = 1.0


class _Message(NamedTuple):
    """Where in the buffer a message lies, and who sent it when."""

    data: Buffer
    address: bytes
    start: int
    tags_at: int
    end: int
    sender: Address
    now: float


class Router:
    """Handles datagrams or answers them with an error; every method runs on the receive thread.

    Args:
        queue: where steps and controls go.
        replies: sends errors and echoes.
        unready: why no audio can be answered; nothing when it can.
        cycle_seconds: how long the last cycles took at the most; None before the first.
        taken: why nothing may be changed now; nothing when it may.
        spoke: called when a message was understood.
        prints: whether the operator gave a folder for `/print`.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
        figures: how the server does.
    """

    def __init__(
        self,
        queue: EventQueue,
        replies: ReplySender,
        unready: Callable[[], str],
        cycle_seconds: Callable[[], float | None] = lambda: None,
        taken: Callable[[], str] = lambda: "",
        spoke: Callable[[], None] = lambda: None,
        *,
        prints: bool = False,
        exact_mask: bool = False,
        figures: Callable[[], Figures] = Figures,
    ) -> None:
        self._figures = figures
        self.controls = Controls(self._publish, exact_mask=exact_mask)
        self._queue = queue
        self._replies = replies
        self._unready = unready
        self._prints = prints
        self._taken = taken
        self._spoke = spoke
        self._assembler = Assembler(queue, replies, cycle_seconds)
        self._reader = SampleReader()
        self._setting: Setting | None = None
        self._planes = _planes(PUBLISHED_STEMS)
        self._now = 0.0
        self._sender: Address = ("", 0)
        self._last_unserved: tuple[str, int, float] = ("", 0, float("-inf"))
        self._requests: dict[bytes, Callable[[_Message, str], None]] = {
            b"/reset": self._reset,
            b"/load_model": self._load,
            b"/print": self._print,
            b"/predict": self._predict,
        }

    def handle(self, data: Buffer, size: int, sender: Address, now: float) -> None:
        """Handle one datagram, or tell its sender what is wrong with it.

        Args:
            data: a buffer with the datagram at its start.
            size: the datagram's bytes.
            sender: where it came from.
            now: when it arrived, in seconds.
        """
        self._now = now
        self._sender = sender
        try:
            parts = messages(data, size)
        except ProtocolError as error:
            self._replies.error(str(error), sender)
            return
        for start, end in parts:
            try:
                address, tags_at = read_address(data, start, end)
                self._dispatch(_Message(data, address, start, tags_at, end, sender, now))
            except SidemanError as error:
                self._replies.error(str(error), sender)
            except Exception as error:
                log.debug("A datagram could not be handled.", exc_info=True)
                self._replies.error(f"A datagram could not be handled: {error!r}", sender)

    def expire(self, now: float) -> float | None:
        """End steps whose packets have stopped coming; tells when to call again, in seconds."""
        self._now = now
        return self._assembler.expire(now)

    def _dispatch(self, message: _Message) -> None:
        # Asked first: where the model is ready at this point, its setting is there when it is read.
        unready, taken = self._unready(), self._taken()
        self._follow_setting()
        plane = self._planes.get(message.address)
        if plane is not None:
            self._audio(message, plane, unready or taken)
        elif message.address == b"/packet_test":
            self._packet_test(message)
        elif message.address == _STATS:
            self._stats(message)
            return  # who asks how the server does may be no player
        elif message.address in _REPLIES:
            self._replies.ignored(message.address, message.sender)
            return
        elif taken and message.address in (*_SETTINGS, *self._requests):
            raise ProtocolError(taken)
        elif message.address in _SETTINGS:
            self._set(_SETTINGS[message.address], _read(message))
        elif message.address in self._requests:
            _read(message)  # whatever the arguments are, they must be whole
            self._requests[message.address](message, unready)
        else:
            raise ProtocolError(f"{shown(message.address)}: no such address.")
        self._spoke()

    def _follow_setting(self) -> None:
        """Assemble for the setting in force, whoever changed it."""
        setting = self.controls.setting
        if setting is not self._setting:
            self._setting = setting
            if setting is not None:
                self._planes = _planes(setting.stems)
                self._assembler.use(setting, self._now)

    def _publish(self, setting: Setting) -> bool:
        """Put a new setting in order, behind the step that it ends."""
        if self._queue.full:
            return False
        self._assembler.use(setting, self._now)
        self._setting = setting
        return self._queue.put_control(Configure(setting, self._sender))

    def _set(self, name: str, values: tuple[object, ...]) -> None:
        self.controls.change(name, values)
        if name == "verbose":
            log.setLevel(logging.DEBUG if values[0] else logging.NOTSET)

    def _audio(self, message: _Message, plane: int, unready: str) -> None:
        chunk = read_audio(message.data, message.address, message.tags_at, message.end)
        reason = unready or self.controls.unserved
        if reason:
            self._say_unserved(reason, chunk, message)
            return
        samples = self._reader.read(message.address, chunk.payload)
        self._assembler.add(plane, chunk, samples, message.sender, message.now)

    def _say_unserved(self, reason: str, chunk: AudioChunk, message: _Message) -> None:
        """Once a batch: a step is fifteen chunks and more."""
        host, batch_id, told = self._last_unserved
        again = message.now - told < _REPEAT_SECONDS
        if (host, batch_id) == (message.sender[0], chunk.batch_id) and again:
            return
        self._last_unserved = (message.sender[0], chunk.batch_id, message.now)
        self._replies.error(reason, message.sender)
        self._replies.failed(chunk.batch_id, message.sender)

    def _reset(self, message: _Message, _: str) -> None:
        self._assembler.forget(message.now)
        self._put(Reset(message.sender))

    def _load(self, message: _Message, _: str) -> None:
        self.controls.greet()
        self._assembler.forget(message.now)
        self._put(Load(message.sender))

    def _print(self, message: _Message, unready: str) -> None:
        if not self._prints:
            raise ProtocolError(
                "/print: this server writes no files; its operator can start it with "
                "--debug-dir DIR."
            )
        if unready:
            raise ProtocolError(unready)
        self._put(Print(message.sender))

    def _predict(self, message: _Message, unready: str) -> None:
        reason = unready or self.controls.refused
        if reason:
            raise ProtocolError(reason)
        if not is_loopback(message.sender) and not self._assembler.mostly_arrived:
            raise ProtocolError(
                "/predict: from another machine it completes a step of which more than half has "
                "arrived, so that a few bytes with a false sender cannot ask for a whole reply."
            )
        self._assembler.complete(message.sender, message.now)

    def _packet_test(self, message: _Message) -> None:
        check_packet_test(message.data, message.address, message.tags_at, message.end)
        self._replies.echo(message.data, message.tags_at, message.end, message.sender)

    def _stats(self, message: _Message) -> None:
        first = next(iter(_read(message)), None)
        port = first if isinstance(first, int) and 0 < first < 65_536 else None
        size = message.end - message.start
        self._replies.stats(self._figures(), message.sender, size, port)

    def _put(self, control: Control) -> None:
        if not self._queue.put_control(control):
            raise ProtocolError("Too many control messages wait for a cycle to end.")


def _read(message: _Message) -> tuple[Argument, ...]:
    """The arguments of a control message; raises a ProtocolError where it is not whole."""
    return read_control(
        message.data, message.address, message.start, message.tags_at, message.end
    ).arguments


def _planes(stems: tuple[str, ...]) -> dict[bytes, int]:
    return {b"/context": CONTEXT, **{f"/{stem}".encode(): i for i, stem in enumerate(stems)}}
