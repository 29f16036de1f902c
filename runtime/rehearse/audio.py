"""What is played into the server: files read, resampled, mixed, and fitted to whole steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.engine.errors import SidemanError

Samples = npt.NDArray[np.float32]

#: A rehearsal shorter than this many steps says nothing; its input is repeated.
FEWEST_STEPS = 4
#: Highest sample of a mix of several files.
MIX_PEAK = 0.98
#: Zero crossings of the resampling filter on either side.
_CROSSINGS = 24


@dataclass(frozen=True)
class Programme:
    """The audio of a rehearsal.

    Attributes:
        samples: [steps·S] float32, the context as the musician plays it.
        planes: the same audio by input file, [files, steps·S]; its sum is `samples`.
        notes: what was done to the files, one plain sentence each.
    """

    samples: Samples
    planes: Samples
    notes: tuple[str, ...]


def read_mono(path: Path, sample_rate: int) -> tuple[Samples, list[str]]:
    """Read an audio file as mono at the rate of the model.

    Args:
        path: WAV, FLAC, OGG or, where libsndfile knows it, MP3.
        sample_rate: samples a second to deliver.

    Returns:
        [n] float32, and a sentence for everything that was changed.

    Raises:
        SidemanError: no such file, not audio, empty, or with samples that are not finite.
    """
    import soundfile

    if not path.is_file():
        raise SidemanError(f"{path}: no such file.")
    try:
        data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        raise SidemanError(
            f"{path} cannot be read as audio: {error}",
            "Convert it to WAV, for example with: ffmpeg -i IN -ar 44100 -ac 1 OUT.wav "
            "(`sideman doctor` says whether MP3 can be read here).",
        ) from None
    if not len(data):
        raise SidemanError(f"{path} holds no audio.")
    if not np.isfinite(data).all():
        raise SidemanError(f"{path} holds samples that are not finite numbers.")
    notes = []
    if data.shape[1] > 1:
        notes.append(f"{path.name}: its {data.shape[1]} channels were averaged to mono.")
    mono = data.mean(axis=1, dtype=np.float32)
    if rate != sample_rate:
        notes.append(f"{path.name}: resampled from {rate:,} Hz to {sample_rate:,} Hz.")
        mono = resample(mono, rate, sample_rate)
    return mono, notes


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """Change the sample rate with a Kaiser-windowed sinc (beta 9: some 90 dB of rejection).

    Sample m of the result is at position m·rate/wanted of the input, whose fraction takes on
    wanted/gcd values: one short filter is made for each fraction and applied to all samples that
    share it (Crochiere and Rabiner 1983, polyphase structures).

    Args:
        samples: [n] float32.
        rate: samples a second of the input.
        wanted: samples a second of the result.

    Returns:
        [ceil(n·wanted/rate)] float32.
    """
    divisor = math.gcd(rate, wanted)
    up, down = wanted // divisor, rate // divisor
    cutoff = min(1.0, up / down)
    reach = math.ceil(_CROSSINGS / cutoff)
    padded = np.pad(samples, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach)
    count = -(-len(samples) * up // down)
    result = np.empty(count, np.float32)
    offsets = np.arange(1 - reach, reach + 1)
    for phase in range(min(up, count)):
        whole, part = divmod(phase * down, up)
        distance = offsets - part / up
        shape = np.clip(1.0 - (distance / reach) ** 2, 0.0, None)
        taps = cutoff * np.sinc(cutoff * distance) * np.i0(9.0 * np.sqrt(shape)) / np.i0(9.0)
        length = len(result[phase::up])
        # A window's first sample is offset 1 − reach: row i + 1 of `windows` belongs to sample i.
        rows = whole + 1 + down * np.arange(length)
        result[phase::up] = windows[rows] @ (taps / taps.sum()).astype(np.float32)
    return result


def make_programme(
    files: Sequence[Path], sample_rate: int, step: int, seconds: float | None
) -> Programme:
    """Read and mix the input files, and fit them to whole steps.

    Args:
        files: at least one; they are added up, and turned down together where the sum would clip.
        sample_rate: of the model.
        step: S, samples of one step.
        seconds: length to play; shorter input is repeated, longer is cut. None plays all of it
            once, or repeats it up to `FEWEST_STEPS` steps.

    Raises:
        SidemanError: a file cannot be used, or `seconds` is shorter than one step.
    """
    notes: list[str] = []
    parts = []
    for path in files:
        part, said = read_mono(path, sample_rate)
        parts.append(part)
        notes += said
    length = max(map(len, parts))
    planes = np.zeros((len(parts), length), np.float32)
    for row, part in zip(planes, parts, strict=True):
        row[: len(part)] = part
    _turn_down(planes, notes)
    planes = _fit(planes, sample_rate, step, seconds, notes)
    return Programme(planes.sum(axis=0, dtype=np.float32), planes, tuple(notes))


def _turn_down(planes: Samples, notes: list[str]) -> None:
    """Scale all files alike, in place, where their sum would clip."""
    if len(planes) < 2:
        return
    peak = float(np.abs(planes.sum(axis=0)).max())
    gain = min(1.0, MIX_PEAK / peak) if peak > 0 else 1.0
    planes *= np.float32(gain)
    level = (
        f"turned down by {-20 * math.log10(gain):.1f} dB together" if gain < 1 else "as they are"
    )
    notes.append(f"{len(planes)} files were mixed, {level}.")


def _fit(
    planes: Samples, sample_rate: int, step: int, seconds: float | None, notes: list[str]
) -> Samples:
    """Repeat, cut or pad to a whole number of steps."""
    given = planes.shape[1]
    if seconds is None:
        steps = max(-(-given // step), FEWEST_STEPS)
        repeat = given < (FEWEST_STEPS - 1) * step
    else:
        steps = int(seconds * sample_rate) // step
        repeat = given < steps * step
    if steps < 1:
        raise SidemanError(
            f"{seconds} s are less than one step of {step / sample_rate:.3f} s.",
            f"Ask for --seconds {math.ceil(FEWEST_STEPS * step / sample_rate)} or more.",
        )
    wanted = steps * step
    if repeat:
        notes.append(
            f"The input lasts {given / sample_rate:.2f} s and was repeated "
            f"to {wanted / sample_rate:.2f} s ({steps} steps)."
        )
        return np.ascontiguousarray(np.take(planes, np.arange(wanted) % given, axis=1))
    if given > wanted:
        return np.ascontiguousarray(planes[:, :wanted])
    return np.pad(planes, ((0, 0), (0, wanted - given)))
