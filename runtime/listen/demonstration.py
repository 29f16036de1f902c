"""What is played where no bundle and no music is named: the demonstration.

Its student and its loop ship with this package. Its diffusion model ships as a checkpoint, and
songs of its world are made by code; both are the export's, which `runtime` does not import. Who
knows them registers them as entry points.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.takes import Section, Take, read_take
from sideman.runtime.listening.truth import Truth
from sideman.runtime.rehearse.demo import SECONDS, demo_bundle, demo_loop, demo_truth

#: Entry-point group of what makes parts of the demonstration.
GROUP = "sideman.demonstration"
#: Takes a folder to make, and a function that is told what it does; puts there what it makes.
#: Raises a SidemanError where it cannot.
Make = Callable[[Path, Callable[[str], None]], None]
#: Names in the group: a song's stems and its `truth.json`; the bundle of the diffusion model.
SONG, DIFFUSION = "song", "diffusion"
#: The truth's file beside a song's stems.
TRUTH = "truth.json"


def bundles(folder: Path, say: Callable[[str], None]) -> tuple[list[Path], list[str]]:
    """The demonstration's bundles, exported where that has not been done yet.

    Args:
        folder: what is exported goes here.
        say: told what happens.

    Returns:
        Their folders, and a sentence for each that cannot be made here.

    Raises:
        SidemanError: not even the student is there.
    """
    found, notes = [demo_bundle()], []
    target = folder / "demo-diffusion"
    fault = _made(DIFFUSION, target, say)
    if fault:
        notes.append(f"The demonstration's diffusion model is left out: {fault}")
    else:
        found.append(target)
    return found, notes


def takes(
    folder: Path, rate: int, stems: list[str], section: Section | None, say: Callable[[str], None]
) -> tuple[list[Take], list[str]]:
    """The loop, whose bass is what is asked for, and a song with all stems.

    Args:
        folder: a song is put here.
        rate: samples a second.
        stems: that the bundles have.
        section: which part is played; None takes a usual length of the loop, and all of the song.
        say: told what happens.

    Returns:
        The takes, and a sentence for each that cannot be made here.
    """
    found = [_loop(rate, section)]
    target = folder / "song"
    fault = _made(SONG, target, say)
    if fault:
        return found, [f"There is no song of the demonstration's world: {fault}"]
    song = read_take([target], rate, stems, section or Section(seconds=60.0), number=2)
    truth = None if song.lead_in else Truth.read(target / TRUTH)
    notes = tuple(note for note in song.notes if "asked for" not in note or section)
    found.append(
        replace(
            song,
            title="a song of the demonstration's world",
            truth=truth,
            chance={} if truth is None else truth.chance,
            notes=notes,
        )
    )
    return found, []


def _loop(rate: int, section: Section | None) -> Take:
    """The loop, repeated."""
    take = read_take([demo_loop()], rate, (), Section(seconds=SECONDS))
    assert take.others is not None
    section = section or Section(seconds=SECONDS)
    lead_in = round(min(section.start, section.lead_in) * rate)
    first = round(section.start * rate) - lead_in
    places = np.arange(first, first + lead_in + round(section.seconds * rate))
    truth = demo_truth()
    return replace(
        take,
        title="the loop that ships",
        lead_in=lead_in,
        lacks=tuple(truth.onsets),
        others=take.others[places % len(take.others)],
        notes=(
            "Its bass is missing: that is what is asked for. There is no ground truth to hear.",
        ),
        truth=truth if not first and not lead_in else None,
        chance=truth.chance if not first and not lead_in else {},
    )


def _made(name: str, target: Path, say: Callable[[str], None]) -> str:
    """Let the entry point make its part, whole or not at all.

    Returns:
        Why it cannot be made; empty where it is there.
    """
    if target.is_dir():
        return ""
    entry = next((e for e in entry_points(group=GROUP) if e.name == name), None)
    if entry is None:
        return "this installation lacks what makes it. Install sideman again."
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        make: Make = entry.load()
        make(partial, say)
    except SidemanError as error:
        return " ".join(filter(None, (error.what, error.remedy)))
    partial.rename(target)
    return ""
