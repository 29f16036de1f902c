"""One session at the sound card, from its options to the last figures."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sideman.engine.errors import SidemanError
from sideman.runtime.client import Client, Status
from sideman.runtime.jam.card import Card
from sideman.runtime.jam.duplex import Duplex
from sideman.runtime.jam.last import tell, tell_what_there_is
from sideman.runtime.jam.meters import Meter
from sideman.runtime.jam.plan import Plan, Request, make_plan
from sideman.runtime.jam.portaudio import load_portaudio
from sideman.runtime.jam.recorder import Recorder
from sideman.runtime.jam.screen import Screen, View
from sideman.runtime.rehearse.native.play import HINT_SECONDS, HOPELESS, LASTING, nobody_answers
from sideman.runtime.rehearse.process import ServerProcess, free_port, server_arguments
from sideman.runtime.system.threads import let_packets_in

if TYPE_CHECKING:
    from rich.console import Console

_LOOK_SECONDS = 0.1
#: Seconds in which the band falls silent at the end, before the stream is cut: blocks and a fade.
_FADE_SECONDS = 0.08
#: Seconds within which a band must have joined that is to play for a limited time.
_JOIN_SECONDS = 600.0


class Jam:
    """Everything that plays together, and looks at it.

    Args:
        plan: what to play.
        library: the module `sounddevice`.
        client: started.
        recorder: that has begun; None keeps nothing.
        server: that was started here; None where it was not.
    """

    def __init__(
        self,
        plan: Plan,
        library: ModuleType,
        client: Client,
        recorder: Recorder | None,
        server: ServerProcess | None,
    ) -> None:
        wiring = plan.wiring
        self.joined_at: int | None = None
        self._plan = plan
        self._client = client
        self._recorder = recorder
        self._server = server
        self.duplex = Duplex(
            client.process,
            len(plan.stems),
            wiring.inputs,
            wiring.outputs,
            wiring.rate,
            monitor=plan.request.monitor,
            tape=None if recorder is None else recorder.tape,
            stop=library.CallbackAbort,
            align=self._align,
        )
        self._meters = Meter(self.duplex.heard), Meter(self.duplex.played)
        # Of the time after the band has joined: where the last look was, and samples without it.
        self._looked = self._away = 0

    def play(self, card: Card, screen: Screen) -> None:
        """Play until Ctrl-C, or as long as was asked for.

        Raises:
            SidemanError: the server or the sound card is gone, or the band did not come.
        """
        begun = time.monotonic()
        try:
            while not self._over(begun):
                time.sleep(_LOOK_SECONDS)
                if self._server is not None:
                    self._server.check_alive()
                card.check()
                self._check_refusal()
                screen.show(self.look())
        except KeyboardInterrupt:
            pass
        finally:
            self._client.panic()
            time.sleep(_FADE_SECONDS)

    def _align(self, samples: int) -> None:
        """Let the band sound together with the musician: audio callback, once."""
        self._client.latency = samples

    def look(self) -> View:
        """What is to be seen now."""
        duplex, recorder, status = self.duplex, self._recorder, self._client.status
        rate, position, now = self._plan.wiring.rate, duplex.position, time.monotonic()
        if self.joined_at is None and status.state == "playing":
            self.joined_at = position
        if self.joined_at is not None and status.state != "playing":
            self._away += position - self._looked
        self._looked = position
        recording = fault = ""
        if recorder is not None:
            recording = f"Recording to {self._plan.request.record}: {recorder.seconds:.0f} s"
            fault = recorder.fault
            if recorder.tape.lost:
                fault = fault or f"The disk is too slow: {recorder.tape.lost} samples were lost."
        return View(
            status,
            rate,
            self._meters[0].read(now),
            self._meters[1].read(now),
            position / rate,
            duplex.missed_in,
            duplex.missed_out,
            duplex.round_trip,
            recording,
            fault,
            stems=len(self._plan.stems),
            joined_at=None if self.joined_at is None else self.joined_at / rate,
            away=self._away / rate,
            busy=duplex.busy,
            hint=self._hint(status, position / rate),
        )

    def _hint(self, status: Status, seconds: float) -> str:
        """What to look at where a server that somebody else started has never said a word."""
        server = self._plan.request.server
        return "" if server is None or seconds < HINT_SECONDS else nobody_answers(server, status)

    def _over(self, begun: float) -> bool:
        seconds = self._plan.request.seconds
        if seconds is None:
            return False
        if self.joined_at is not None:
            return self.duplex.position - self.joined_at >= seconds * self._plan.wiring.rate
        if time.monotonic() - begun > _JOIN_SECONDS:
            raise SidemanError(f"The band did not come: {self._client.status.text}")
        return False

    def _check_refusal(self) -> None:
        """End where the server will not play with this client, however often it asks.

        A name that no bundle there has is most likely misspelt, and a model that was not loaded
        needs somebody who mends it. Who has played there with it, though, may get it back: the
        server is started again, or a fleet changes what it plays. Nobody does so with a server
        that was started here.

        Raises:
            SidemanError: why, and what would be accepted.
        """
        status = self._client.status
        may_return = self._server is None and self.joined_at is not None
        lasting = LASTING if may_return else HOPELESS
        if status.state != "playing" and status.refused in lasting:
            raise SidemanError(f"The band does not come: {status.text}")


def run(request: Request, console: Console | None = None) -> bool:
    """Play along with a musician at the sound card, and print how it went.

    Returns:
        Whether the band has played.

    Raises:
        SidemanError: an option, the sound card or the server made it impossible, or not all of the
            recording could be kept.
    """
    from rich.console import Console

    console = console or Console(highlight=False, soft_wrap=True)
    let_packets_in()
    library = load_portaudio()
    plan = make_plan(request, library)
    wiring = plan.wiring
    for said in (
        f"In: {wiring.input}, channels {_numbers(wiring.inputs)}.",
        f"Out: {wiring.output}, channels {_numbers(wiring.outputs)}.",
        f"{wiring.rate:,} Hz; {', '.join(plan.stems)} of {plan.bundle or _place(request)}.",
        *plan.notes,
    ):
        console.print(said, markup=False)
    recorder = None
    if request.record is not None:
        recorder = Recorder(request.record, plan.stems, wiring.rate)
    views: list[View] = []
    try:
        _play(plan, library, recorder, console, views)
    except (SystemExit, SidemanError):
        if recorder is not None and recorder.seconds and views:
            tell_what_there_is(plan, views[-1], recorder, console)
        raise
    return tell(plan, views[-1], recorder, console)


def _play(
    plan: Plan,
    library: ModuleType,
    recorder: Recorder | None,
    console: Console,
    views: list[View],
) -> None:
    """Play from the first sound to the last.

    The last look is added to the views, however it ends.
    """
    request, wiring = plan.request, plan.wiring
    with ExitStack() as stack:
        if recorder is not None:
            stack.enter_context(recorder)
        address, server = request.server, None
        if address is None:
            assert plan.bundle is not None
            address = ("127.0.0.1", free_port())
            arguments = server_arguments(
                plan.bundle, request.backend, request.seed, address, shortcuts=request.shortcuts
            )
            server = stack.enter_context(ServerProcess(arguments))
        client = stack.enter_context(
            Client(
                address,
                plan.stems,
                rate=wiring.rate,
                step=request.step,
                lead=request.lead,
                margin=request.margin,
                bundle=request.named,
            )
        )
        jam = Jam(plan, library, client, recorder, server)
        # Before the sound card begins: this once, the search takes long.
        stack.enter_context(_few_collections())
        card = stack.enter_context(Card(library, wiring, jam.duplex))
        try:
            with Screen(console) as screen:
                jam.play(card, screen)
        finally:
            # While it still plays: later, the client knows of no session any more.
            views.append(jam.look())


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let Python's search for garbage pass over all that is there already.

    It stops every thread, the audio callback too, while it visits each object: 24 ms for the 28,000
    that there are before anything is played, and nothing that can be measured with this.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _numbers(channels: tuple[int, ...]) -> str:
    return " and ".join(str(channel + 1) for channel in channels)


def _place(request: Request) -> Path | str:
    assert request.server is not None
    return f"the server at {request.server[0]}:{request.server[1]}"
