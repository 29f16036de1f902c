"""Files that a rehearsal leaves behind."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.record import Rehearsal
from sideman.runtime.rehearse.timeline import Samples

#: Names that a stem's file must not take.
_RESERVED = ("context", "mix")
#: Highest sample of the mix where the sum would clip.
_MIX_PEAK = 0.98


def make_folder(folder: Path) -> None:
    """Make the output folder, before anything is played.

    Raises:
        SidemanError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SidemanError(
            f"{folder} cannot be made: {error.strerror}.", "Choose another folder with --out."
        ) from None


def _file_name(stem: str) -> str:
    """A stem's name as a file name: a bundle may name a stem so that it would leave the folder."""
    plain = re.sub(r"[^\w-]", "_", stem)
    return f"{plain}-stem" if plain in _RESERVED else plain


def write_audio(rehearsal: Rehearsal, folder: Path) -> list[Path]:
    """Write context, every stem and their sum as 24 bit WAV, all of one length.

    24 bits, because every player can open them. Nothing clips: the server's samples stay within ±1,
    and the mix is turned down if it would exceed that.

    Args:
        rehearsal: what was played and what came back. Gains are noted in its notes.
        folder: an existing folder.

    Returns:
        The files, in the order of writing.
    """
    import soundfile

    length = rehearsal.placement.total
    context = np.zeros(length, np.float32)
    context[: len(rehearsal.context)] = rehearsal.context
    mix = context + sum(rehearsal.stems.values(), np.zeros(length, np.float32))
    peak = float(np.abs(mix).max())
    if peak > _MIX_PEAK:
        mix *= np.float32(_MIX_PEAK / peak)
        lower = 20 * math.log10(peak / _MIX_PEAK)
        rehearsal.notes.append(
            f"mix.wav is turned down by {lower:.1f} dB so that it does not clip."
        )
    tracks: dict[str, Samples] = {"context": context}
    for stem, samples in rehearsal.stems.items():
        tracks[_file_name(stem)] = samples
    tracks["mix"] = mix
    files = []
    for name, samples in tracks.items():
        file = folder / f"{name}.wav"
        soundfile.write(file, samples, rehearsal.sample_rate, subtype="PCM_24")
        files.append(file)
    return files
