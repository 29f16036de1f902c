"""What was heard and played, as sound files beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from sideman.engine.disk import disk_fault, why_not_written
from sideman.engine.errors import SidemanError
from sideman.runtime.recording.format import Samples
from sideman.runtime.server.events import Step
from sideman.runtime.server.setting import Setting

#: Seconds that are kept before they are written: a setting that reaches less far ahead begins
#: before the end of what the one before has played.
_KEPT_SECONDS = 12


class Sounds:
    """Writes `context.wav` and a file for each stem, all beginning at the same moment.

    The context is all that the model took, in its order, silence for what never came. A stem's
    answer stands as far behind the newest sample that it knew as a client plays it; consecutive
    answers are faded into each other.

    Attributes:
        rate: samples in a second, of what follows.
        trouble: what kept sound from being written; nothing is written after that.

    Args:
        folder: made where it does not exist.

    Raises:
        SidemanError: the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.rate = 44_100
        self.trouble: OSError | RuntimeError | None = None
        self._folder = folder
        self._heard = 0
        self._open = ExitStack()
        self._context: Any = None
        self._tracks: dict[str, _Track] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SidemanError(
                f"--out {folder} cannot be made: {error.strerror or error}.",
                "Choose another folder.",
            ) from error

    def hear(self, step: Step) -> None:
        """Add the audio of a step."""
        with self._writing():
            if self._context is None:
                self._context = self._file("context")
            self._context.write(step.audio)
        self._heard += len(step.audio)

    def play(self, setting: Setting, audio: Samples) -> None:
        """Add an answer, float32 [rows, samples], to the step that was heard last."""
        geometry = setting.geometry
        overlap = geometry.out_samples - geometry.step_samples
        place = self._heard + geometry.slack_samples
        with self._writing():
            for name, stem in zip(setting.generated, audio, strict=True):
                if name not in self._tracks:
                    self._tracks[name] = _Track(self._file(name), _KEPT_SECONDS * self.rate)
                self._tracks[name].write(place, stem, overlap, risen=bool(geometry.fade_samples))

    def close(self) -> None:
        """Write what is kept, and close the files.

        Raises:
            SidemanError: not all of it could be written.
        """
        with self._writing():
            for track in self._tracks.values():
                track.flush()
        with suppress(OSError, RuntimeError):
            self._open.close()
        if self.trouble is not None:
            fault = disk_fault(self.trouble)
            raise SidemanError(
                f"{self._folder}: sound could not be written: {why_not_written(self.trouble)}. "
                "What was written by then is kept.",
                fault.remedy if fault else "",
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What fails in here is no fault of the server that is run again."""
        if self.trouble is None:
            try:
                yield
            except (OSError, RuntimeError) as error:
                self.trouble = error
        else:
            with suppress(OSError, RuntimeError):
                yield

    def _file(self, name: str) -> Any:
        import soundfile

        return self._open.enter_context(
            soundfile.SoundFile(self._folder / f"{name}.wav", "w", self.rate, 1, "FLOAT")
        )


class _Track:
    """One stem: written from its beginning on, with the newest part still open."""

    def __init__(self, file: Any, kept: int) -> None:
        self._file = file
        self._kept = kept
        self._start = 0
        self._open: Samples = np.zeros(0, np.float32)

    def write(self, place: int, audio: Samples, overlap: int, *, risen: bool) -> None:
        """Add an answer.

        Args:
            place: position of its first sample.
            audio: float32 [n].
            overlap: leading samples that the answer before has, too.
            risen: whether these are faded in already.
        """
        before = max(0, self._start - place)
        ramp = ((np.arange(len(audio)) + 0.5) / max(1, overlap)).clip(0, 1).astype(np.float32)
        new = audio if risen else audio * ramp
        place, new, ramp = place + before, new[before:], ramp[before:]
        end = place + len(new)
        missing = end - self._start - len(self._open)
        if missing > 0:
            self._open = np.concatenate([self._open, np.zeros(missing, np.float32)])
        at = slice(place - self._start, end - self._start)
        self._open[at] = self._open[at] * (1 - ramp) + new
        # What an older answer had behind the end of this one is void.
        self._open[at.stop :] = 0
        self._write(place - self._kept - self._start)

    def flush(self) -> None:
        """Write all."""
        self._write(len(self._open))

    def _write(self, count: int) -> None:
        if count > 0:
            self._file.write(self._open[:count])
            self._open = self._open[count:].copy()
            self._start += count
