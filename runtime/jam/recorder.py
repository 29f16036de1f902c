"""Writes what is played into WAV files, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np

from sideman.engine.disk import why_not_written
from sideman.engine.errors import SidemanError
from sideman.runtime.jam.tape import Tape
from sideman.runtime.rehearse.output import file_name, make_folder
from sideman.runtime.rehearse.wave_file import WaveWriter
from sideman.runtime.streaming.packets import Samples

#: Seconds that may wait for a slow disk.
_TAPE_SECONDS = 10
_LOOK_SECONDS = 0.1
#: Looks after which the files' heads are set right: what is there can be played even if the machine
#: goes out a moment later.
_SETTLE_LOOKS = 10


class Recorder:
    """Context, stems and mix as mono WAV of 24 bits, for the length of a `with` block.

    Attributes:
        tape: that the audio callback puts into: the context, each stem, the mix.
        files: that are written.
        fault: why no more is written; empty as long as all is well.

    Args:
        folder: for the files; made where it is missing.
        stems: their names.
        rate: samples in a second.

    It leaves nothing behind where something else fails before the first sound: the next try finds
    the same name free.

    Raises:
        SidemanError: the folder cannot be made, or holds a recording already.
    """

    def __init__(self, folder: Path, stems: Sequence[str], rate: int) -> None:
        self._folder, self._made = folder, not folder.exists()
        make_folder(folder, "--record")
        self.fault = ""
        names = ("context", *(file_name(stem) for stem in stems), "mix")
        self.files = [folder / f"{name}.wav" for name in names]
        there = [file.name for file in self.files if file.exists()]
        if there:
            raise SidemanError(
                f"{folder} holds a recording already: {', '.join(there)}.",
                "Name another folder with --record, so that nothing is lost.",
            )
        self.tape = Tape(len(names), _TAPE_SECONDS * rate)
        self._rate = rate
        self._writers: list[WaveWriter] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sideman-recorder", daemon=True)

    @property
    def seconds(self) -> float:
        """Length of what has been written; any thread."""
        return self._writers[0].count / self._rate if self._writers else 0.0

    def __enter__(self) -> Self:
        """Begin the files.

        Raises:
            SidemanError: one cannot be begun.
        """
        try:
            for file in self.files:
                self._writers.append(WaveWriter(file, self._rate))
        except OSError as error:
            self._close()
            raise SidemanError(
                f"{error.filename} cannot be written: {why_not_written(error)}.",
                "Choose another folder with --record.",
            ) from None
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write all that was put into the tape, and end."""
        self._ending.set()
        self._thread.join()
        self._close()
        if kind is not None and not self.seconds and not self.fault:
            self._take_away()

    def _run(self) -> None:
        looks = 0
        while not self.fault:
            # Asked first: what was put before the end is then written by this turn.
            ending = self._ending.wait(_LOOK_SECONDS)
            looks += 1
            try:
                self._write_what_is_there()
                if ending or looks % _SETTLE_LOOKS == 0:
                    for writer in self._writers:
                        writer.settle()
            except (OSError, ValueError) as error:
                self._give_up(error)
            if ending:
                return

    def _write_what_is_there(self) -> None:
        while (taken := self.tape.take()) is not None:
            for writer, track in zip(self._writers, taken, strict=True):
                writer.append(_within_full_scale(track))
            self.tape.done(taken)

    def _give_up(self, error: OSError | ValueError) -> None:
        self.tape.ended = True
        why = why_not_written(error) if isinstance(error, OSError) else str(error)
        self.fault = f"The recording ends after {self.seconds:.1f} s: {why}."

    def _take_away(self) -> None:
        """Leave no files without a sound, and no folder that was made for them."""
        with suppress(OSError):
            for file in self.files:
                file.unlink()
            if self._made:
                self._folder.rmdir()

    def _close(self) -> None:
        for writer in self._writers:
            writer.close()


def _within_full_scale(track: Samples) -> Samples:
    """What 24 bits can hold: a sound card may give numbers beyond full scale, or none at all."""
    return np.clip(np.nan_to_num(track, nan=0.0, posinf=1.0, neginf=-1.0), -1, 1)
