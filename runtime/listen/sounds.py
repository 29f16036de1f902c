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
from sideman.engine.errors import SidemanError
from sideman.engine.files import file_in_place_of, write_whole
from sideman.runtime.listen.pictures import draw
from sideman.runtime.rehearse.audio import MIX_PEAK

Samples = npt.NDArray[np.float32]

#: Folder of sounds and pictures, in the page's folder.
FOLDER = "sounds"
#: Container and coding by ending, as soundfile names them.
FORMATS = {"flac": ("FLAC", "PCM_16"), "opus": ("OGG", "OPUS"), "wav": ("WAV", "PCM_16")}
#: What loses something: a file is not made of such a one.
LOSSY = ("opus",)
#: Samples a second of Opus; it knows no 44,100.
_OPUS_RATE = 48_000


def write_sound(
    out: Path, name: str, sound: Samples, rate: int, loudest: float, kind: str = "flac"
) -> dict[str, Any]:
    """Write a sound as a file, as a script, and as a picture.

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
    folder = out / FOLDER
    peak = float(np.abs(sound).max(initial=0.0))
    gain = MIX_PEAK / peak if peak > 1.0 else 1.0
    file = folder / f"{name}.{kind}"
    with naming_a_full_disk():
        folder.mkdir(parents=True, exist_ok=True)
        draw(sound, rate, loudest, folder / f"{name}.png")
        _write_file(file, sound * np.float32(gain), rate)
        write_script(file, name)
    return {
        "name": name,
        "file": f"{FOLDER}/{file.name}",
        "image": f"{FOLDER}/{name}.png",
        "seconds": len(sound) / rate,
        "gain": gain,
    }


def check_kind(kind: str) -> None:
    """Refuse a kind of files that this machine cannot write.

    Args:
        kind: a key of `FORMATS`.

    Raises:
        SidemanError: its libsndfile does not know it.
    """
    import soundfile

    if not soundfile.check_format(*FORMATS[kind]):
        raise SidemanError(
            f"The library libsndfile {soundfile.__libsndfile_version__} of this machine writes no "
            f"{kind}.",
            "Leave out --audio, or upgrade: pip install --upgrade soundfile.",
        )


def in_kind(out: Path, sound: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """A sound that is there already, in another kind of file.

    Args:
        out: the page's folder.
        sound: as `write_sound` returned it; its files are there, and stay.
        kind: a key of `FORMATS`.

    Returns:
        What the record keeps of it; None where the file has lost something, and is of another kind.

    Raises:
        SidemanError: the disk is full.
        OSError: a file cannot be read or written.
    """
    import soundfile

    old = out / sound["file"]
    if old.suffix == f".{kind}":
        return sound
    if old.suffix[1:] in LOSSY:
        return None
    file = old.with_suffix(f".{kind}")
    # As integers, for libsndfile divides by 32,768 what it reads, and writes 32,767 times a float.
    samples, rate = soundfile.read(old, dtype="float32" if kind in LOSSY else "int16")
    with naming_a_full_disk():
        _write_file(file, samples, rate)
        write_script(file, sound["name"])
    return {**sound, "file": f"{FOLDER}/{file.name}"}


def _write_file(file: Path, sound: Samples | npt.NDArray[np.int16], rate: int) -> None:
    import soundfile

    container, coding = FORMATS[file.suffix[1:]]
    if coding == "OPUS" and rate != _OPUS_RATE:
        import soxr

        sound, rate = soxr.resample(sound, rate, _OPUS_RATE), _OPUS_RATE
    with file_in_place_of(file) as partial:
        soundfile.write(partial, sound, rate, subtype=coding, format=container)


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
