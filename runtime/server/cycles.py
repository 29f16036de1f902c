"""The cycle thread: events in order, one at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import DeviceLostError, SidemanError
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.cycle_log import CycleLog
from sideman.runtime.server.cycle_time import CycleTime
from sideman.runtime.server.debug import DebugFolder
from sideman.runtime.server.event_queue import CycleEvents
from sideman.runtime.server.events import Configure, Event, Idle, Load, Print, Reset, Step
from sideman.runtime.server.figures import Answered
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.model import Model
from sideman.runtime.server.protocol import Endpoint
from sideman.runtime.server.setting import Setting
from sideman.runtime.system.hosts import Address

if TYPE_CHECKING:
    from sideman.runtime.playing.profile import Profile
    from sideman.runtime.playing.session import Session

log = logging.getLogger("sideman.runtime.server")


class Cycles:
    """Loads the model, then handles events one at a time.

    All methods but `start` and `join` run on the cycle thread, which is the one that calls `run`;
    or, where several of these take turns on one thread, `load`, `handle` and `close`.

    Args:
        queue: where events come from.
        endpoint: what clients asked for, and what they are told.
        model: the session.
        counters: of the server.
        clock: seconds.
        cycle_time: notes how long each cycle takes.
        check_buffer: called with the samples of each new step, to warn of a receive buffer that is
            too small for it.
        debug: where `Print` writes, if anywhere.
        cycle_log: notes every cycle, if anybody wants it.
        keep_warm: seconds of waiting after which the device is given a little work, again and
            again, so that its clocks stay up; None leaves it alone.
        end: called with the reason when the device is lost and the server must end.
        loading: notes how far a load is.
    """

    def __init__(
        self,
        queue: CycleEvents,
        endpoint: Endpoint,
        model: Model,
        counters: Counters,
        clock: Callable[[], float],
        cycle_time: CycleTime,
        check_buffer: Callable[[int], None],
        debug: DebugFolder | None = None,
        cycle_log: CycleLog | None = None,
        keep_warm: float | None = None,
        end: Callable[[str], None] = lambda reason: None,
        loading: Loading | None = None,
    ) -> None:
        self._queue = queue
        self._settings = endpoint.settings
        self._replies = endpoint.replies
        self._reserved = endpoint.reserved
        self._model = model
        self._counters = counters
        self._clock = clock
        self._cycle_time = cycle_time
        self._check_buffer = check_buffer
        self._debug = debug
        self._cycle_log = cycle_log
        self._keep_warm = keep_warm
        self._end = end
        self._loading = Loading() if loading is None else loading
        self._setting: Setting | None = None
        # The setting that was refused last, until another comes, and why: steps that were meant for
        # it may still be on their way.
        self._last_refused: tuple[Setting | None, str] = (None, "")
        #: The step that was answered last, for whoever looks; replaced as a whole.
        self.answered: Answered | None = None
        #: What runs the stages now, and how.
        self.engine = ""
        self._preparing = False
        # When the thread had done all that it knew of: a step that came before that has waited.
        self._free = clock()
        self._thread: threading.Thread | None = None

    @property
    def preparing(self) -> bool:
        """Whether it does what the server's end does not wait for; any thread."""
        return self._preparing

    def start(self) -> None:
        """Start a thread of its own; any thread, once."""
        self._thread = threading.Thread(target=self.run, name="sideman-cycle", daemon=True)
        self._thread.start()

    def join(self, patience: float) -> bool:
        """Wait for the thread's end, after `EventQueue.close`; any other thread.

        A cycle that runs is waited for, because its reply is wanted. A load, a new setting or a
        bundle that is compared is not: nothing can interrupt them, and they may take minutes.

        Args:
            patience: seconds that any of it gets to come to its end.

        Returns:
            Whether the thread has ended; else the process cannot end in an orderly way.
        """
        if self._thread is None:
            return True
        self._thread.join(patience)
        while self._thread.is_alive() and not self._preparing:
            self._thread.join(0.02)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Load the model and handle events until the queue is closed."""
        self.load()
        while (event := self._queue.take(self._keep_warm)) is not None:
            self.handle(event)
        self.close()

    def load(self, level: int = logging.INFO) -> None:
        """Load the model.

        Args:
            level: of the log's line about it.
        """
        self._load(self._replies.announced, level)
        self._free = self._clock()

    def handle(self, event: Event) -> None:
        """Handle one event; what goes wrong is told, and never raised."""
        try:
            self._handle(event)
        except Exception as error:
            log.debug("%s failed.", type(event).__name__, exc_info=True)
            sender = self._replies.announced if isinstance(event, Idle) else event.sender
            self._replies.error(f"{type(event).__name__} failed: {error}", sender)
            self._end_if_lost(error)
            self._give_up_if_unplayable(error, sender)
        self._free = self._clock()

    def close(self) -> None:
        """Free the model: the server is ending."""
        self._model.close("The server is ending.")

    def _handle(self, event: Event) -> None:
        match event:
            case Step():
                self._note_turn(event)
                try:
                    self._step(event)
                finally:
                    self._queue.release(event)
            case Configure():
                self._configure(event.setting, event.sender)
            case Reset():
                self._begin_turn(event.sender)
                if self._model.session is not None:
                    self._restart(self._model.session)
            case Load():
                self._begin_turn(event.sender)
                self._load_again(event.sender)
            case Print():
                self._print()
            case Idle():
                if self._model.session is not None:
                    self._model.session.keep_warm()

    def _note_turn(self, step: Step) -> None:
        """Let figures begin anew where a step comes from another client than those before."""
        turn = self._counters.turn
        if step.wanted and (turn is None or turn.gives_way(step.sender, step.last)):
            self._begin_turn(step.sender)

    def _begin_turn(self, client: Address) -> None:
        """Let figures begin anew, unless a session plays that tells its end itself."""
        turn = self._counters.turn
        if turn is None or turn.ended is not None or not turn.held:
            self._counters.begin(client, self._clock())

    def _end_if_lost(self, error: Exception) -> None:
        """End the server where the device is lost, for a process cannot use it again."""
        if isinstance(error, DeviceLostError):
            self._queue.close()
            self._end(str(error))

    def _load_again(self, sender: Address) -> None:
        """Load the bundle if it is not loaded or has changed on disk; reset the session if not.

        One that is damaged on disk takes nothing from what is loaded, which plays on.
        """
        session = self._model.session
        try:
            with self._preparation():  # it may hash every file
                same = self._model.up_to_date()
        except SidemanError as error:
            self._replies.error(f"{error.what} What was loaded before plays on.", sender)
            same = True
        if session is None or not same:
            self._load(sender)
            return
        self._restart(session)
        self._replies.loaded(sender, session.name)

    @staticmethod
    def _restart(session: Session) -> None:
        session.reset()
        session.prepare()  # draws the noise now, not while the next step waits for it

    @contextmanager
    def _preparation(self) -> Iterator[None]:
        """What `join` does not wait for."""
        self._preparing = True
        try:
            yield
        finally:
            self._preparing = False

    def _load(self, sender: Address, level: int = logging.INFO) -> None:
        self._loading.note(0.0, "")
        try:
            with self._preparation():
                self._load_now(sender, level)
        finally:
            self._loading.end()

    def _load_now(self, sender: Address, level: int) -> None:
        self._last_refused = (None, "")
        self._settings.drop_model()
        self._setting = None
        try:
            session = self._model.load(self._reserved)
            if self._queue.closed:
                return  # nobody is left to play for, and warming up takes several cycles
            setting, complaints = self._settings.adopt_model(
                session.grid, session.stems, self._forget_settings, session.check
            )
            self._apply(setting)
            self._foresee(session, setting)
            self._warm_up(session, 2)
            session.prepare()
        except Exception as error:
            log.debug("Loading failed.", exc_info=True)
            if self._queue.closed:
                self._model.close(str(error))
                return  # nobody is left to tell
            self._give_up_model(f"The model could not be loaded: {error}", sender)
            self._end_if_lost(error)
            return
        for complaint in complaints:
            self._replies.error(complaint, sender)
        self._model.mark_ready()
        untrained = "" if session.trained else " (untrained: its weights are random)"
        backend = self._note_backend(session)
        log.log(level, "Loaded %s%s on %s.", session.name, untrained, backend)
        self._replies.loaded(sender, session.name)

    def _note_backend(self, session: Session) -> str:
        """Note what runs the stages now, and how; returned for the log."""
        line = session.backend_line + (f", {session.execution}" if session.execution else "")
        self.engine = line
        if self._cycle_log is not None:
            self._cycle_log.engine = line
        return line

    def _give_up_if_unplayable(self, error: Exception, sender: Address) -> None:
        """Close a session without a working cycle: each step would fail, even after a reset."""
        session, setting = self._model.session, self._setting
        if session is None or setting is None or not setting.rows:
            return
        if not session.playable:
            self._give_up_model(f"The session cannot play any more: {error}", sender)

    def _give_up_model(self, reason: str, sender: Address) -> None:
        """Close the model; the server goes on, tells clients the reason, and can load again."""
        self._settings.drop_model()
        self._setting = None
        self._model.close(f"{reason} {self._replies.load_hint}", reason)
        self._replies.error(self._model.unready(), sender, logging.ERROR)

    def _forget_settings(self) -> None:
        unanswered = self._queue.forget_settings()
        if unanswered is not None:
            self._replies.dropped(*unanswered)

    def _configure(self, setting: Setting, sender: Address) -> None:
        session = self._model.session
        if session is None:
            return
        before, self._last_refused = self._setting, (None, "")
        problem = self._try(session, setting)
        if problem is None:
            return
        if before is None or isinstance(problem, DeviceLostError):
            self._give_up_model(f"The session could not be configured: {problem}", sender)
            self._end_if_lost(problem)
            return
        # The session may be half configured, so it is configured again whatever it seems to be.
        self._setting = None
        worse = self._try(session, before)
        if worse is None:
            self._refuse(setting, before, problem, sender)
            return
        self._give_up_model(
            f"{setting} could not be configured: {problem} Nor could the setting before be "
            f"restored: {worse}",
            sender,
        )
        self._end_if_lost(worse)

    def _refuse(
        self, setting: Setting, before: Setting, problem: Exception, sender: Address
    ) -> None:
        """Go on with the setting before, and tell the client which one cannot be played."""
        reason = (
            f"{setting} could not be configured: {problem} The setting before stays in force "
            f"({before})."
        )
        self._last_refused = setting, reason
        hint = self._settings.refuse(setting, before, reason)
        self._replies.error(f"{reason} {hint}".strip(), sender)

    def _try(self, session: Session, setting: Setting) -> Exception | None:
        """Work with a setting from here on, or tell what went wrong.

        What went wrong keeps no trace: its frames would hold the memory of what was not finished,
        which the next setting needs.
        """
        try:
            with self._preparation():
                if self._apply(setting):
                    self._warm_up(session, 1)  # somebody plays: no more than is needed
                    self._note_backend(session)
                session.prepare()
        except Exception as error:
            log.debug("Configuring %s failed.", setting, exc_info=True)
            return _without_trace(error)
        return None

    def _foresee(self, session: Session, setting: Setting) -> None:
        """Let the stages run warm for who waits for the model: its first step is then in time."""
        hoped = self._settings.hoped
        if hoped is None or not hoped.rows:
            return
        try:
            session.configure(hoped.geometry, hoped.rows)
            session.warm_up(1)
        except Exception:
            log.debug("What a client waits for cannot be played.", exc_info=True)
        session.configure(setting.geometry, setting.rows)

    def _warm_up(self, session: Session, cycles: int) -> None:
        """Let the stages run warm; the first step then knows how long its cycle takes.

        So it waits for what is missing of the context as long as any other step does.
        """
        session.warm_up(cycles)
        if session.expected_seconds is not None:
            self._cycle_time.note(session.expected_seconds)

    def _apply(self, setting: Setting) -> bool:
        """Configure the session, where anything that concerns it has changed; tells whether."""
        session, before = self._model.session, self._setting
        assert session is not None
        changed = (
            before is None or before.geometry != setting.geometry or before.rows != setting.rows
        )
        if changed:
            self._cycle_time.forget()
            self.answered = None  # it was another setting's
            self._counters.changed()
            session.configure(setting.geometry, setting.rows)
            self._check_buffer(setting.geometry.step_samples)
        self._setting = setting
        return changed

    def _print(self) -> None:
        session, setting = self._model.session, self._setting
        assert self._debug is not None, "the protocol lets no Print through"
        if session is None or setting is None:
            raise SidemanError(self._model.unready())
        self._debug.write(session.snapshot(), setting.generated, setting.grid.sample_rate)

    def _step(self, step: Step) -> None:
        session, setting = self._model.session, self._setting
        if session is None or setting is None:
            if step.wanted:
                self._fail(step, self._model.unready())
            return
        refused, reason = self._last_refused
        if refused is not None and step.setting == refused and step.wanted:
            # Its client would place the stems of another setting where it expects this one's.
            self._fail(step, reason)
            step.wanted = False
        if len(step.audio) != setting.geometry.step_samples:
            if step.wanted:
                self._fail(step, "The step's length changed while the batch was sent.")
            return
        if not step.wanted:
            session.skip(step.audio)
        elif not setting.rows:
            session.skip(step.audio)
            self._replies.predicted(step.sender)
        else:
            self._play(step, setting)

    def _play(self, step: Step, setting: Setting) -> None:
        session = self._model.session
        assert session is not None
        taken = self._clock()
        try:
            stems = session.step(step.audio)
        except Exception as error:
            # The session counts such a step as skipped.
            session.profile.discard()
            log.debug("A cycle failed.", exc_info=True)
            self._fail(step, f"Batch {step.batch_id}: the cycle failed: {error}")
            if isinstance(error, DeviceLostError):
                self._model.close(str(error))
                self._end_if_lost(error)
                return
            self._give_up_if_unplayable(error, step.sender)
            if self._model.session is None:
                return
        else:
            self._reply(step, setting, stems, session.profile, taken)
            self._cycle_time.note(self._clock() - taken, taken - step.last)
        session.prepare()

    def _reply(
        self,
        step: Step,
        setting: Setting,
        stems: NDArray[np.float32],
        profile: Profile,
        taken: float,
    ) -> None:
        """Send the stems, and note how long everything took."""
        begun = self._clock()
        first_out, complete = self._replies.send_stems(setting, stems, step.batch_id, step.sender)
        done = self._clock()
        free = min(max(step.last, self._free), taken)
        for span, begin, end in (
            ("receive", step.first, step.last),
            ("queue", step.last, free),
            ("wake", free, taken),
            ("send", begun, first_out),
            ("pace", first_out, done),
            ("path", step.last, first_out),
        ):
            profile.mark(span, int(1e9 * begin), int(1e9 * end))
        profile.commit()
        over = done - step.last - setting.deadline_seconds
        if complete:
            self._counters.count("cycles")
        if over > 0:
            self._counters.count("late")
        if self._cycle_log is not None:
            self._cycle_log.note(step.batch_id, profile, over, setting.deadline_seconds)
        log.debug("Batch %d: answered in %.1f ms.", step.batch_id, 1e3 * (done - step.last))
        # Only now, so that a client that reads the counters then finds this cycle in them.
        self._replies.predicted(step.sender)
        if over > 0:
            self._replies.late(step.batch_id, step.sender, over)
        self.answered = Answered.of(setting, stems, done, over, step.sender)

    def _fail(self, step: Step, reason: str) -> None:
        self._replies.error(reason, step.sender)
        self._replies.failed(step.batch_id, step.sender)


def _without_trace(error: Exception) -> Exception:
    """The error, and those that it followed from, without the frames in which they were raised.

    An error that says nothing, as Python's own for memory, becomes one that does.
    """
    links: list[BaseException | None] = [error]
    seen: set[int] = set()
    while links:
        link = links.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            link.__traceback__ = None
            links += link.__cause__, link.__context__
    if str(error):
        return error
    name = type(error).__name__
    return SidemanError("There is not enough memory." if name == "MemoryError" else f"{name}.")
