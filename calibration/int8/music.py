"""The music that a calibration plays: files as they are, and folders of stems."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.calibration.errors import CalibrationError
from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.audio import read_mono

Samples = npt.NDArray[np.float32]

#: Endings of files that are read; others, such as notes or pictures, are left alone.
ENDINGS = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
#: Root mean square below which a context counts as silent: −70 dB under full scale.
_SILENT = 10 ** (-70 / 20)
_GIVE_AUDIO = (
    f"Give a folder with music in it ({', '.join(ENDINGS)}), or with folders of stems; what lies "
    "deeper is not looked for."
)


@dataclass(frozen=True)
class Piece:
    """One piece of music.

    Attributes:
        name: of its file or folder, for people.
        planes: mono sound by stem; under "" sound that belongs to no stem.
    """

    name: str
    planes: dict[str, Samples]

    def context(self, stem: str) -> Samples:
        """What a musician plays while a stem is generated: the sum of all others, [n]."""
        others = [plane for name, plane in self.planes.items() if name != stem]
        context = np.zeros(max(map(len, others), default=0), np.float32)
        for plane in others:
            context[: len(plane)] += plane
        peak = float(np.abs(context).max(initial=0))
        return context / np.float32(peak) if peak > 1 else context


@dataclass(frozen=True)
class Music:
    """Everything that is played.

    Attributes:
        pieces: in the order of their names.
        sha256: of the files' names and contents.
        seconds: how long all of it lasts.
        left_out: files in folders of stems that are none of the model's: a mix, perhaps.
    """

    pieces: tuple[Piece, ...]
    sha256: str
    seconds: float
    left_out: tuple[str, ...] = ()


def read_music(folder: Path, stems: Sequence[str], sample_rate: int) -> Music:
    """Read every sound file of a folder.

    A file is a piece that is heard as it is, whichever stem is generated. A folder whose files bear
    names of stems (bass.wav, drums.wav), this one or one in it, is one piece: a stem is generated
    from the sum of the others.

    Args:
        folder: holds files and folders of stems.
        stems: of the model.
        sample_rate: of the model, in hertz.

    Raises:
        CalibrationError: no folder, nothing to play in it, a file that cannot be read, two files of
            one stem, or silence.
    """
    if not folder.is_dir():
        raise CalibrationError(f"--audio {folder} is no folder.", _GIVE_AUDIO)
    places = [folder, *sorted(folder.iterdir())]
    groups = [files for place in places if (files := _sounds(place))]
    if not groups:
        raise CalibrationError(f"There is no sound file in {folder}.", _GIVE_AUDIO)
    digest = hashlib.sha256()
    pieces, left_out = [], []
    for found in groups:
        files = _played(found, stems)
        left_out += [str(file.relative_to(folder)) for file in found if file not in files]
        for file in files:
            digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        pieces += list(_pieces(files, stems, sample_rate))
    heard = [piece for piece in pieces if any(map(_sounds_at_all, piece.planes.values()))]
    if not heard:
        raise CalibrationError(f"All that lies in {folder} is silent.", _GIVE_AUDIO)
    longest = (max(map(len, piece.planes.values())) for piece in heard)
    return Music(tuple(heard), digest.hexdigest(), sum(longest) / sample_rate, tuple(left_out))


def _played(files: list[Path], stems: Sequence[str]) -> list[Path]:
    """Of a folder of stems those that the model has; else all files."""
    named = [file for file in files if file.stem.lower() in stems]
    names = [file.stem.lower() for file in named]
    if len(set(names)) < 2:
        return files
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CalibrationError(
            f"{files[0].parent} holds more than one {twice[0]}.", "Take all but one out of it."
        )
    return named


def _pieces(files: list[Path], stems: Sequence[str], sample_rate: int) -> Iterable[Piece]:
    """One piece of a folder of stems, else one a file."""
    named = {file.stem.lower(): file for file in files if file.stem.lower() in stems}
    if len(named) > 1:
        planes = {stem: _read(file, sample_rate) for stem, file in named.items()}
        yield Piece(files[0].parent.name, planes)
    else:
        for file in files:
            yield Piece(file.stem, {"": _read(file, sample_rate)})


def _read(file: Path, sample_rate: int) -> Samples:
    try:
        return read_mono(file, sample_rate)[0]
    except SidemanError as error:
        raise CalibrationError(error.what, error.remedy or "Take it out of the folder.") from error


def _sounds(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)


def _sounds_at_all(plane: Samples) -> bool:
    return bool(len(plane)) and float(np.sqrt(np.mean(np.square(plane)))) > _SILENT
