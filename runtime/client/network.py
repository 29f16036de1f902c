"""The network's side of a client: a session of the native protocol, on a thread of its own."""

from __future__ import annotations

import errno
import logging
import selectors
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.engine.errors import ProtocolError
from sideman.runtime.client.greeting import Greeting
from sideman.runtime.client.messages import Messages
from sideman.runtime.client.repairs import Repairs
from sideman.runtime.client.sending import ContextSender
from sideman.runtime.client.shared import Shared
from sideman.runtime.client.status import Status
from sideman.runtime.client.wish import Wish
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
    Position,
    Refuse,
    Resend,
    State,
    Warn,
    read_control,
    write_control,
)
from sideman.runtime.streaming.lane import MOST_COLUMNS, Placement
from sideman.runtime.streaming.packets import (
    MAX_DATAGRAM,
    MOST_STEMS,
    Packet,
    is_audio,
    read_packet,
)
from sideman.runtime.streaming.rates import ratio

log = logging.getLogger("sideman.runtime.client")

#: Until an accepted change or jump is confirmed, it is asked for again.
_PENDING_SECONDS = 0.25
_BEAT_SECONDS = 0.5
#: A round trip, until one has been measured.
_GUESSED_SECONDS = 0.1
#: After an error of its own, the thread goes on so many seconds later.
_PAUSE_SECONDS = 0.1
#: Rates in Hz that a model may have.
_LOWEST_RATE, _HIGHEST_RATE = 4_000, 768_000
#: The model's samples of the longest window.
_WINDOW_SAMPLES = MOST_COLUMNS * COLUMN_SAMPLES
#: What a message's counter can hold.
_MOST_COUNTED = 2**31 - 1
#: A full socket; ENOBUFS as macOS says it.
_NO_ROOM = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS)
#: A server that is silent for so many seconds is left. One that a front door sent to is left
#: sooner, because that knows of others: two signs of life and all stems have not come then.
_SILENT_SECONDS, _SENT_ON_SILENT_SECONDS = 2.0, 1.25


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
        ).check()
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
        self._session: _Session | None = None
        self._greeting = Greeting(shared, wish, connection, self._tell)
        self._sending = ContextSender(shared, self._send)
        self._repairs = Repairs(shared)
        self._pending: Begin | Change | None = None
        self._pending_due = 0.0
        self._heard = self._beaten = float("-inf")
        self._round_trip = _GUESSED_SECONDS
        self._measured = 0
        self._stamps: dict[int, float] = {}
        self._repaired = self._advised = 0
        self._context: Beat | None = None
        self._messages = Messages()
        self._engine = State("", 100.0, "")
        self._buffer = bytearray(65_536)

    # Any thread

    def status(self) -> Status:
        """As `Client.status`."""
        session, player = self._session, self._shared.player
        status = Status(
            "closed" if self.ending else "connecting",
            self._messages.shown(self._clock(), playing=session is not None),
            landing=player.landing / self._shared.rate,
            round_trip=self._round_trip,
            lost=player.lost,
            late=player.late,
            repaired=self._repaired,
            context_lost=self._context.lost if self._context else 0,
            context_repaired=self._context.repaired if self._context else 0,
            refused=self._messages.refused,
            engine=self._engine.state,
            percent=self._engine.percent,
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
                try:
                    self._drain_wake()
                    self._receive()
                    due = self._turn(self._clock())
                except Exception as error:
                    # Nothing that a server says may end the thread: the band would be gone.
                    log.exception("The client's network thread met an error of its own.")
                    self._messages.fail(f"An error of the client's own: {error!r}", self._clock())
                    due = self._clock() + _PAUSE_SECONDS
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
        # First of all: a cycle may be waiting for it.
        more = self._sending.turn()
        patience = _SENT_ON_SILENT_SECONDS if self._greeting.away else _SILENT_SECONDS
        if now - self._heard >= patience:
            # It may hear without being heard, and would take the next hello for an old one.
            self._tell(Bye(session.number, "The server is silent."))
            self._leave("The server is silent.")
            return now
        while self.commands and self._pending is None:
            self._command(session, self.commands.popleft(), now)
        if self._pending is not None and now >= self._pending_due:
            self._tell(self._pending)
            self._pending_due = now + _PENDING_SECONDS
        dues = [self._heard + patience, self._beaten + _BEAT_SECONDS]
        if self._pending is not None:
            dues.append(self._pending_due)
        if now >= dues[1]:
            self._beat(session, now)
            dues[1] = now + _BEAT_SECONDS
        again = self._repairs.turn(
            session.known,
            self._round_trip,
            lambda epoch, entries: self._tell(Resend(*epoch, entries)),
            now,
        )
        if again is not None:
            dues.append(again)
        if more:
            dues.append(now + 0.002)
        return min(dues)

    def _greet(self, now: float) -> float:
        while self.commands:
            command = self.commands.popleft()
            if command != "begin":  # there is nothing yet to begin anew
                self._note(command)
                self._greeting.forget()
        return self._greeting.turn(now)

    def _command(self, session: _Session, command: object, now: float) -> None:
        place = session.placement
        if command == "begin":
            request = self._greeting.next_request()
            self._pending = Begin(session.number, request, Position(self._shared.position))
        else:
            assert isinstance(command, tuple)
            self._note(command)
            # A step of 0 leaves it to the server; a lead that is left to it follows its advice.
            self._ask_for(session, self._wish.step, self._wish.lead or place.lead)
        self._pending_due = now

    def _ask_for(self, session: _Session, step: int, lead: int) -> None:
        """Let the next turn ask for a geometry, with the stems that are wanted."""
        request = self._greeting.next_request()
        self._pending = Change(session.number, request, step, lead, ",".join(self._wish.stems))

    def _note(self, command: object) -> None:
        assert isinstance(command, tuple)
        self._wish.change(*command)

    def _beat(self, session: _Session, now: float) -> None:
        self._beaten = now
        player = self._shared.player
        stamp = int(now * 1_000) & 0x7FFFFFFF
        self._stamps = {stamp: now, **dict(list(self._stamps.items())[:3])}
        self._tell(
            Beat(
                session.number,
                stamp,
                session.epoch,
                Position(self._shared.playhead),
                player.landing,
                min(player.lost, _MOST_COUNTED),
                min(self._repaired, _MOST_COUNTED),
                min(player.late, _MOST_COUNTED),
                min(self._measured, _MOST_COUNTED),
            )
        )

    def _receive(self) -> None:
        gone = False
        while True:
            try:
                size = self._socket.recv_into(self._buffer)
            except ConnectionError:
                # The system there says that nobody listens at the server's port: it was killed. Or
                # it has said goodbye, which is still to be read.
                gone = True
                continue
            except OSError:  # nothing more has come
                break
            now = self._clock()
            try:
                if is_audio(self._buffer, size):
                    self._audio(read_packet(self._buffer, size), now)
                else:
                    self._control(read_control(self._buffer, size), now)
            except ProtocolError as error:
                self._messages.fail(error.what, now)
        if gone and (self._session is not None or self._greeting.away):
            self._leave("The server is gone.")

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
        key = packet.session, packet.epoch
        new = shared.player.write(
            key,
            row,
            packet.step,
            packet.position,
            packet.samples,
            shared.playhead,
        )
        if packet.again:
            self._repaired += new
        elif packet.epoch in (session.epoch, session.epoch - 1):
            self._repairs.note(key, row, packet.step, packet.position, now)

    def _control(self, message: Control, now: float) -> None:
        session = self._session
        match message:
            case Accept():
                self._accept(message, now)
            case Refuse():
                self._refused(message, now)
            case Warn() if session is not None:
                self._heard = now
                self._messages.warn(message.code, message.text, on=bool(message.on))
            case State():
                self._state(message)
            case Error() if session is not None:
                self._heard = now
                self._messages.error(message.text, now)
            case Epoch() if session is not None and message.session == session.number:
                self._heard = now
                self._follow(session, message)
            case Beat() if session is not None and message.session == session.number:
                self._heard = now
                self._context = message
                self._advised = message.measured or self._advised
                if message.measured not in (0, session.placement.lead) and not self._wish.lead:
                    self._follow_advice(session)
                sent = self._stamps.get(message.stamp)
                if sent is not None:
                    self._measure(now - sent)
            case Resend() if session is not None and message.session == session.number:
                self._heard = now
                self._sending.again(message)
            case Bye() if session is not None and message.session == session.number:
                self._leave(message.reason)

    def _measure(self, round_trip: float) -> None:
        self._round_trip = max(1e-4, round_trip)
        self._measured = int(1e6 * self._round_trip)

    def _state(self, state: State) -> None:
        self._engine = state
        if self._session is not None:
            self._heard = self._clock()
        elif state.state == "loading":
            self._messages.why = (
                f"The model is loading: {state.percent:.0f} % {state.detail}".strip()
            )

    def _follow_advice(self, session: _Session) -> None:
        """Ask for the lead that is advised, unless something else is being asked for."""
        if self._pending is None and not self.commands:
            self._pending_due = 0.0
            self._ask_for(session, session.placement.step, self._advised)

    def _accept(self, accept: Accept, now: float) -> None:
        if self._session is not None or not self._greeting.answers(accept):
            return
        if accept.host:
            self._messages.why = self._greeting.send_on(accept, now)
            return
        if not VERSIONS[0] <= accept.version <= VERSIONS[1]:
            raise ProtocolError(f"The server speaks version {accept.version} of the protocol.")
        known = tuple(accept.known.split(","))
        if not _LOWEST_RATE <= accept.model_rate <= _HIGHEST_RATE or len(known) > MOST_STEMS:
            raise ProtocolError(f"A model of {accept.model_rate} Hz and {len(known)} stems.")
        up, down = ratio(self._shared.rate, accept.model_rate)
        placement = Placement(
            accept.origin, accept.step, accept.lead, accept.overlap, up, down, accept.wait
        ).check()
        took = self._greeting.accepted(placement.step_samples + placement.wait, now)
        self._measure(took)
        # Its window begins with what was played before, wherever that was.
        earlier = placement.origin - _WINDOW_SAMPLES * up // down
        since = max(0, self._shared.history.start, earlier)
        since = min(since, accept.origin) if up == down else accept.origin
        self._sending.follow(accept.session, accept.epoch, accept.origin, since=since)
        self._heard, self._pending = now, None
        self._messages.begin()
        self._engine = State("ready", 100.0, "")
        self._repairs.keep(())
        self._shared.player.follow(
            (accept.session, accept.epoch),
            placement,
            rows=self._rows(accept.stems),
            jump_at=self._shared.playhead,
        )
        self._session = _Session(accept.session, accept.epoch, known, placement)

    def _refused(self, refuse: Refuse, now: float) -> None:
        text = f"{refuse.reason} {refuse.offer}".strip()
        if refuse.code == "version" and self._wish.bundle:
            text += " Its version is older and knows no bundles by name: update it, or name none."
        pending = self._pending
        if pending is not None and refuse.request == pending.request:
            self._pending = None
            self._messages.error(text, now)
        elif self._session is None and self._greeting.answers(refuse):
            self._messages.refuse(text, refuse.code, self._greeting.wait(refuse, now))

    def _follow(self, session: _Session, epoch: Epoch) -> None:
        answered = self._pending is not None and epoch.request == self._pending.request
        if epoch.epoch <= session.epoch:
            if answered:  # a newer epoch has overtaken the answer
                self._pending = None
            return
        jump = answered and isinstance(self._pending, Begin)
        if answered:
            self._pending = None
        elif not epoch.request:  # the server plays on as before: what was wished for cannot be
            stems = tuple(epoch.stems.split(",")) if epoch.stems else ()
            self._wish.change(stems, epoch.step, self._wish.lead and epoch.lead)
        session = session.follow(epoch)
        since = max(epoch.origin, 0) if jump else None
        self._sending.follow(session.number, epoch.epoch, epoch.origin, since=since)
        player = self._shared.player
        player.follow(
            (session.number, epoch.epoch),
            session.placement,
            rows=self._rows(epoch.stems),
            jump_at=self._shared.playhead if jump else None,
        )
        # Of a change, what was heard before plays until the new epoch's origin.
        self._repairs.keep(() if jump else player.epochs)
        self._session = session  # now that it is heard so

    def _rows(self, names: str) -> tuple[int, ...]:
        """Rows of the stems that play."""
        playing = names.split(",")
        return tuple(i for i, name in enumerate(self._shared.stems) if name in playing)

    def _leave(self, reason: str) -> None:
        """The session is over; the server is asked for another one."""
        self._session, self._pending = None, None
        self._messages.why, self._messages.refused = reason, ""
        self._engine = State("", 100.0, "")
        self._greeting.leave(self._clock(), pause=bool(reason))
        self._shared.player.stop(self._shared.playhead)

    def _tell(self, message: Control) -> None:
        self._send(write_control(message))

    def _send(self, datagram: bytes) -> bool:
        """Send; false where the system only has no room for it now. What else fails is lost."""
        assert len(datagram) <= MAX_DATAGRAM
        try:
            self._socket.send(datagram)
        except OSError as error:
            return error.errno not in _NO_ROOM
        return True
