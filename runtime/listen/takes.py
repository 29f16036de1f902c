"""The music that is played along with: stems by name, and what each of them is played to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.faults import Faults
from sideman.runtime.listen.naming import assign, find_files
from sideman.runtime.listening.truth import Chance, Truth
from sideman.runtime.rehearse.audio import MIX_PEAK, read_mono

Samples = npt.NDArray[np.float32]

#: Seconds by which stems of one song may differ in length unmentioned: MP3s are padded.
_UNLIKE = 0.2


@dataclass(frozen=True)
class Section:
    """Which part of the files is played.

    Attributes:
        start: seconds from their beginning.
        seconds: length.
        lead_in: seconds before the start that the model hears, and plays, before the page begins,
            as far as there is sound: without them, it would begin with an empty window.
    """

    start: float = 0.0
    seconds: float = 30.0
    lead_in: float = 6.0


@dataclass(frozen=True)
class Take:
    """A piece of music, cut and mixed.

    Attributes:
        id: short name for files.
        title: for people.
        rate: samples a second.
        lead_in: samples that come before the page's beginning.
        tracks: [lead_in + samples] of every instrument that has a file of its own, by stem.
        others: [lead_in + samples], what all stems are played to besides; None where there is none.
        notes: what was done to the files, one plain sentence each.
        truth: chords and onsets, where they are known; from the beginning of the arrays.
        chance: scores of playing another piece, by stem, where they are known.
        lacks: stems that it was made without, and that are asked for unless others are named; none
            where nobody knows.
    """

    id: str
    title: str
    rate: int
    lead_in: int
    tracks: Mapping[str, Samples]
    others: Samples | None
    notes: tuple[str, ...] = ()
    truth: Truth | None = None
    chance: Mapping[str, Chance] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """Length of what the page plays."""
        arrays = [*self.tracks.values(), *(() if self.others is None else (self.others,))]
        return len(arrays[0]) - self.lead_in

    def context(self, stem: str) -> Samples | None:
        """What a stem is played to: all but its own track, [lead_in + samples]; None if nothing."""
        parts = [track for name, track in self.tracks.items() if name != stem]
        if self.others is not None:
            parts.append(self.others)
        return np.sum(parts, axis=0, dtype=np.float32) if parts else None


def read_take(
    inputs: Sequence[Path], rate: int, stems: Sequence[str], section: Section, number: int = 1
) -> Take:
    """Read files, or a folder's, and tell by their names which instrument each holds.

    A file that is named after a stem is that instrument's ground truth and left out of its context.
    Every other file is context for all; but where there are stems, a file called mix or so holds
    them once more and is left out.

    Args:
        inputs: one folder, or files.
        rate: samples a second to deliver.
        stems: names of all stems that the bundles have.
        section: which part is played.
        number: of the take, for its id.

    Raises:
        SidemanError: a file cannot be used, two are of the same stem, or one ends before the
            section begins; all that is wrong is named.
    """
    notes: list[str] = []
    faults = Faults("files cannot be used")
    files = find_files(inputs, notes)
    before = min(section.start, section.lead_in)
    first = round((section.start - before) * rate)
    lead_in = round(before * rate)
    own: dict[Path, str | None] = {}
    read: dict[Path, Samples] = {}
    said: list[str] = []
    with faults.collect():
        own = assign(files, stems, notes)
    with faults.collect():
        read = _read_all(files, rate, first, lead_in + round(section.seconds * rate), said)
    faults.raise_all()
    notes += said
    sounds = _same_length(read, rate, lead_in, section, notes)
    _turn_down(sounds, notes)
    tracks = {stem: sounds[file] for file in files if (stem := own[file]) is not None}
    rest = [sounds[file] for file in files if own[file] is None]
    title = inputs[0].name if inputs[0].is_dir() else ", ".join(file.name for file in files)
    return Take(
        id=f"take-{number}",
        title=title or str(inputs[0].resolve().name),
        rate=rate,
        lead_in=lead_in,
        tracks={stem: tracks[stem] for stem in stems if stem in tracks},
        others=np.sum(rest, axis=0, dtype=np.float32) if rest else None,
        notes=tuple(notes),
    )


def _read_all(
    files: Sequence[Path], rate: int, first: int, length: int, notes: list[str]
) -> dict[Path, Samples]:
    """Read all, and name every file that cannot be used."""
    sounds: dict[Path, Samples] = {}
    faults = Faults("files cannot be used")
    for file in files:
        with faults.collect():
            sound, said = read_mono(file, rate, first + length)
            notes += said
            sounds[file] = sound[first:]
            if len(sound) <= first:
                raise SidemanError(
                    f"{file} lasts {len(sound) / rate:.1f} s and ends before --start."
                )
    faults.raise_all()
    return sounds


def _same_length(
    sounds: Mapping[Path, Samples], rate: int, lead_in: int, section: Section, notes: list[str]
) -> dict[Path, Samples]:
    longest = max(len(sound) for sound in sounds.values())
    if longest <= lead_in:
        raise SidemanError(f"No file goes on to --start {section.start:g} s.")
    for file, sound in sounds.items():
        if longest - len(sound) > _UNLIKE * rate:
            notes.append(
                f"{file.name} ends {(longest - len(sound)) / rate:.1f} s before the longest file: "
                "there it is silent."
            )
    if (heard := (longest - lead_in) / rate) < section.seconds - _UNLIKE:
        notes.append(f"The files hold {heard:.1f} s of the {section.seconds:g} s asked for.")
    return {file: np.pad(sound, (0, longest - len(sound))) for file, sound in sounds.items()}


def _turn_down(sounds: Mapping[Path, Samples], notes: list[str]) -> None:
    """Scale all files alike, in place, where one of them or their sum would clip."""
    total = np.sum(list(sounds.values()), axis=0, dtype=np.float32)
    peak = max(float(np.abs(each).max()) for each in (total, *sounds.values()))
    if peak <= 1.0:
        return
    for sound in sounds.values():
        np.multiply(sound, np.float32(MIX_PEAK / peak), out=sound)
    notes.append(
        f"All files were turned down by {20 * math.log10(peak / MIX_PEAK):.1f} dB together, so "
        "that their sum does not clip."
    )
