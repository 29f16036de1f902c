"""What the musician sees: meters, how far ahead the band plays, what goes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Self

from sideman.runtime.client import Status
from sideman.runtime.jam.meters import Reading
from sideman.runtime.playing.levels import FLOOR, bar

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
#: Zeros for so many seconds are no pause in the music: an input that is connected has some noise.
_NOTHING_SECONDS = 5.0


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
        stems: how many there are.
        joined_at: seconds after which the band joined; None where it has not.
        away: seconds since then in which no session played.
        busy: the longest time that a block took, as a part of its own.
        hint: what to look at where no server answers; else empty.
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
    stems: int = 1
    joined_at: float | None = None
    away: float = 0.0
    busy: float = 0.0
    hint: str = ""

    @property
    def silent(self) -> float:
        """Seconds for which each stem was silent where it should have played; never falls."""
        # What comes too late is no longer counted as lost, but was silent all the same.
        return (self.status.lost + self.status.late) / self.stems / self.rate


def state_line(view: View) -> str:
    """Whether the band plays, and how far ahead of what it heard."""
    status = view.status
    if status.state != "playing":
        return f"The band is not here yet: {status.text}"
    beats = status.ahead * _BEATS_A_MINUTE / 60
    return (
        f"The band plays {1000 * status.ahead:.0f} ms ahead "
        f"({beats:.1f} beats at {_BEATS_A_MINUTE} a minute)"
    )


def geometry_line(view: View) -> str:
    """Step and lead, and which lead the server recommends; empty where nothing plays."""
    status = view.status
    if status.state != "playing":
        return ""
    line = f"Step {status.step}, lead {status.lead} columns"
    if not status.advised:
        return line
    if status.advised == status.lead:
        return f"{line}, as recommended"
    return f"{line}; a lead of {status.advised} is recommended"


def silence_line(view: View) -> str:
    """How long the band was silent although it should have played."""
    line = f"Gaps in the band: {_duration(view.silent)} a stem"
    if view.status.late:
        late = view.status.late / view.stems / view.rate
        line += f", {_duration(late)} of it because sound came too late"
    return line


def network_line(view: View) -> str:
    """What was lost on the way, and how close it was."""
    status = view.status
    again = status.repaired / view.stems / view.rate
    line = f"Network: {_duration(again)} of the band was sent again"
    if status.context_lost:
        line += f", {_duration(status.context_lost / view.rate)} of you never arrived"
    if status.landing:
        side = "early" if status.landing > 0 else "too late"
        line += f"; it comes {1000 * abs(status.landing):.0f} ms {side}"
    return line


def input_line(view: View) -> str:
    """That nothing comes from the input, not even noise; empty where something does."""
    if view.heard.silent < _NOTHING_SECONDS:
        return ""
    return (
        "Nothing comes from your input: is it connected and switched on, the right one "
        "(--input-device, --input-channels), and may this program use the microphone?"
    )


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
    for line in filter(None, (geometry_line(view), silence_line(view), network_line(view))):
        text.append(line + "\n")
    text.append(card_line(view) + "\n")
    for line in filter(None, (view.hint, input_line(view))):
        text.append(line + "\n", "bold yellow")
    if playing and view.status.text:
        text.append(view.status.text + "\n", "bold yellow")
    if view.fault:
        text.append(view.fault + "\n", "bold red")
    elif view.recording:
        text.append(view.recording + "\n")
    minutes, seconds = divmod(int(view.seconds), 60)
    text.append(f"{minutes}:{seconds:02} since the sound began. Ctrl-C ends.", "dim")
    return text


def sentence(line: str) -> str:
    """The line with a full stop, where it has no end of its own."""
    return line if line.endswith((".", "?")) else f"{line}."


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


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
        warned = (status.text, view.fault, view.hint, input_line(view))
        what = (status.state, *warned)
        least = _LINE_SECONDS if what == self._said else _SHORTEST_SECONDS
        if now - self._last >= least:
            self._said, self._last = what, now
            said = [f"{view.seconds:.0f} s", state_line(view)]
            if status.state == "playing":
                said += [geometry_line(view), silence_line(view), network_line(view)]
                said += [card_line(view), status.text]
            levels = (_shown(each.level).strip() for each in (view.heard, view.played))
            said += ["You {}, band {} dBFS".format(*levels), *warned[1:]]
            self._console.print(" ".join(map(sentence, filter(None, said))), markup=False)
