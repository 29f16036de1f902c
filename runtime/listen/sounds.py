"""Sounds as files: one for every program, and one for the page.

A page that is opened from disk may not read files (to a browser, each file of a folder is a
stranger), and an audio element's sound cannot be handed on to Web Audio for the same reason.
Several audio elements that play in step drift, and begin when they like. Only scripts may be loaded
from beside the page, in every browser; so each sound stands beside its FLAC once more as a script
that holds the FLAC's bytes in base64. The page decodes them into buffers, which Web Audio places to
the sample.
"""

from __future__ import annotations

import base64
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.engine.disk import naming_a_full_disk
from sideman.engine.files import file_in_place_of, write_whole
from sideman.runtime.listen.pictures import draw
from sideman.runtime.rehearse.audio import MIX_PEAK

Samples = npt.NDArray[np.float32]

#: Folder of sounds and pictures, in the page's folder.
FOLDER = "sounds"
#: Containers that browsers play, by ending. Lossy ones would hide what is compared.
FORMATS = {"flac": "FLAC", "wav": "WAV"}


def write_sound(
    out: Path, name: str, sound: Samples, rate: int, loudest: float, kind: str = "flac"
) -> dict[str, Any]:
    """Write a sound in 16 bits, as a script, and as a picture.

    Args:
        out: the page's folder.
        name: of the files, without an ending; letters, digits, "-", "_" and ".".
        sound: [samples]; turned down where it goes beyond full scale.
        rate: samples a second.
        loudest: decibels that are brightest in the picture; the same for all of a row.
        kind: a key of `FORMATS`.

    Returns:
        What the record keeps of it: "name"; "file" and "image" relative to the page; "seconds";
        "gain", by which the file was turned down (1 where it was not).

    Raises:
        SidemanError: the disk is full.
        OSError: a file cannot be written.
    """
    import soundfile

    folder = out / FOLDER
    peak = float(np.abs(sound).max(initial=0.0))
    gain = MIX_PEAK / peak if peak > 1.0 else 1.0
    file = folder / f"{name}.{kind}"
    with naming_a_full_disk():
        folder.mkdir(parents=True, exist_ok=True)
        draw(sound, rate, loudest, folder / f"{name}.png")
        with file_in_place_of(file) as partial:
            soundfile.write(
                partial, sound * np.float32(gain), rate, subtype="PCM_16", format=FORMATS[kind]
            )
        write_script(file, name)
    return {
        "name": name,
        "file": f"{FOLDER}/{file.name}",
        "image": f"{FOLDER}/{name}.png",
        "seconds": len(sound) / rate,
        "gain": gain,
    }


def write_script(file: Path, name: str) -> None:
    """Write a sound file's bytes as a script beside it, as the page reads them.

    Args:
        file: the sound.
        name: that the page asks for it by.

    Raises:
        OSError: it cannot be read or written.
    """
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    write_whole(file.with_name(f"{name}.js"), f'sidemanSound("{name}","{data}");\n')


def files_of(sound: dict[str, Any]) -> tuple[str, ...]:
    """All files of a sound, relative to the page's folder."""
    return sound["file"], sound["image"], f"{FOLDER}/{sound['name']}.js"


def turned_down(sound: dict[str, Any]) -> str:
    """How much quieter the file is, in words; empty where it is not."""
    gain = float(sound["gain"])
    return "" if gain >= 1 else f"turned down by {-20 * math.log10(gain):.1f} dB so as not to clip"
