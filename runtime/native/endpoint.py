"""The native protocol as the server starts it: one session, and who may begin it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sideman.engine.errors import ProtocolError, SidemanError
from sideman.runtime.native.advice import LeadAdvice, too_slow
from sideman.runtime.native.context import Heard
from sideman.runtime.native.earlier import Earlier
from sideman.runtime.native.epochs import Epochs
from sideman.runtime.native.replies import NativeReplies
from sideman.runtime.native.setting import LoadedModel, NativeSetting, Wish, code_of
from sideman.runtime.native.stem_sender import stem_format
from sideman.runtime.osc.message import Buffer
from sideman.runtime.server.events import Configure, Reset, Step
from sideman.runtime.server.protocol import Access
from sideman.runtime.server.throttle import Throttle
from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import (
    MARGINS,
    VERSIONS,
    Accept,
    Beat,
    Begin,
    Bye,
    Change,
    Control,
    Epoch,
    Hello,
    Position,
    Refuse,
    Resend,
    State,
    other_bundle,
    other_version,
    read_control,
    within,
    write_control,
)
from sideman.runtime.streaming.packets import CONTEXT, Packet, Samples, is_audio, read_packet
from sideman.runtime.streaming.rates import RATES
from sideman.runtime.system.hosts import Address

log = logging.getLogger("sideman.runtime.server")

#: A session ends after so many seconds without a datagram.
SILENT_SECONDS = 10.0
#: After so many, another client takes its place.
GIVEN_UP_SECONDS = 2.0
#: Who was heard within so many seconds has not begun anew: a hello from its address is an old one,
#: or another's. It is less than the time after which clients make their hello anew.
_FRESH_SECONDS = 0.5
#: Without sound for so many seconds, a client is told so.
_NO_SOUND_SECONDS = 0.5
#: An epoch is told again, to a client that does not know it, after so many seconds.
_TOLD_SECONDS = 0.25
#: Signs of life of which the client's latency is the smallest.
_BEATS = 8
#: Refusals of one kind and host that are logged in so many seconds: a client asks every second.
_REFUSALS, _REFUSALS_SECONDS = 3, 60.0
#: Seconds between two requests for what is missing, at least.
_ASK_SECONDS = 0.01


@dataclass
class _Session:
    """The client that plays.

    Attributes:
        number: in every packet; random, so that who never got the answer cannot speak for it.
        client: its address.
        hello: what it began with; the same again is a repetition.
        accept: what it was answered.
        epochs: take the context.
        seen: when it spoke last, in seconds.
        heard: counts.
        advice: which lead would suffice.
        confirmed: whether it has shown that it knows the session's number.
        sounded: when audio came last, in seconds.
        asked: when something was last asked for again.
        round_trip: seconds there and back, as the client has measured; a guess at first.
        newest: the request that was answered last; who repeats it gets the same answer, and older
            ones are copies that were late.
        answer: to that request.
        told: the newest epoch, and when it was told.
        late: samples of stems that came too late, by the last sign of life.
        counted: lost samples of the context that the server has counted.
        ahead: samples by which the client's playhead was ahead of the context, newest last.
        begun: when it was accepted, in seconds.
        earlier: what was played before; None as soon as the first step is put.
    """

    number: int
    client: Address
    hello: Hello
    accept: Accept
    epochs: Epochs
    seen: float
    heard: Heard
    advice: LeadAdvice
    sounded: float
    newest: int
    confirmed: bool = False
    asked: float = float("-inf")
    round_trip: float = 0.1
    answer: Epoch | Refuse | None = None
    told: tuple[Epoch, float] | None = None
    late: int = 0
    counted: int = 0
    ahead: deque[int] = field(default_factory=lambda: deque(maxlen=_BEATS))
    begun: float = 0.0
    earlier: Earlier | None = None


@dataclass(frozen=True)
class Sitting:
    """A session as others see it.

    Attributes:
        client: its address.
        token: of the redirect that it came with; empty without one.
        setting: of the newest epoch.
        begun: when it was accepted, in seconds.
        seen: when it spoke last.
        confirmed: whether it has shown that it knows the session's number.
    """

    client: Address
    token: str
    setting: NativeSetting
    begun: float
    seen: float
    confirmed: bool


class NativeEndpoint:
    """Handles datagrams; every method but `client` and `void` runs on the receive thread.

    Args:
        access: of the server.
        busy: why no session can begin although none plays; empty where one can.
        freed: called when a session has ended.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
        any_bundle: whether a hello may name a bundle as it likes: whoever sent it here knows.
        admit: raises `NoRoomError` where what is asked for does not fit beside what others play.
        delay: seconds by which a session that was admitted begins later than it asked for.
    """

    def __init__(
        self,
        access: Access,
        busy: Callable[[], str] = lambda: "",
        freed: Callable[[], None] = lambda: None,
        *,
        exact_mask: bool = False,
        any_bundle: bool = False,
        admit: Callable[[NativeSetting], None] = lambda setting: None,
        delay: Callable[[NativeSetting], float] = lambda setting: 0.0,
    ) -> None:
        self._access = access
        self._busy = busy
        self._freed = freed
        self._any_bundle = any_bundle
        self._admit = admit
        self._delay = delay
        self._session: _Session | None = None
        self._client: Address = ("", 0)
        # Whose sound the model's window holds, from a session of this protocol.
        self._in_window: Address | None = None
        self._voided = ""
        self._restored: NativeSetting | None = None
        self._refused = Throttle(_REFUSALS, _REFUSALS_SECONDS)
        self.settings = LoadedModel(self.void, self.restore, exact_mask=exact_mask)
        self.replies = NativeReplies(
            access.listener, access.announced, access.counters, access.clock, self.client
        )
        self._handlers: dict[type[Control], Callable[..., None]] = {
            Begin: self._begin,
            Change: self._change,
            Beat: self._beat,
            Resend: self._resend,
            Bye: self._bye,
        }

    @property
    def playing(self) -> bool:
        """Whether a session plays; any thread."""
        return self._session is not None

    def client(self) -> Address | None:
        """The client that plays, if any; any thread."""
        session = self._session
        return None if session is None else session.client

    def sitting(self) -> Sitting | None:
        """Who plays, and what, if anybody does; any thread."""
        session = self._session
        if session is None:
            return None
        return Sitting(
            session.client,
            session.hello.token,
            session.epochs.setting,
            session.begun,
            session.seen,
            session.confirmed,
        )

    def give_up(self, reason: str) -> None:
        """End the session, if there is one, and tell its client why."""
        if self._session is not None:
            self._end(self._session, reason)

    def void(self, reason: str) -> None:
        """End the session soon, because of the model; any thread."""
        self._voided = reason

    def restore(self, setting: NativeSetting) -> None:
        """Go on soon with a setting that played before; any thread."""
        self._restored = setting

    def handle(self, data: Buffer, size: int, sender: Address, now: float) -> None:
        """Handle one datagram; what is wrong with it is counted and told to a client that plays."""
        try:
            if is_audio(data, size):
                self._audio(read_packet(data, size), sender, now)
            else:
                self._control(read_control(data, size), size, sender, now)
        except SidemanError as error:
            # A stranger is told nothing: an answer to anything could be sent to anybody.
            if sender == self.client():
                self.replies.error(str(error), sender)
            else:
                self._access.counters.count("ignored")
        except Exception as error:
            log.debug("A datagram could not be handled.", exc_info=True)
            self.replies.error(f"A datagram could not be handled: {error!r}", sender)

    def expire(self, now: float) -> float | None:
        """Begin steps that cannot wait, ask for what is missing, end a session that is silent."""
        session = self._session
        if session is None:
            return None
        if self._voided:
            self._end(session, self._voided)
            return None
        restored, self._restored = self._restored, None
        if restored is not None and restored.session == session.number:
            self._fall_back(session, restored)
        if now - session.seen >= SILENT_SECONDS:
            self._end(session, f"Nothing was heard for {SILENT_SECONDS:g} s.")
            return None
        dues = [session.seen + SILENT_SECONDS]
        if now - session.sounded >= _NO_SOUND_SECONDS:
            session.sounded = now  # it is said again as long as it is so
            self.replies.warn("silent", "No sound comes from you.")
        dues.append(session.sounded + _NO_SOUND_SECONDS)
        due = session.epochs.expire(now)
        if due is not None:
            dues.append(due)
        if holes := session.epochs.holes(now):
            again = session.asked + max(_ASK_SECONDS, session.round_trip)
            if now >= again:
                session.asked, again = now, now + max(_ASK_SECONDS, session.round_trip)
                blob = resends.pack(resends.want(CONTEXT, holes))
                self.replies.tell(
                    Resend(session.number, session.epochs.setting.epoch, blob), session.client
                )
            dues.append(again)
        return min(dues)

    def close(self) -> None:
        """Tell a client that plays; any thread, once nothing arrives any more."""
        session = self._session
        if session is not None:
            self.replies.tell(Bye(session.number, "The server is ending."), session.client)

    # Audio

    def _audio(self, packet: Packet, sender: Address, now: float) -> None:
        session = self._session
        if session is None or packet.session != session.number or sender != session.client:
            self._access.counters.count("ignored")
            return
        if packet.stem != CONTEXT:
            raise ProtocolError("Audio packet: only the context is taken from a client.")
        session.seen = session.sounded = now
        session.confirmed = True
        earlier, end = session.earlier, packet.position + len(packet.samples)
        taken = earlier is not None and earlier.add(packet.position, packet.samples)
        if taken and end <= session.accept.origin:
            return
        if not session.epochs.plays(packet.epoch):
            self._access.counters.count("ignored")
            # It has not heard of the newest one: what told it was lost.
            if session.told is not None and now - session.told[1] >= _TOLD_SECONDS:
                session.told = session.told[0], now
                self.replies.tell(session.told[0], session.client)
        elif not session.epochs.add(packet, now):
            self._access.counters.count("ignored")

    def _put_step(
        self, setting: NativeSetting, step: int, samples: Samples, arrived: float
    ) -> None:
        session = self._session
        assert session is not None, "steps come from a session's context"
        before, self._in_window = self._in_window, session.client
        # What another client has played is nobody else's to hear.
        foreign = before not in (None, session.client)
        if foreign and not self._access.queue.put_control(Reset(session.client)):
            self.void("Too many control messages wait for a cycle to end.")
        earlier, session.earlier = session.earlier, None
        for before_it in earlier.steps() if earlier and setting.epoch == 1 else ():
            # It enters the window, and nobody is answered.
            self._queue_step(session, setting, -1, before_it, arrived, wanted=False)
        superseded = self._queue_step(session, setting, step, samples, arrived)
        if superseded is not None:
            self.replies.dropped(superseded.batch_id, superseded.sender)
        lost = session.heard.lost - session.counted
        if lost:
            session.counted = session.heard.lost
            self._access.counters.lose(lost / session.hello.rate)

    def _queue_step(
        self,
        session: _Session,
        setting: NativeSetting,
        number: int,
        samples: Samples,
        arrived: float,
        *,
        wanted: bool = True,
    ) -> Step | None:
        event = self._access.queue.borrow()
        event.audio[:] = samples
        event.batch_id, event.sender, event.setting = number, session.client, setting
        event.first = event.last = arrived
        event.wanted = wanted
        return self._access.queue.put_step(event)

    # Control

    def _control(self, message: Control, size: int, sender: Address, now: float) -> None:
        if isinstance(message, Hello):
            self._hello(message, size, sender, now)
            return
        session = self._session
        handler = self._handlers.get(type(message))
        number = getattr(message, "session", None)
        if session is None or number != session.number or sender != session.client or not handler:
            self._access.counters.count("ignored")
            return
        session.seen = now
        session.confirmed = True
        handler(session, message)

    def _hello(self, hello: Hello, size: int, sender: Address, now: float) -> None:
        session = self._session
        if session is not None and session.client == sender and session.hello == hello:
            self._answer(session.accept, size, sender)
            return
        refused = self._refusal(hello, sender, now)
        if refused is None:
            try:
                self._accept(hello, size, sender, now)
                return
            except SidemanError as error:
                refused = Refuse(hello.request, code_of(error), error.what, error.remedy)
        self.refuse(refused, size, sender, now)
        if refused.code == "loading":
            self.settings.hope(Wish(hello.step, hello.lead, hello.stems, hello.rate))
            self._tell_loading(size - len(write_control(refused)), sender)

    def _tell_loading(self, size: int, to: Address) -> None:
        """How far the load is, for a screen, if it is not longer than so many bytes."""
        percent, what = self._access.loading.percent, self._access.loading.what
        if percent is not None:
            state = State("loading", percent, what)
            if len(write_control(state)) <= size:
                self.replies.tell(state, to)

    def _occupied(self, sender: Address, now: float) -> str:
        """Why a session that there is keeps another one from beginning; nothing where it does not.

        Whoever has not yet shown that it knows its session's number may be nobody.
        """
        session = self._session
        if session is None or not session.confirmed:
            return ""
        silent = now - session.seen
        if session.client == sender:
            return "" if silent >= _FRESH_SECONDS else "A client of this address plays."
        return "" if silent >= GIVEN_UP_SECONDS else "Another client plays."

    def _refusal(self, hello: Hello, sender: Address, now: float) -> Refuse | None:
        """Why no session can begin, without a look at the wish itself."""
        if refused := other_version(hello):
            return refused
        # First: who waits until another has left, or has loaded, shall not wait in vain.
        playing = self._access.bundle()
        if playing and not self._any_bundle and (refused := other_bundle(hello, (playing,))):
            return refused
        if reason := self._occupied(sender, now):
            return Refuse(hello.request, "busy", reason, "Say hello when it has left.")
        if reason := self._busy():
            return Refuse(hello.request, "busy", reason, "Say hello when it has left.")
        if reason := self._access.failed():
            reason = " ".join(reason.split())
            return Refuse(hello.request, "model", reason, "Mend that and start again.")
        if reason := self._access.unready():
            loading = self._access.loading
            if loading.percent is not None:
                reason = f"The model is loading: {loading.percent:.0f} %."
            return Refuse(hello.request, "loading", reason, "Say hello again.")
        if hello.rate not in (self.settings.rate, *RATES):
            return Refuse(
                hello.request,
                "rate",
                f"{hello.rate} Hz is no rate that is resampled here.",
                f"{', '.join(f'{rate:,}' for rate in RATES)} Hz.",
            )
        return None

    def _accept(self, hello: Hello, size: int, sender: Address, now: float) -> None:
        number = self._access.session_number()
        wish = Wish(hello.step, hello.lead, hello.stems, hello.rate)
        form = stem_format(hello.format)
        if hello.margin not in MARGINS:
            raise ProtocolError(
                f"{hello.margin!r} is no margin.", f"Use one of {', '.join(MARGINS)}."
            )
        setting = self.settings.setting(wish, number, 1, hello.origin)
        self._admit(setting)
        if later := round(self._delay(setting) * hello.rate):
            setting = self.settings.setting(wish, number, 1, hello.origin + later)
        accept = Accept(
            request=hello.request,
            version=min(VERSIONS[1], hello.highest),
            session=number,
            epoch=1,
            step=setting.placement.step,
            lead=setting.placement.lead,
            overlap=setting.placement.overlap,
            model_rate=self.settings.rate,
            wait=setting.placement.wait,
            stems=",".join(setting.generated),
            known=",".join(setting.stems),
            origin=Position(setting.placement.origin),
            host="",
            port=0,
            token="",
        )
        try:
            fits = len(write_control(accept)) <= size
        except ValueError:
            fits = False
        if not fits:
            raise ProtocolError(
                "The answer would be longer than the hello.",
                "Fill the hello with zeros to 1,200 bytes; more names of stems than fit are too "
                "many.",
            )
        if self._session is not None:
            self._replace(self._session, sender)
        heard = Heard()
        self._voided = ""
        self.replies.format = form
        self._client = sender
        epochs = Epochs(setting, heard, self._access.cycle_seconds, self._put_step, self._configure)
        advice = LeadAdvice(hello.margin, hello.rate, self.settings.columns)
        self._session = _Session(
            number, sender, hello, accept, epochs, now, heard, advice, now, hello.request, begun=now
        )
        if setting.rate == self.settings.rate:
            # At another rate nothing brings it to the model's: the model begins with silence.
            window = setting.geometry.window_samples
            self._session.earlier = Earlier(setting.placement, window)
        self._access.counters.begin(sender, now, held=True)
        log.info("%s (%s) plays: %s.", sender[0], hello.client, setting)
        self._answer(accept, size, sender)

    def _replace(self, session: _Session, sender: Address) -> None:
        """Let another session take the place of one whose client has gone, or begins anew."""
        if session.client == sender:
            log.info("%s begins anew.", sender[0])
        elif session.confirmed:
            log.info("%s was silent and is given up.", session.client[0])
            self.replies.tell(Bye(session.number, "Another client plays now."), session.client)
        self.replies.forget()

    def _configure(self, setting: NativeSetting) -> None:
        """Let the cycle thread follow: what is played from here on is another epoch."""
        queue = self._access.queue
        queue.resize(setting.geometry.step_samples, setting.geometry.window_samples)
        if not queue.put_control(Configure(setting, self._client)):
            self.void("Too many control messages wait for a cycle to end.")

    def _begin(self, session: _Session, begin: Begin) -> None:
        if self._repeated(session, begin.request):
            return
        following = self._following(session, session.epochs.setting.wish, begin.origin)
        self.replies.stems.forget()
        session.epochs.jump(following)
        session.earlier = None  # what was before a jump is nothing to go on from
        if not self._access.queue.put_control(Reset(session.client)):
            self.void("Too many control messages wait for a cycle to end.")
        self._tell_epoch(session, begin.request, following)

    def _change(self, session: _Session, change: Change) -> None:
        if self._repeated(session, change.request):
            return
        try:
            wish = Wish(change.step, change.lead, change.stems, session.hello.rate)
            self._switch(session, change.request, wish)
        except SidemanError as error:
            refused = Refuse(change.request, code_of(error), error.what, error.remedy)
            session.newest, session.answer = change.request, refused
            self.replies.tell(refused, session.client)

    def _fall_back(self, session: _Session, standing: NativeSetting) -> None:
        """Play on as before a change that the model cannot work with."""
        self._switch(session, 0, standing.wish)

    def _switch(self, session: _Session, request: int, wish: Wish) -> None:
        """Begin an epoch at the boundary of the step that is being played in, which stays whole."""
        following = self._following(session, wish, session.epochs.boundary)
        if request:  # what has played before is not asked for
            self._admit(following)
        session.epochs.change(following)
        self._tell_epoch(session, request, following)

    def _following(self, session: _Session, wish: Wish, origin: int) -> NativeSetting:
        epoch = session.epochs.setting.epoch + 1
        return self.settings.setting(wish, session.number, epoch, origin)

    def _repeated(self, session: _Session, request: int) -> bool:
        """Whether this request has been answered; if it was the last one, it is so again."""
        if request == session.newest and session.answer is not None:
            self.replies.tell(session.answer, session.client)
        return request <= session.newest

    def _tell_epoch(self, session: _Session, request: int, setting: NativeSetting) -> None:
        place = setting.placement
        told = Epoch(
            session.number,
            request,
            setting.epoch,
            place.step,
            place.lead,
            place.overlap,
            ",".join(setting.generated),
            Position(place.origin),
        )
        session.told = told, session.seen
        if request:
            session.newest, session.answer = request, told
        self.replies.tell(told, session.client)

    def _beat(self, session: _Session, beat: Beat) -> None:
        heard, lead, epochs = session.heard, 0, session.epochs
        session.round_trip = max(1e-3, beat.measured / 1e6 or session.round_trip)
        session.ahead.append(max(0, beat.position - epochs.end))
        epochs.latency = min(session.ahead)
        if beat.late > session.late:
            self.replies.warn("late", "Stems came too late.")
        session.late = beat.late
        placement = epochs.setting.placement
        slow = too_slow(
            self._access.usual_cycle_seconds(),
            placement,
            session.hello.rate,
            self.settings.columns,
            session.hello.margin,
        )
        if slow:
            self.replies.warn("slow", slow)
        elif beat.landing and beat.epoch == epochs.setting.epoch and not epochs.waiting:
            cycle = self._access.most_cycle_seconds()
            lead = session.advice.note(placement, beat.landing, session.seen, cycle)
            lead = self._advisable(session, lead)
            if close := session.advice.warning(placement, beat.landing):
                self.replies.warn("close", close)
        self.replies.tell(
            Beat(
                session.number,
                beat.stamp,
                epochs.setting.epoch,
                Position(epochs.end),
                0.0,
                heard.lost,
                heard.repaired,
                heard.late,
                lead,
            ),
            session.client,
        )

    def _advisable(self, session: _Session, lead: int) -> int:
        """The lead that is advised; the present one where there is no room for it."""
        wish = session.epochs.setting.wish
        if lead != wish.lead:
            try:
                self._admit(self._following(session, replace(wish, lead=lead), 0))
            except SidemanError:
                return wish.lead
        return lead

    def _resend(self, session: _Session, resend: Resend) -> None:
        self.replies.stems.resend(resend.epoch, resends.unpack(resend.entries), session.client)

    def _bye(self, session: _Session, bye: Bye) -> None:
        self._end(session, "")

    def _end(self, session: _Session, reason: str) -> None:
        """End the session; a reason is told to its client."""
        log.info("%s has left.%s", session.client[0], f" {reason}" if reason else "")
        self._session = None
        self._voided = ""
        self._access.counters.end(self._access.clock())
        self.replies.forget()
        if reason:
            self.replies.tell(Bye(session.number, reason), session.client)
        self._freed()

    def refuse(self, refused: Refuse, size: int, sender: Address, now: float) -> None:
        """Refuse a hello of so many bytes."""
        if self._refused.admits(str(sender[0]), refused.code, now)[0]:
            log.info("%s is refused: %s", sender[0], refused.reason)
        self._answer(refused, size, sender)

    def _answer(self, message: Accept | Refuse, size: int, to: Address) -> None:
        """Answer a hello of so many bytes, with no more."""
        if (answer := within(message, size)) is not None:
            self.replies.tell(answer, to)
