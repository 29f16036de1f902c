"""The network's side of a client: a session of the native protocol, on a thread of its own."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from sideman.engine.errors import ProtocolError
from sideman.runtime.client.shared import Shared
from sideman.runtime.client.status import Status
from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import (
    VERSIONS,
    Accept,
    Beat,
    Begin,
    Bye,
    Change,
    Control,
    Epoch,
    Error,
    Hello,
    Position,
    Refuse,
    Resend,
    State,
    Warn,
    padded,
    read_control,
    write_control,
)
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import (
    CONTEXT,
    FLOAT32,
    MAX_AMPLITUDE,
    MAX_DATAGRAM,
    Format,
    Packet,
    is_audio,
    read_packet,
    write_packet,
)
from sideman.runtime.streaming.rates import ratio

_HELLO_SECONDS = 0.25
_HELLO_AGAIN_SECONDS = 1.0
_BEAT_SECONDS = 0.5
_SILENT_SECONDS = 2.0
_ASK_SECONDS = 0.01
#: Packets of context that one turn sends: what a stock socket holds, with room left.
_BURST = 48
#: Packets that one request can have sent again.
_MOST_AGAIN = 32
_NAME = "sideman-client 0.1"


@dataclass(frozen=True)
class Wish:
    """What a client was made for.

    Attributes:
        step: columns of a cycle; 0 leaves it to the server.
        lead: columns; 0 follows the server's advice.
        margin: one of `MARGINS`.
        format: of stems' samples.
    """

    step: int
    lead: int
    margin: str
    format: Format


@dataclass(frozen=True)
class _Session:
    """What was accepted."""

    number: int
    epoch: int
    known: tuple[str, ...]
    placement: Placement

    def follow(self, epoch: Epoch) -> _Session:
        """The same session in another epoch."""
        placement = replace(
            self.placement,
            origin=epoch.origin,
            step=epoch.step,
            lead=epoch.lead,
            overlap=epoch.overlap,
        )
        return replace(self, epoch=epoch.epoch, placement=placement)


class Network:
    """The thread of a client's session.

    Attributes:
        commands: what was asked for, in its order; any thread appends.
        ending: set by any thread to end.

    Args:
        shared: with the audio callback.
        wish: what the client was made for.
        connection: a UDP socket that is connected to the server and does not block.
        woken: becomes readable whenever there is something to do.
        clock: seconds that only increase.
    """

    def __init__(
        self,
        shared: Shared,
        wish: Wish,
        connection: socket.socket,
        woken: socket.socket,
        clock: Callable[[], float],
    ) -> None:
        self.ending = False
        self.commands: deque[object] = deque()
        self._shared = shared
        self._wish = wish
        self._socket = connection
        self._woken = woken
        self._clock = clock
        self._step, self._lead = wish.step, wish.lead
        self._wanted = shared.stems
        self._session: _Session | None = None
        self._request = 0
        self._hello: Hello | None = None
        self._hello_due = self._hello_over = 0.0
        self._pending: Begin | Change | None = None
        self._pending_due = 0.0
        self._sent = 0
        self._heard = self._beaten = self._asked = float("-inf")
        self._round_trip = _ASK_SECONDS
        self._stamps: dict[int, float] = {}
        self._arrivals: deque[tuple[float, int, int, int]] = deque(maxlen=4_096)
        self._settled: dict[int, tuple[int, int]] = {}
        self._repaired = self._context_lost = self._advised = 0
        self._text = "No answer yet."
        self._warnings: dict[str, str] = {}
        self._buffer = bytearray(65_536)

    # Any thread

    def status(self) -> Status:
        """As `Client.status`."""
        session, player = self._session, self._shared.player
        status = Status(
            "closed" if self.ending else "connecting",
            self._text,
            landing=player.landing / self._shared.rate,
            round_trip=self._round_trip,
            lost=player.lost,
            late=player.late,
            repaired=self._repaired,
            context_lost=self._context_lost,
        )
        if self.ending or session is None:
            return status
        place = session.placement
        return replace(
            status,
            state="playing",
            step=place.step,
            lead=place.lead,
            advised=self._advised,
            ahead=place.ahead / self._shared.rate,
            known=session.known,
        )

    # The thread

    def run(self) -> None:
        """Send and receive until the client is closed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            due = self._clock()
            while not self.ending:
                selector.select(max(0.0, due - self._clock()))
                self._drain_wake()
                self._receive()
                due = self._turn(self._clock())
        if self._session is not None:
            self._tell(Bye(self._session.number, "The client ends."))

    def _drain_wake(self) -> None:
        try:
            while self._woken.recv(4_096):
                pass
        except BlockingIOError:
            pass

    def _turn(self, now: float) -> float:
        """Do what is due; tells when the next thing is, in seconds."""
        session = self._session
        if session is None:
            return self._greet(now)
        if now - self._heard >= _SILENT_SECONDS:
            self._leave("The server is silent.")
            return now
        while self.commands and self._pending is None:
            self._command(session, self.commands.popleft(), now)
        if self._pending is not None and now >= self._pending_due:
            self._tell(self._pending)
            self._pending_due = now + _HELLO_SECONDS
        dues = [self._heard + _SILENT_SECONDS, self._beaten + _BEAT_SECONDS]
        if self._pending is not None:
            dues.append(self._pending_due)
        if now >= dues[1]:
            self._beat(session, now)
            dues[1] = now + _BEAT_SECONDS
        dues += self._ask(session, now)
        if self._send_context(session):
            dues.append(now + 0.002)
        return min(dues)

    def _greet(self, now: float) -> float:
        shared = self._shared
        for command in self._take_commands():
            if command != "begin":  # there is nothing yet to begin anew
                self._note(command)
                self._hello = None
        if now >= self._hello_due:
            if self._hello is None or now >= self._hello_over:
                self._request += 1
                self._hello_over = now + _HELLO_AGAIN_SECONDS
                self._hello = padded(
                    Hello(
                        self._request,
                        *VERSIONS,
                        shared.rate,
                        shared.block,
                        self._step,
                        self._lead,
                        self._wish.format.number,
                        ",".join(self._wanted),
                        self._wish.margin,
                        _NAME,
                        "",
                        Position(shared.position),
                    )
                )
            self._tell(self._hello)
            self._hello_due = now + _HELLO_SECONDS
        return self._hello_due

    def _command(self, session: _Session, command: object, now: float) -> None:
        self._request += 1
        place = session.placement
        if command == "begin":
            self._pending = Begin(session.number, self._request, Position(self._shared.position))
        else:
            assert isinstance(command, tuple)
            self._note(command)
            self._ask_for(session, self._step or place.step, self._lead or place.lead)
        self._pending_due = now

    def _ask_for(self, session: _Session, step: int, lead: int) -> None:
        """Let the next turn ask for a geometry, with the stems that are wanted."""
        self._pending = Change(session.number, self._request, step, lead, ",".join(self._wanted))

    def _take_commands(self) -> list[object]:
        taken = []
        while self.commands:
            taken.append(self.commands.popleft())
        return taken

    def _note(self, command: object) -> None:
        """Remember what was asked for: a later session asks for it, too."""
        assert isinstance(command, tuple)
        stems, step, lead = command
        if stems is not None:
            self._wanted = tuple(stems)
        self._step = self._step if step is None else step
        self._lead = self._lead if lead is None else lead

    def _beat(self, session: _Session, now: float) -> None:
        self._beaten = now
        player = self._shared.player
        stamp = int(now * 1_000) & 0x7FFFFFFF
        self._stamps = {stamp: now, **dict(list(self._stamps.items())[:3])}
        self._tell(
            Beat(
                session.number,
                stamp,
                Position(self._shared.position),
                player.landing,
                player.lost,
                self._repaired,
                player.late,
                0,
            )
        )

    def _send_context(self, session: _Session) -> bool:
        """Send what was played since; tells whether more is left for a later turn."""
        shared = self._shared
        most = FLOAT32.most
        self._sent = max(self._sent, shared.position - shared.history.capacity)
        for _ in range(_BURST):
            end = min(shared.position, self._sent + most)
            if end <= self._sent:
                return False
            # What was sent before rides along where there is room.
            start = max(end - most, session.placement.origin, shared.history.start)
            self._send_samples(session, min(start, self._sent), end, again=False)
            self._sent = end
        return True

    def _send_samples(self, session: _Session, start: int, end: int, *, again: bool) -> None:
        samples = np.zeros(end - start, np.float32)
        self._shared.history.read(start, samples)
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -MAX_AMPLITUDE, MAX_AMPLITUDE, out=samples)
        self._send(
            write_packet(
                Packet(session.number, session.epoch, start, 0, CONTEXT, samples, FLOAT32, again)
            )
        )

    def _send_again(self, session: _Session, resend: Resend) -> None:
        """Send what of the context was asked for and is still there."""
        history, most = self._shared.history, FLOAT32.most
        left = _MOST_AGAIN
        for wanted in resends.unpack(resend.entries):
            for low, high in wanted.ranges() if wanted.stem == CONTEXT else ():
                start, end = max(low, history.start), min(high, self._sent)
                for at in range(start, end, most):
                    if left == 0:
                        return
                    left -= 1
                    self._send_samples(session, at, min(end, at + most), again=True)

    def _ask(self, session: _Session, now: float) -> list[float]:
        """Ask for stems that are missing; tells when to ask next, if at all."""
        while self._arrivals and now - self._arrivals[0][0] >= _ASK_SECONDS:
            _, row, step, position = self._arrivals.popleft()
            self._settled[row] = max(self._settled.get(row, (0, 0)), (step, position))
        wanted: list[resends.Wanted] = []
        soonest = self._shared.position + int(self._round_trip * self._shared.rate)
        for row, (step, newest) in self._settled.items():
            number = session.known.index(self._shared.stems[row])
            for of in (step - 1, step) if step else (step,):
                holes = self._shared.player.missing(row, of)
                holes = [(max(a, soonest), b if of < step else min(b, newest)) for a, b in holes]
                room = resends.MOST_ENTRIES - len(wanted)
                wanted += resends.want(number, [(a, b) for a, b in holes if a < b], room)
        if not wanted:
            return []
        again = self._asked + max(_ASK_SECONDS, self._round_trip)
        if now >= again:
            self._asked = now
            again = now + max(_ASK_SECONDS, self._round_trip)
            self._tell(Resend(session.number, session.epoch, resends.pack(wanted)))
        return [again]

    def _receive(self) -> None:
        while True:
            try:
                size = self._socket.recv_into(self._buffer)
            except OSError:  # nothing more has come, or nobody listens at the server's port yet
                return
            now = self._clock()
            try:
                if is_audio(self._buffer, size):
                    self._audio(read_packet(self._buffer, size), now)
                else:
                    self._control(read_control(self._buffer, size), now)
            except ProtocolError as error:
                self._text = error.what

    def _audio(self, packet: Packet, now: float) -> None:
        session, shared = self._session, self._shared
        if session is None or packet.session != session.number:
            return
        if packet.stem >= len(session.known):
            return
        name = session.known[packet.stem]
        if name not in shared.stems:
            return
        self._heard = now
        row = shared.stems.index(name)
        new = shared.player.write(
            (packet.session, packet.epoch),
            row,
            packet.step,
            packet.position,
            packet.samples,
            shared.position,
        )
        if packet.again:
            self._repaired += new
        elif packet.epoch == session.epoch:
            self._arrivals.append((now, row, packet.step, packet.position))

    def _control(self, message: Control, now: float) -> None:
        session = self._session
        match message:
            case Accept():
                self._accept(message, now)
            case Refuse():
                self._refused(message, now)
            case Warn() if session is not None:
                self._heard = now
                self._warnings.pop(message.code, None)
                if message.on:
                    self._warnings[message.code] = message.text
                self._text = next(reversed(self._warnings.values()), "")
            case State() | Error() if session is not None:
                self._heard = now
                self._text = _shown(message)
            case Epoch() if session is not None and message.session == session.number:
                self._heard = now
                self._follow(session, message)
            case Beat() if session is not None and message.session == session.number:
                self._heard = now
                self._context_lost = message.lost
                self._advised = message.lead
                if message.lead not in (0, session.placement.lead) and not self._lead:
                    self._follow_advice(session)
                sent = self._stamps.get(message.stamp)
                if sent is not None:
                    self._round_trip = max(1e-4, now - sent)
            case Resend() if session is not None and message.session == session.number:
                self._heard = now
                self._send_again(session, message)
            case Bye() if session is not None and message.session == session.number:
                self._leave(message.reason)

    def _follow_advice(self, session: _Session) -> None:
        """Ask for the lead that is advised, unless something else is being asked for."""
        if self._pending is None and not self.commands:
            self._request += 1
            self._pending_due = 0.0
            self._ask_for(session, session.placement.step, self._advised)

    def _accept(self, accept: Accept, now: float) -> None:
        hello = self._hello
        if self._session is not None or hello is None or accept.request != hello.request:
            return
        known = tuple(accept.known.split(","))
        try:
            up, down = ratio(self._shared.rate, accept.model_rate)
        except ValueError:
            return
        placement = Placement(
            accept.origin, accept.step, accept.lead, accept.overlap, up, down, accept.wait
        )
        self._sent = accept.origin
        self._heard, self._text, self._pending = now, "", None
        self._warnings.clear()
        self._forget_arrivals()
        self._shared.player.follow(
            (accept.session, accept.epoch), placement, jump_at=self._shared.position
        )
        self._session = _Session(accept.session, accept.epoch, known, placement)

    def _refused(self, refuse: Refuse, now: float) -> None:
        text = f"{refuse.reason} {refuse.offer}".strip()
        pending = self._pending
        if pending is not None and refuse.request == pending.request:
            self._pending, self._text = None, text
        elif self._session is None and self._hello and refuse.request == self._hello.request:
            self._text = text
            self._hello_due = now + _HELLO_AGAIN_SECONDS
            self._hello_over = now

    def _follow(self, session: _Session, epoch: Epoch) -> None:
        if epoch.epoch <= session.epoch:
            return
        answered = self._pending is not None and epoch.request == self._pending.request
        jump = answered and isinstance(self._pending, Begin)
        if answered:
            self._pending = None
        else:  # the server plays on as before: what was asked for last cannot be
            self._wanted = tuple(epoch.stems.split(",")) if epoch.stems else ()
            self._step = epoch.step
            self._lead = self._lead and epoch.lead
        self._session = session = session.follow(epoch)
        if jump:
            self._sent = max(epoch.origin, 0)
        self._forget_arrivals()
        self._shared.player.follow(
            (session.number, epoch.epoch),
            session.placement,
            jump_at=self._shared.position if jump else None,
        )

    def _forget_arrivals(self) -> None:
        self._arrivals.clear()
        self._settled.clear()

    def _leave(self, reason: str) -> None:
        """The session is over; the server is asked for another one."""
        self._session, self._pending, self._hello = None, None, None
        self._text = reason
        # A server that ends sessions for a reason that stays is not asked without a pause.
        self._hello_due = self._clock() + _HELLO_AGAIN_SECONDS * bool(reason)
        self._hello_over = 0.0
        self._shared.player.stop(self._shared.position)

    def _tell(self, message: Control) -> None:
        self._send(write_control(message))

    def _send(self, datagram: bytes) -> None:
        assert len(datagram) <= MAX_DATAGRAM
        with suppress(OSError):  # it counts as lost: nobody listens, or the socket is full
            self._socket.send(datagram)


def _shown(message: State | Error) -> str:
    if isinstance(message, Error):
        return message.text
    return "" if message.state == "ready" else f"{message.state} {message.detail}".strip()
