"""Files that a rehearsal leaves behind."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sideman.engine.disk import disk_fault, why_not_written
from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.audio import MIX_PEAK
from sideman.runtime.rehearse.record import Rehearsal
from sideman.runtime.rehearse.wave_file import PartlyWrittenError, write_wave
from sideman.runtime.tracing.trace import LoggedCycle, write_trace
from sideman.runtime.tracing.waterfall import draw_waterfall

if TYPE_CHECKING:
    from rich.console import Console

#: Names that a stem's file must not take.
_RESERVED = ("context", "mix")


def make_folder(folder: Path, option: str = "--out") -> None:
    """Make the output folder, before anything is played.

    Args:
        folder: to make, with those that it is in.
        option: that named it, for the message.

    Raises:
        SidemanError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SidemanError(
            f"{folder} cannot be made: {error.strerror or error}.",
            f"Choose another folder with {option}.",
        ) from None


def file_name(stem: str) -> str:
    """A stem's name as a file name: a bundle may name a stem so that it would leave the folder."""
    plain = re.sub(r"[^\w-]", "_", stem)
    return f"{plain}-stem" if plain in _RESERVED else plain


def write_audio(rehearsal: Rehearsal, folder: Path) -> list[Path]:
    """Write every stem, context and their sum as 24 bit WAV, all of one length.

    24 bits, because every player can open them. Nothing clips: what would is turned down, and
    what is no number becomes silence in the rehearsal, too; both are told in its notes. On a full
    disk, what fits is kept, and the rehearsal's faults tell what does not.

    Args:
        rehearsal: what was played and what came back.
        folder: an existing folder.

    Returns:
        The files that hold sound, in the order of writing.
    """
    _silence_what_is_no_number(rehearsal)
    length = rehearsal.placement.total
    context = np.zeros(length, np.float32)
    context[: len(rehearsal.context)] = rehearsal.context
    mix = context + sum(rehearsal.stems.values(), np.zeros(length, np.float32))
    # What came back first: the rest can be made again from it and from what was played.
    tracks = {file_name(stem): (samples, 1.0) for stem, samples in rehearsal.stems.items()}
    tracks |= {"context": (context, 1.0), "mix": (mix, MIX_PEAK)}
    files = []
    for name, (sound, highest) in tracks.items():
        file = folder / f"{name}.wav"
        lowered = sound
        peak = float(np.abs(sound).max(initial=0.0))
        if peak > highest:
            lower = 20 * math.log10(peak / MIX_PEAK)
            rehearsal.notes.append(
                f"{file.name} is turned down by {lower:.1f} dB so that it does not clip."
            )
            lowered = sound * np.float32(MIX_PEAK / peak)
        try:
            write_wave(file, lowered, rehearsal.sample_rate)
        except PartlyWrittenError as error:
            seconds = error.written / rehearsal.sample_rate
            rehearsal.faults.append(
                f"{file} holds only the first {seconds:.1f} s: {why_not_written(error)}."
            )
        except OSError as error:
            rehearsal.faults.append(f"{file} cannot be written: {why_not_written(error)}.")
            continue
        files.append(file)
    return files


def written(rehearsal: Rehearsal, file: Path, write: Callable[[Path], None]) -> list[Path]:
    """Write one more file; where the disk takes no more, that is a fault of the rehearsal.

    Args:
        rehearsal: that takes note of the fault.
        file: its place.
        write: given the place.

    Returns:
        The file, or nothing where it is not there.
    """
    try:
        write(file)
    except (OSError, RuntimeError) as error:
        if not isinstance(error, OSError) and disk_fault(error) is None:
            raise
        rehearsal.faults.append(f"{file} cannot be written: {why_not_written(error)}.")
        # Half a picture is none.
        with suppress(OSError):
            file.unlink(missing_ok=True)
        return []
    return [file]


def written_timings(
    rehearsal: Rehearsal, cycles: Sequence[LoggedCycle], folder: Path, trace: Path | None
) -> list[Path]:
    """Draw the usual cycle, and write the trace that was asked for; nothing without cycles.

    Args:
        rehearsal: that takes note of what cannot be written.
        cycles: as the server's log has them.
        folder: the output folder.
        trace: where a trace goes, if one was asked for.

    Returns:
        What was written.
    """
    title = f"{rehearsal.bundle}: {', '.join(rehearsal.stems)}"
    files = []
    if any("begins" in cycle for cycle in cycles):
        files += written(
            rehearsal, folder / "waterfall.png", lambda file: draw_waterfall(cycles, file, title)
        )
    if trace is not None:
        about = {"bundle": rehearsal.bundle, "stems": list(rehearsal.stems)}
        try:
            write_trace(trace, cycles, about)
        except SidemanError as error:
            rehearsal.faults.append(error.what)
        else:
            files.append(trace)
    return files


def tell_written(rehearsal: Rehearsal, folder: Path, files: list[Path], console: Console) -> None:
    """Print what was kept, and whether anything came back.

    Args:
        rehearsal: with its faults.
        folder: the output folder.
        files: in it, that were written.
        console: to print on.

    Raises:
        SidemanError: the rehearsal has faults.
    """
    counts = rehearsal.counts
    console.print(f"Written to {folder}: ", end="", markup=False)
    console.print(", ".join(file.name for file in files) or "nothing", markup=False)
    if rehearsal.silent:
        console.print("No sound came back.", style="bold red")
    elif counts["dropped"] + counts["lost"]:
        console.print(
            f"It failed: of {counts['steps']} steps, the server dropped {counts['dropped']}, and "
            f"{counts['lost']} were lost on the way.",
            style="bold red",
        )
    if rehearsal.faults:
        raise SidemanError(
            " ".join(rehearsal.faults), "Make room, or choose another folder with --out."
        )


def _silence_what_is_no_number(rehearsal: Rehearsal) -> None:
    """NaN and infinity have no place in 24 bits, and would spoil the mix and every picture."""
    for stem, samples in rehearsal.stems.items():
        fine = np.isfinite(samples)
        if not fine.all():
            rehearsal.notes.append(
                f"{stem}: {np.count_nonzero(~fine):,} samples that came back are not finite "
                f"numbers, first at {np.argmin(fine) / rehearsal.sample_rate:.2f} s; they are "
                "silence in the files."
            )
            rehearsal.stems[stem] = np.where(fine, samples, np.float32(0))
