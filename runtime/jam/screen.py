"""What the musician sees: meters, how far ahead the band plays, what goes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Self

from sideman.runtime.client import Status
from sideman.runtime.jam.meters import FLOOR, Reading, bar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

#: A beat at this many a minute makes seconds something that can be counted.
_BEATS_A_MINUTE = 120
_METER_WIDTH = 30
#: From here on a meter warns.
_LOUD = -3.0
#: Seconds between lines where there is no terminal to draw on, when nothing changes, and at least.
_LINE_SECONDS, _SHORTEST_SECONDS = 10.0, 1.0


@dataclass(frozen=True)
class View:
    """One look at everything.

    Attributes:
        status: of the client.
        rate: samples in a second.
        heard: what is played in.
        played: the band.
        seconds: since the sound card began.
        missed_in: times that the sound card lost what was recorded.
        missed_out: times that it had nothing to play.
        round_trip: seconds through the sound card, in and out; 0 where that is unknown.
        recording: what is recorded where, in a few words; empty without a recorder.
        fault: what is wrong with the recording; else empty.
    """

    status: Status
    rate: int
    heard: Reading
    played: Reading
    seconds: float = 0.0
    missed_in: int = 0
    missed_out: int = 0
    round_trip: float = 0.0
    recording: str = ""
    fault: str = ""


def state_line(view: View) -> str:
    """Whether the band plays, and how far ahead of what it heard."""
    status = view.status
    if status.state != "playing":
        return f"The band is not here yet: {status.text}"
    beats = status.ahead * _BEATS_A_MINUTE / 60
    line = (
        f"The band plays {1000 * status.ahead:.0f} ms ahead "
        f"({beats:.1f} beats at {_BEATS_A_MINUTE} a minute): lead {status.lead}"
    )
    if not status.advised:
        return line
    if status.advised == status.lead:
        return f"{line}, as recommended"
    return f"{line}, {status.advised} recommended"


def network_line(view: View) -> str:
    """What of the stems was missing, and how close it was."""
    status = view.status
    lost, late, repaired = (
        f"{1000 * samples / view.rate:.0f} ms"
        for samples in (status.lost, status.late, status.repaired)
    )
    line = f"Stems: {lost} lost, {late} too late, {repaired} on request"
    if status.context_lost:
        line += f"; {1000 * status.context_lost / view.rate:.0f} ms of you never arrived"
    if status.landing:
        side = "early" if status.landing > 0 else "behind"
        line += f"; {1000 * abs(status.landing):.0f} ms {side}"
    return line


def card_line(view: View) -> str:
    """What the sound card missed, and its own delay."""
    line = f"Sound card: {view.missed_in} gaps in, {view.missed_out} gaps out"
    if view.round_trip:
        line += f"; {1000 * view.round_trip:.0f} ms in and out"
    return line


def render(view: View) -> Text:
    """Everything, some lines tall."""
    from rich.text import Text

    text = Text()
    for name, reading in (("you", view.heard), ("band", view.played)):
        style = "red" if reading.held > 0 else "yellow" if reading.held > _LOUD else "green"
        text.append(f"{name:>5} ").append(bar(reading.level, _METER_WIDTH), style)
        text.append(f" {_shown(reading.level)} dBFS, peak {_shown(reading.held)}")
        text.append("  too loud\n" if reading.held > 0 else "\n", "red")
    playing = view.status.state == "playing"
    text.append(state_line(view) + "\n", "bold" if playing else "bold yellow")
    text.append(network_line(view) + "\n")
    text.append(card_line(view) + "\n")
    if playing and view.status.text:
        text.append(view.status.text + "\n", "bold yellow")
    if view.fault:
        text.append(view.fault + "\n", "bold red")
    elif view.recording:
        text.append(view.recording + "\n")
    minutes, seconds = divmod(int(view.seconds), 60)
    text.append(f"{minutes}:{seconds:02} since the sound began. Ctrl-C ends.", "dim")
    return text


def _shown(decibels: float) -> str:
    return "  -∞ " if decibels <= FLOOR else f"{decibels:5.1f}"


class Screen:
    """Draws on a terminal; elsewhere, prints a line when something changes, and now and then.

    Args:
        console: to draw on.
        clock: seconds that only increase.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        self._console = console
        self._clock = clock
        self._live: Live | None = None
        self._said: tuple[str, ...] = ()
        self._last = -math.inf

    def __enter__(self) -> Self:
        from rich.live import Live

        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, view: View) -> None:
        """Let this be seen."""
        if self._live is not None:
            self._live.update(render(view), refresh=True)
            return
        status, now = view.status, self._clock()
        what = (status.state, status.text, view.fault)
        least = _LINE_SECONDS if what == self._said else _SHORTEST_SECONDS
        if now - self._last >= least:
            self._said, self._last = what, now
            said = [f"{view.seconds:.0f} s", state_line(view)]
            if status.state == "playing":
                said += [network_line(view), card_line(view), status.text]
            said += [view.fault]
            self._console.print(". ".join(filter(None, said)), markup=False)
