"""The last words of a session: how it went, on the terminal and beside the recording."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sideman.engine.disk import why_not_written
from sideman.engine.errors import SidemanError
from sideman.runtime.jam.plan import Plan
from sideman.runtime.jam.recorder import Recorder
from sideman.runtime.jam.screen import (
    View,
    card_line,
    geometry_line,
    input_line,
    network_line,
    sentence,
    silence_line,
    state_line,
)
from sideman.runtime.native.advice import says_too_slow
from sideman.runtime.rehearse.native.report import longer_steps

if TYPE_CHECKING:
    from rich.console import Console

#: From this part of the time on, silence is worth a word of its own.
_MUCH = 0.1


def tell(plan: Plan, last: View, recorder: Recorder | None, console: Console) -> bool:
    """Keep the last figures beside the recording, and print them.

    Args:
        plan: what was to be played.
        last: what was seen while it still played.
        recorder: that has ended; None where nothing was kept.
        console: to print on.

    Returns:
        Whether the band has played.

    Raises:
        SidemanError: not all could be kept.
    """
    fault = last.fault
    if recorder is not None:
        # First: it is there even if the terminal is not any more.
        fault = recorder.fault or _keep(plan, last, recorder) or last.fault
    said = [state_line(last), geometry_line(last), silence_line(last), network_line(last)]
    said += [card_line(last), input_line(last)]
    if last.status.state == "playing":
        said.append(last.status.text)
    for line in filter(None, said):
        console.print(sentence(line), markup=False)
    if recorder is not None:
        names = ", ".join(each.name for each in recorder.files)
        folder = recorder.files[0].parent
        console.print(f"{recorder.seconds:.1f} s in {folder}: {names}.", markup=False)
    if fault:
        raise SidemanError(fault, "Make room, or name a folder on another disk with --record.")
    if said_last := verdict(last):
        console.print(said_last, style="bold red", markup=False)
    return last.joined_at is not None


def tell_what_there_is(plan: Plan, last: View, recorder: Recorder, console: Console) -> None:
    """As `tell`, where something else ends the program: a signal, or a sound card that is gone."""
    with suppress(SidemanError, OSError):
        tell(plan, last, recorder, console)


def silent_share(view: View) -> float:
    """The part of the time since the band joined in which it was not to be heard, from 0 to 1."""
    if view.joined_at is None:
        return 1.0
    seconds = view.seconds - view.joined_at
    return min(1.0, (view.silent + view.away) / seconds) if seconds > 0 else 0.0


def verdict(view: View) -> str:
    """What to try where the band has not played, or hardly; nothing where it has."""
    if view.joined_at is None:
        return "The band has not played."
    share = silent_share(view)
    if share <= _MUCH:
        return ""
    said = f"The band was silent for {100 * share:.0f} % of the time"
    if view.away > view.silent:
        return f"{said}: its server was away. Look whether it still runs, and at the network."
    if says_too_slow(view.status.text):
        return f"{said}: its sound came too late, or not at all. {view.status.text}"
    tries = [*longer_steps(view.status.step, view.status.lead), "fewer stems"]
    return (
        f"{said}: its sound came too late, or not at all. Try {', '.join(tries)} or --margin safe; "
        "docs/look-ahead.md tells what to do when a machine is too slow."
    )


def figures(plan: Plan, last: View) -> dict[str, Any]:
    """Everything that was counted, for statistics.json."""
    return {
        "stems": list(plan.stems),
        "rate": plan.wiring.rate,
        "seconds": last.seconds,
        "joined_after_seconds": last.joined_at,
        "silent_seconds": last.silent,
        "away_seconds": last.away,
        "client": asdict(last.status),
        "sound_card": {
            "input": str(plan.wiring.input),
            "output": str(plan.wiring.output),
            "gaps_in": last.missed_in,
            "gaps_out": last.missed_out,
            "round_trip_seconds": last.round_trip,
            "busiest_block": last.busy,
        },
    }


def _keep(plan: Plan, last: View, recorder: Recorder) -> str:
    """Write statistics.json; tells what kept it from being written."""
    file = recorder.files[0].parent / "statistics.json"
    try:
        file.write_text(json.dumps(figures(plan, last), indent=2) + "\n", "utf-8")
    except OSError as error:
        return f"{file} cannot be written: {why_not_written(error)}."
    return ""
