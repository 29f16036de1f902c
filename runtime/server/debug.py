"""What `Print` writes, where the operator allowed it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from sideman.engine.disk import disk_fault, why_not_written
from sideman.engine.errors import SidemanError
from sideman.runtime.system.process_group import own_group

log = logging.getLogger("sideman.runtime.server")

#: A limit, so that a client that asks again and again cannot fill the disk.
_MOST_FOLDERS = 1_000
_MOST_DRAWINGS = 4
PLOT_SECONDS = 30.0


class DebugFolder:
    """Writes what a session holds into numbered folders; cycle thread, between cycles.

    Args:
        root: the operator's folder; made where it does not exist.

    Raises:
        SidemanError: it cannot be made.
    """

    def __init__(self, root: Path) -> None:
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SidemanError(
                f"--debug-dir {root} cannot be made: {error.strerror or error}.",
                "Choose another folder.",
            ) from error
        self._root = root
        self._plots: list[tuple[Path, subprocess.Popen[bytes]]] = []

    def write(
        self,
        snapshot: Mapping[str, NDArray[np.float32]],
        stems: Sequence[str],
        sample_rate: int,
    ) -> Path:
        """Write context and output as float WAV and latents as .npy, and begin the drawing.

        matplotlib runs in a process of its own, so that it is never loaded here.

        Args:
            snapshot: as `Session.snapshot` gives it.
            stems: names of the output's rows.
            sample_rate: of the audio.

        Returns:
            The new folder.

        Raises:
            SidemanError: too many folders, or one that cannot be written.
        """
        try:
            folder = self._fresh()
            import soundfile

            soundfile.write(folder / "context.wav", snapshot["context"], sample_rate, "FLOAT")
            for name, audio in zip(stems, snapshot["output"], strict=False):
                soundfile.write(folder / f"output_{name}.wav", audio, sample_rate, "FLOAT")
            np.save(folder / "generated.npy", snapshot["generated"])
        except (OSError, RuntimeError) as error:
            fault = disk_fault(error)
            raise SidemanError(
                f"{self._root} could not be written into: {why_not_written(error)}. What was "
                "written by then is kept.",
                fault.remedy if fault else "",
            ) from error
        log.info("Wrote %s.", folder)
        self._draw(folder)
        return folder

    def close(self, patience: float = PLOT_SECONDS) -> None:
        """Wait for drawings under way; after the cycle thread's end.

        Args:
            patience: seconds for all of them. What is not drawn by then is drawn on without us, in
                a process group of its own.
        """
        until = monotonic() + patience
        for _, plot in self._plots:
            with suppress(subprocess.TimeoutExpired):
                plot.wait(max(0.0, until - monotonic()))
        self._forget_finished()

    def _fresh(self) -> Path:
        taken = [int(p.name) for p in self._root.iterdir() if p.name.isascii() and p.name.isdigit()]
        if len(taken) >= _MOST_FOLDERS:
            raise SidemanError(
                f"{self._root} holds {len(taken)} folders already.", "Empty it to print again."
            )
        folder = self._root / f"{max(taken, default=0) + 1:04d}"
        folder.mkdir()
        return folder

    def _draw(self, folder: Path) -> None:
        self._forget_finished()
        if len(self._plots) >= _MOST_DRAWINGS:
            log.warning(
                "%s was not drawn, for %d drawings are under way; draw it with: "
                "python -m sideman.runtime.server.debug_plot %s",
                folder,
                len(self._plots),
                folder,
            )
            return
        command = [sys.executable, "-m", "sideman.runtime.server.debug_plot", str(folder)]
        # In a group of its own, so that Ctrl-C ends the server and not the drawing.
        drawing = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.DEVNULL, **own_group()
        )
        self._plots.append((folder, drawing))

    def _forget_finished(self) -> None:
        """Say which drawings failed; each has told why on standard error."""
        for folder, plot in self._plots:
            if plot.poll():
                log.warning("%s was not drawn (exit code %d).", folder, plot.returncode)
        self._plots = [(folder, plot) for folder, plot in self._plots if plot.poll() is None]
