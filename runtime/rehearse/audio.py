"""What is played into the server: files read, resampled, mixed, and fitted to whole steps."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse import mp3
from sideman.runtime.rehearse.forward import open_forward

if TYPE_CHECKING:
    from soundfile import SoundFile

Samples = npt.NDArray[np.float32]

#: A rehearsal shorter than this many steps says nothing; its input is repeated.
FEWEST_STEPS = 4
#: Highest sample of what is played, where it would go beyond full scale.
MIX_PEAK = 0.98
#: Samples of a file that are read at a time, all channels together.
_BLOCK = 1 << 17
#: Bytes that a sound file without sound has at most; beyond them there was some.
_BARE_HEAD = 4096
#: Full scale of those who write integers as floats; sound goes up to one of these and not beyond.
_INTEGER_SCALES = (2.0**15, 2.0**23, 2.0**31)
#: No music is so far beyond full scale (42 dB): a higher sample is on a scale of integers.
_HIGHEST_FLOAT = 128.0
#: Mixing down may cost so many decibels; where it costs more, channels cancel each other out.
_CANCELLED = 20.0


@dataclass(frozen=True)
class Programme:
    """The audio of a rehearsal.

    Attributes:
        samples: [steps·S] float32, the context as the musician plays it, within ±1.
        planes: the same audio by input file, [files, steps·S]; its sum is `samples`.
        notes: what was done to the files, one plain sentence each.
    """

    samples: Samples
    planes: Samples
    notes: tuple[str, ...]


def read_mono(path: Path, sample_rate: int, most: int | None = None) -> tuple[Samples, list[str]]:
    """Read an audio file as mono at the rate of the model, and no more of it than is asked for.

    Floats beyond full scale are told, and stay as they are, for the whole mix is turned down
    together. On a scale of integers they are divided by it.

    Args:
        path: WAV, FLAC, OGG or, where libsndfile knows it, MP3.
        sample_rate: samples a second to deliver.
        most: samples to deliver at most; None reads the whole file. They are the beginning of what
            the whole file would give.

    Returns:
        [n] float32, and a sentence for everything that was changed or is not as it should be.

    Raises:
        SidemanError: no such file, not audio, empty, or with samples that are not finite or on no
            scale.
    """
    import soundfile

    if path.is_dir():
        raise SidemanError(f"{path} is a folder.", "Name a sound file in it.")
    if not path.is_file():
        raise SidemanError(f"{path}: no such file.")
    if path.stat().st_size == 0:
        raise SidemanError(f"{path} is empty: not a byte has been written into it.")
    try:
        with open_forward(path) as file:
            said: list[str] = []
            whole = None
            if file.subtype == "MPEG_LAYER_III":
                whole, said = mp3.whole_file(path)
            if whole is None:
                mono, notes = _read(path, file, sample_rate, most)
            else:
                with open_forward(io.BytesIO(whole)) as tagged:
                    mono, notes = _read(path, tagged, sample_rate, most)
    except (soundfile.LibsndfileError, OSError, RuntimeError, TypeError) as error:
        raise SidemanError(
            f"{path} cannot be read as audio: {error}",
            "Convert it to WAV, for example with: ffmpeg -i IN -ar 44100 -ac 1 OUT.wav "
            "(`sideman doctor` says whether MP3 can be read here).",
        ) from None
    return mono, said + notes


def _read(
    path: Path, file: SoundFile, sample_rate: int, most: int | None
) -> tuple[Samples, list[str]]:
    import soxr

    rate, channels = file.samplerate, file.channels
    resampler = None
    if rate != sample_rate:
        resampler = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32", quality="HQ")
    levels = _Levels(path, rate)
    parts: list[Samples] = []
    got, made, ended = 0, 0, False
    while not ended and (most is None or made < most):
        count = max(1, _BLOCK // channels)
        if most is not None:
            count = min(count, max(1, (most - made) * rate // sample_rate))
        # A loop over `blocks` would believe the length in the file's head, and fill it up.
        data = file.read(count, dtype="float32", always_2d=True)
        got += len(data)
        ended = not len(data)
        mono = data.mean(axis=1, dtype=np.float32)
        levels.add(data, mono)
        parts.append(mono if resampler is None else resampler.resample_chunk(mono, last=ended))
        made += len(parts[-1])
    if not got:
        raise _no_audio(path)
    samples = np.concatenate(parts)[:most]
    notes = []
    if channels > 1:
        notes.append(f"{path.name}: its {channels} channels were averaged to mono.")
    if resampler is not None:
        notes.append(f"{path.name}: resampled from {rate:,} Hz to {sample_rate:,} Hz.")
    return levels.judge(samples, notes), notes


def _no_audio(path: Path) -> SidemanError:
    """What to say of a file that gave not one sample."""
    size = path.stat().st_size
    if size <= _BARE_HEAD:
        return SidemanError(f"{path} holds no audio.", "Record or export it again.")
    return SidemanError(
        f"{path} gives no audio, though it has {size:,} bytes: its head says that there is none, "
        "as a recording that was interrupted leaves it, or a part of it is missing.",
        "Let another program mend it, for example: ffmpeg -i IN -ar 44100 -ac 1 OUT.wav",
    )


class _Levels:
    """How loud a file is while it is read, and what is wrong with that."""

    def __init__(self, path: Path, rate: int) -> None:
        self._path, self._rate = path, rate
        self._read = 0
        self._peak = self._mono_peak = 0.0
        self._power = self._mono_power = 0.0

    def add(self, data: Samples, mono: Samples) -> None:
        """Take a block into account.

        Args:
            data: [n, channels].
            mono: [n], their mean.

        Raises:
            SidemanError: a sample is not a finite number.
        """
        if not len(data):
            return
        fine = np.isfinite(data).all(axis=1)
        if not fine.all():
            seconds = (self._read + int(np.argmin(fine))) / self._rate
            raise SidemanError(
                f"{self._path} holds samples that are not finite numbers, first at "
                f"{seconds:.2f} s.",
                "Write the file again with the program that made it.",
            )
        self._read += len(data)
        self._peak = max(self._peak, float(np.abs(data).max()))
        # The mean of numbers that are finite may still be beyond float32.
        self._mono_peak = max(self._mono_peak, float(np.abs(mono).max()))
        self._power += float(np.square(data, dtype=np.float64).mean(axis=1).sum())
        self._mono_power += float(np.square(mono, dtype=np.float64).sum())

    def judge(self, samples: Samples, notes: list[str]) -> Samples:
        """Name what is out of the ordinary, and bring a scale of integers to ±1.

        Args:
            samples: the whole file, mono.
            notes: what is found is added here.

        Raises:
            SidemanError: the numbers are on no scale that sound is written in.
        """
        name = self._path.name
        if self._peak == 0:
            notes.append(f"{name}: all that is played of it is silence.")
            return samples
        if self._mono_power < self._power * 10 ** (-_CANCELLED / 10):
            heard = (
                f"{10 * math.log10(self._power / self._mono_power):.0f} dB quieter"
                if self._mono_power > self._power * 1e-12
                else "silent"
            )
            notes.append(
                f"{name}: its channels cancel each other out, so it is {heard} as mono. Play one "
                'of them, for example: ffmpeg -i IN -af "pan=mono|c0=c0" OUT.wav'
            )
        if self._peak > _HIGHEST_FLOAT:
            scale = next((scale for scale in _INTEGER_SCALES if self._peak <= scale), None)
            if scale is None:
                raise SidemanError(
                    f"{self._path} holds numbers up to {self._peak:.3g}, which no sound has.",
                    "Sound in floats lies within ±1. Write the file again with the program that "
                    "made it.",
                )
            notes.append(
                f"{name}: its floats go up to {self._peak:,.0f}, as {1 + math.log2(scale):.0f} bit "
                f"integers do, and were divided by {scale:,.0f}."
            )
            return samples / np.float32(scale)
        if self._mono_peak > 1:
            notes.append(
                f"{name} goes beyond full scale, up to {self._mono_peak:.2f} "
                f"(+{20 * math.log10(self._mono_peak):.1f} dB)."
            )
        return samples


def make_programme(
    files: Sequence[Path], sample_rate: int, step: int, seconds: float | None
) -> Programme:
    """Read and mix the input files, and fit them to whole steps.

    Args:
        files: at least one; they are added up, and turned down together where one of them or the
            sum would go beyond full scale. Of each, no more is read than is played.
        sample_rate: of the model.
        step: S, samples of one step.
        seconds: length to play; shorter input is repeated, longer is cut. None plays all of it
            once, or repeats it up to `FEWEST_STEPS` steps.

    Raises:
        SidemanError: a file cannot be used, or `seconds` is shorter than one step.
    """
    notes: list[str] = []
    parts = []
    most = None
    if seconds is not None:
        steps = int(seconds * sample_rate) // step
        if steps < 1:
            raise SidemanError(
                f"{seconds} s are less than one step of {step / sample_rate:.3f} s.",
                f"Ask for --seconds {math.ceil(100 * step / sample_rate) / 100:g} or more.",
            )
        most = steps * step
    for path in files:
        part, said = read_mono(path, sample_rate, most)
        parts.append(part)
        notes += said
    length = max(map(len, parts))
    planes = np.zeros((len(parts), length), np.float32)
    for row, part in zip(planes, parts, strict=True):
        row[: len(part)] = part
    _turn_down(planes, files, notes)
    planes = _fit(planes, sample_rate, step, most, notes)
    return Programme(planes.sum(axis=0, dtype=np.float32), planes, tuple(notes))


def _turn_down(planes: Samples, files: Sequence[Path], notes: list[str]) -> None:
    """Scale all files alike, in place, where one of them or their sum would clip."""
    alone = len(planes) == 1
    peak = float(np.abs(planes.sum(axis=0)).max())
    if not alone:
        # With --planes each of them is sent by itself.
        peak = max(peak, float(np.abs(planes).max()))
    # One file is as its maker wanted it, up to full scale.
    gain = MIX_PEAK / peak if peak > (1.0 if alone else MIX_PEAK) else 1.0
    planes *= np.float32(gain)
    lower = f"turned down by {-20 * math.log10(gain):.1f} dB"
    if not alone:
        level = f"{lower} together" if gain < 1 else "as they are"
        notes.append(f"{len(planes)} files were mixed, {level}.")
    elif gain < 1:
        notes.append(f"{files[0].name} was {lower} so that nothing clips.")


def _fit(
    planes: Samples, sample_rate: int, step: int, most: int | None, notes: list[str]
) -> Samples:
    """Repeat or pad to a whole number of steps, or to `most` samples."""
    given = planes.shape[1]
    wanted = max(-(-given // step), FEWEST_STEPS) * step if most is None else most
    fewest = (FEWEST_STEPS - 1) * step if most is None else most
    if given < fewest:
        notes.append(
            f"The input lasts {given / sample_rate:.2f} s and was repeated "
            f"to {wanted / sample_rate:.2f} s ({wanted // step} steps)."
        )
        return np.ascontiguousarray(np.take(planes, np.arange(wanted) % given, axis=1))
    return np.pad(planes, ((0, 0), (0, wanted - given)))
